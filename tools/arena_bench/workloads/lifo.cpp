#include "workloads/lifo.hpp"

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "measure/process_memory.hpp"
#include "measure/round_clock.hpp"
#include "workloads/interleave.hpp"

namespace arena_bench {

namespace {

constexpr std::string_view workload_name = "lifo";
constexpr figure time_per_temporary{workload_name, "time", "ns/temporary"};
constexpr figure peak{workload_name, "peak resident memory", "MiB"};
constexpr std::size_t temporary_bytes = 256;
constexpr std::size_t alignment = 8;
constexpr unsigned depth = 8;
constexpr unsigned warm_rounds = 3;

std::uint64_t digest(const std::byte* temporary, unsigned level) {
    return std::to_integer<std::uint64_t>(temporary[level]) + level;
}

/// A call that needs a temporary, and calls on; on its way back each frees its own.
template <backend B>
std::uint64_t nested(B& memory, unsigned level) {
    if (level == depth) return 0;
    auto* const mine = static_cast<std::byte*>(memory.allocate(temporary_bytes, alignment));
    std::memset(mine, static_cast<int>(level), temporary_bytes);
    const std::uint64_t below = nested(memory, level + 1);
    const std::uint64_t result = below * 31 + digest(mine, level);
    memory.deallocate(mine, temporary_bytes, alignment);
    return result;
}

template <backend B>
std::uint64_t one_round(B& memory, std::size_t cycles) {
    std::uint64_t sum = 0;
    for (std::size_t cycle = 0; cycle < cycles; ++cycle) sum += nested(memory, 0);
    finish_alone(memory);
    return sum;
}

template <backend B>
void repeat(std::size_t cycles, results& found) {
    const peak_memory watched;
    B memory{cycles * depth * temporary_bytes / 4 * 5 + (std::size_t{4} << 20)};
    found.add_checksum(workload_name, B::name, one_round(memory, cycles));
    found.add(peak, B::name, state::cold, watched.mebibytes());
    for (unsigned round = 0; round < warm_rounds; ++round) {
        const round_clock clock;
        one_round(memory, cycles);
        const elapsed each = clock.read().per(cycles * depth);
        found.add(time_per_temporary, B::name, state::warm, each.wall_ns);
    }
}

}  // namespace

void run_lifo(const options& asked, results& found) {
    const effort how = asked.how_long;
    const auto cycles =
        chosen<std::size_t>(asked.objects, how, {.full = 50'000, .demo = 20'000, .quick = 1'000});
    const unsigned repetitions =
        chosen(asked.repetitions, how, {.full = 9U, .demo = 3U, .quick = 2U});
    found.add_note(
        workload_name,
        fmt::format(
            "{} times {} nested calls each make a temporary of {} bytes, fill it, call on and "
            "free it on their way back; a pool hands out the same few lines of the cache "
            "again and again, an arena takes new ones until its reset",
            cycles, depth, temporary_bytes));
    found.add_note(
        workload_name,
        "what to do about it: a lease with a scope around such work uses its memory again, and "
        "arena_allocator gives the newest block back by itself; neither is measured here");
    interleave({workload_name, 1, repetitions}, asked, found,
               [&]<backend B>(std::size_t) { repeat<B>(cycles, found); });
}

}  // namespace arena_bench
