#include <algorithm>
#include <atomic>
#include <barrier>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include <memory_arena/arena.hpp>

#include "support/live_ranges.hpp"
#include "support/random_source.hpp"
#include "support/scale.hpp"
#include "support/team.hpp"

/// \file
/// Threads that come and go, and more of them than there are lanes.

namespace {

using memory_arena::arena;
using memory_arena::arena_options;
using namespace test_support;

constexpr std::uint64_t seed = 0x5eed0005;
constexpr std::size_t at_once = 8;

/// A little work: some blocks, all filled.
void take_some(arena& source, range_log& log, std::size_t blocks, std::size_t largest,
               random_source random) {
    const std::uint64_t generation = source.generation();
    for (std::size_t count = 0; count < blocks; ++count) {
        const std::size_t bytes = random.skewed(1, largest);
        if (void* block = source.try_allocate_bytes(bytes, 8)) {
            log.add_filled(block, bytes, 8, generation);
        }
    }
}

std::vector<range_log> logs_for(std::size_t threads) {
    std::vector<range_log> result;
    for (std::size_t index = 0; index < threads; ++index) {
        result.emplace_back(static_cast<std::uint32_t>(index));
    }
    return result;
}

TEST(ten_thousand_short_threads, lose_nothing_and_share_a_handful_of_lanes) {
    const std::size_t threads = scaled(10000, 800) / at_once * at_once;
    arena source{64 << 20};
    std::vector<range_log> logs = logs_for(threads);
    for (std::size_t first = 0; first < threads; first += at_once) {
        run_team(at_once, [&](std::size_t index) {
            range_log& log = logs[first + index];
            take_some(source, log, 20, 600, random_source(seed + first + index));
        });
    }
    live_ranges ranges;
    for (range_log& log : logs) {
        ranges.merge(log);
    }
    EXPECT_EQ(ranges.size(), threads * 20);
    expect_sound(ranges, source);
    expect_exact_accounts(ranges, source);

    const auto figures = source.usage();
    EXPECT_EQ(figures.used, ranges.least_used());
    EXPECT_LE(figures.lanes, at_once);
    // An heir goes on in the TLAB that it finds: what is held back depends on the lanes alone.
    const std::size_t tlab = 64 * 1024;
    const std::size_t extent = 252 * 1024;
    EXPECT_LE(figures.slack, figures.used / 3 + at_once * (2 * tlab + extent));
}

TEST(ten_thousand_short_threads, share_a_handful_of_lanes_across_resets) {
    const std::size_t threads = scaled(10000, 800) / at_once * at_once;
    arena source{1 << 20};
    for (std::size_t first = 0; first < threads; first += at_once) {
        std::vector<range_log> logs = logs_for(at_once);
        run_team(at_once, [&](std::size_t index) {
            take_some(source, logs[index], 10, 300, random_source(seed + first + index));
        });
        live_ranges ranges;
        for (range_log& log : logs) {
            ranges.merge(log);
        }
        ASSERT_EQ(ranges.size(), at_once * 10);
        expect_sound(ranges, source);
        expect_exact_accounts(ranges, source);
        ASSERT_LE(source.usage().lanes, at_once);
        source.reset();
    }
    EXPECT_EQ(source.used_bytes(), 0U);
}

TEST(short_threads, leave_their_destructors_to_the_reset) {
    struct counter {
        std::atomic<std::size_t>* destroyed;
        explicit counter(std::atomic<std::size_t>& count) : destroyed(&count) {}
        counter(const counter&) = delete;
        counter& operator=(const counter&) = delete;
        ~counter() { destroyed->fetch_add(1); }
    };
    std::atomic<std::size_t> destroyed{0};
    arena source{4 << 20};
    for (std::size_t round = 0; round < scaled(100, 5); ++round) {
        for (std::size_t batch = 0; batch < 4; ++batch) {
            run_team(at_once, [&](std::size_t) {
                for (std::size_t count = 0; count < 5; ++count) {
                    static_cast<void>(source.new_object<counter>(destroyed));
                }
            });
        }
        ASSERT_EQ(destroyed.exchange(0), 0U);
        source.reset();
        ASSERT_EQ(destroyed.exchange(0), 4 * at_once * 5);
    }
}

class more_threads_than_lanes : public testing::TestWithParam<std::size_t> {};

TEST_P(more_threads_than_lanes, are_served_all_the_same) {
    constexpr std::size_t threads = 32;
    const std::size_t lane_count = GetParam();
    arena source{arena_options{.capacity = 16 << 20, .lane_count = lane_count}};
    for (std::size_t round = 0; round < 3; ++round) {
        std::vector<range_log> logs = logs_for(threads);
        std::barrier all_done(static_cast<std::ptrdiff_t>(threads));
        run_team(threads, [&](std::size_t index) {
            take_some(source, logs[index], scaled(500, 50), 2000, random_source(seed + index));
            all_done.arrive_and_wait();  // so that all 32 are alive at once
        });
        live_ranges ranges;
        for (range_log& log : logs) {
            ranges.merge(log);
        }
        EXPECT_EQ(ranges.size(), threads * scaled(500, 50));
        expect_sound(ranges, source);
        expect_exact_accounts(ranges, source);
        // The test's own thread may have an index, and so a lane, that it doesn't use here.
        EXPECT_LE(source.usage().lanes, std::min(threads, lane_count));
        EXPECT_GE(source.usage().lanes, std::min(threads, lane_count - 1));
        source.reset();
    }
}

INSTANTIATE_TEST_SUITE_P(lane_counts, more_threads_than_lanes,
                         testing::Values(1U, 2U, 4U, 31U, 32U, 4096U));

}  // namespace
