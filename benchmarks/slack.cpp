/// How much of what an arena has given out do its shards and lanes hold back? Slack beside used
/// bytes, for 1 to 256 threads that are all alive: with skewed use, where the last thread uses most
/// and the first ones next to nothing, and with 1 KiB, 64 KiB and 1 MiB each. Not a time. Blocks
/// are of mixed sizes, 8 to 3,000 bytes; the numbers are the same in every run, the threads' turns
/// are not.

#include <memory_arena/arena.hpp>

#include <algorithm>
#include <barrier>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "support/paired.hpp"
#include "tests/support/random_source.hpp"
#include "tests/support/team.hpp"

namespace {

using test_support::random_source;

constexpr std::size_t kib = 1024;
constexpr std::size_t mib = 1024 * kib;
constexpr std::size_t largest_block = 3000;
constexpr std::uint64_t seed = 0x5eed0003;
constexpr int rounds = 15;

/// As tests/property/slack_test.cpp has it.
std::vector<std::size_t> skewed_shares(std::size_t threads) {
    random_source random(seed);
    std::vector<std::size_t> result;
    for (std::size_t index = 0; index < threads; ++index) {
        result.push_back(random.skewed(8, std::size_t{1} << (4 + index % 18)));
    }
    return result;
}

template <class Arena>
void take(Arena& source, std::size_t bytes, random_source random) {
    for (std::size_t taken = 0; taken < bytes;) {
        const std::size_t size = std::min(random.skewed(8, largest_block), bytes - taken);
        static_cast<void>(source.allocate_bytes(size, 8));
        taken += size;
    }
}

template <class Arena>
memory_arena::arena_usage use(const std::vector<std::size_t>& shares) {
    Arena source(std::size_t{1} << 30);
    std::barrier all_done(static_cast<std::ptrdiff_t>(shares.size()));
    test_support::run_team(shares.size(), [&](std::size_t index) {
        take(source, shares[index], random_source(seed + index));
        all_done.arrive_and_wait();  // so that no thread inherits another's lane
    });
    return source.usage();
}

template <class Arena>
void print(const std::vector<std::size_t>& shares) {
    std::vector<double> slack;
    std::vector<double> ratio;
    double used = 0;
    for (int round = 0; round < rounds; ++round) {
        const memory_arena::arena_usage figures = use<Arena>(shares);
        used = static_cast<double>(figures.used);
        slack.push_back(static_cast<double>(figures.slack));
        ratio.push_back(slack.back() / used);
    }
    const double highest = *std::max_element(ratio.begin(), ratio.end());
    std::printf("  %12.1f %12.0f %10.3f %10.3f", used / kib, benchmarks::median(slack) / kib,
                benchmarks::median(ratio), highest);
}

void print_row(const char* use, const std::vector<std::size_t>& shares) {
    std::printf("  %-12s %8zu", use, shares.size());
    print<memory_arena::arena>(shares);
    print<memory_arena::cpu_arena>(shares);
    std::printf("\n");
}

}  // namespace

int main() {
    std::printf("slack beside used bytes (KiB; medians and highest ratio of %d rounds)\n", rounds);
    std::printf("  %-21s  %-47s  %s\n", "", "arena", "cpu_arena");
    std::printf("  %-12s %8s", "use", "threads");
    for (int type = 0; type < 2; ++type) {
        std::printf("  %12s %12s %10s %10s", "used", "slack", "of used", "highest");
    }
    std::printf("\n");
    for (const std::size_t threads : {1U, 4U, 16U, 64U, 256U}) {
        print_row("skewed", skewed_shares(threads));
    }
    const auto each = [](const char* use, std::size_t bytes) {
        for (const std::size_t threads : {1U, 4U, 16U, 64U, 256U}) {
            print_row(use, std::vector<std::size_t>(threads, bytes));
        }
    };
    each("1 KiB each", kib);
    each("64 KiB each", 64 * kib);
    each("1 MiB each", mib);
}
