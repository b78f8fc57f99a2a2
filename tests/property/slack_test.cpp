#include <algorithm>
#include <array>
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
/// How much an arena may hold back: the slack of usage().

namespace {

using memory_arena::arena;
using memory_arena::arena_options;
using namespace test_support;

constexpr std::uint64_t seed = 0x5eed0003;

constexpr std::size_t kib = 1024;
constexpr std::size_t mib = 1024 * kib;
constexpr std::size_t largest_extent = 63 * 4 * kib;

/// The most slack that one lane may cause by its own TLABs.
std::size_t slack_of_a_lane(std::size_t used, std::size_t max_tlab_bytes) {
    const std::size_t rest = std::min(std::max(4 * kib, used), max_tlab_bytes);
    const std::size_t abandoned = used / 3 + max_tlab_bytes;
    return rest + abandoned;
}

/// What `threads` threads use: the last one most, the first ones next to nothing.
std::vector<std::size_t> skewed_shares(std::size_t threads, random_source& random) {
    std::vector<std::size_t> result;
    for (std::size_t index = 0; index < threads; ++index) {
        result.push_back(random.skewed(8, std::size_t{1} << (4 + index % 18)));
    }
    return result;
}

/// Takes blocks of mixed sizes that add up to `bytes`, more or less; returns what they add up to.
std::size_t take(arena& source, std::size_t bytes, std::size_t largest, random_source random) {
    std::size_t taken = 0;
    while (taken < bytes) {
        const std::size_t size = std::min(random.skewed(8, largest), bytes - taken);
        if (source.try_allocate_bytes(size, 8) == nullptr) {
            ADD_FAILURE() << "the arena is too small for this test";
            break;
        }
        taken += in_granules(size);
    }
    return taken;
}

class slack_of : public testing::TestWithParam<std::size_t> {};

TEST_P(slack_of, lanes_and_shards_stays_bounded_when_use_is_skewed) {
    const std::size_t threads = GetParam();
    for (const std::size_t max_tlab_bytes : {64 * kib, 4 * kib, 128 * kib}) {
        for (const std::size_t shard_count : {64U, 4U}) {
            arena source{arena_options{.capacity = 256 * mib,
                                       .shard_count = shard_count,
                                       .max_tlab_bytes = max_tlab_bytes}};
            random_source random(seed);
            const auto shares = skewed_shares(threads, random);
            std::vector<std::size_t> used(threads);
            std::barrier all_done(static_cast<std::ptrdiff_t>(threads));
            run_team(threads, [&](std::size_t index) {
                used[index] = take(source, shares[index], 3000, random_source(seed + index));
                all_done.arrive_and_wait();  // so that no thread inherits another's lane
            });
            std::size_t expected_used = 0;
            std::size_t bound = std::min(threads, std::size_t{shard_count}) * largest_extent;
            for (const std::size_t bytes : used) {
                expected_used += bytes;
                bound += slack_of_a_lane(bytes, max_tlab_bytes);
            }
            const auto figures = source.usage();
            SCOPED_TRACE(testing::Message() << "TLABs to " << max_tlab_bytes << ", " << shard_count
                                            << " shards, seed " << seed);
            EXPECT_EQ(figures.used, expected_used);
            EXPECT_LE(figures.slack, bound);
            // In one shard of several, an extent is 16 KiB at first and later a small part of all.
            EXPECT_LE(figures.slack, threads * (20 * kib + max_tlab_bytes) + expected_used * 2);
        }
    }
}

TEST_P(slack_of, lanes_that_used_little_is_one_small_tlab_and_extent_each) {
    const std::size_t threads = GetParam();
    arena source{64 * mib};
    std::barrier all_done(static_cast<std::ptrdiff_t>(threads));
    run_team(threads, [&](std::size_t) {
        EXPECT_NE(source.try_allocate_bytes(8, 8), nullptr);
        all_done.arrive_and_wait();
    });
    EXPECT_EQ(source.used_bytes(), threads * 8);
    EXPECT_LE(source.usage().slack, threads * 20 * kib);
    EXPECT_EQ(source.usage().lanes, threads);
}

INSTANTIATE_TEST_SUITE_P(threads, slack_of,
                         testing::Values(1U, 2U, 4U, 8U, 16U, 64U, scaled(256, 128)));

TEST(slack, of_a_lane_forgets_at_a_reset_how_much_it_used) {
    arena source{64 * mib};
    static_cast<void>(take(source, 8 * mib, 1000, random_source(seed)));
    source.reset();
    ASSERT_NE(source.try_allocate_bytes(8, 8), nullptr);
    EXPECT_LE(source.usage().slack, 20 * kib);
}

/// One thread takes 1 MiB in blocks of each size in turn, and is asked once more after each KiB.
TEST(slack, of_one_thread_stays_bounded_for_every_size) {
    constexpr std::size_t max_tlab_bytes = 64 * kib;
    arena source{4 * mib};
    constexpr std::size_t step = work_divisor == 1 ? 8 : 8 * work_divisor + 8;
    for (std::size_t bytes = 8; bytes <= 20000; bytes += step) {
        std::size_t used = 0;
        while (used < mib) {
            ASSERT_NE(source.try_allocate_bytes(bytes, 8), nullptr);
            used += bytes;
            if (used < 64 * kib || used >= mib) {
                const auto figures = source.usage();
                ASSERT_EQ(figures.used, used) << "in blocks of " << bytes;
                ASSERT_LE(figures.slack, slack_of_a_lane(used, max_tlab_bytes) + largest_extent)
                    << "in blocks of " << bytes;
            }
        }
        // In the end: one TLAB and one extent of moderate size, and the tails of TLABs.
        EXPECT_LE(source.usage().slack, 128 * kib + used / 3) << "in blocks of " << bytes;
        source.reset();
    }
}

/// Two threads take turns, so that on one shard neither's TLAB can be extended. Returns what
/// usage() says in the end.
memory_arena::arena_usage take_in_turns(std::size_t shard_count, std::size_t bytes,
                                        std::size_t alignment, std::size_t times) {
    arena source{arena_options{.capacity = 256 * mib, .shard_count = shard_count}};
    std::barrier turn(2);
    run_team(2, [&](std::size_t index) {
        for (std::size_t count = 0; count < times; ++count) {
            if (count % 2 == index) {
                EXPECT_NE(source.try_allocate_bytes(bytes, alignment), nullptr);
            }
            turn.arrive_and_wait();
        }
    });
    return source.usage();
}

void expect_bounded_slack_of_two_lanes(const memory_arena::arena_usage& figures) {
    EXPECT_LE(figures.slack, 2 * slack_of_a_lane(figures.used / 2, 64 * kib) + 2 * largest_extent)
        << "used " << figures.used;
}

TEST(slack, of_two_lanes_that_take_turns_stays_bounded_for_every_size) {
    for (const std::size_t shard_count : {1U, 64U}) {
        for (std::size_t bytes = 1000; bytes <= 66000; bytes += 2600) {
            SCOPED_TRACE(testing::Message() << bytes << " bytes, " << shard_count << " shards");
            const auto figures = take_in_turns(shard_count, bytes, 8, 400);
            EXPECT_EQ(figures.used, bytes * 400);
            expect_bounded_slack_of_two_lanes(figures);
        }
    }
}

/// A block that is aligned to a page leaves most of a page behind it, which must not all become
/// tails of TLABs.
TEST(slack, of_two_lanes_that_take_turns_stays_bounded_for_over_aligned_blocks) {
    for (const std::size_t alignment : {64U, 512U, 2048U, 4096U, 8192U}) {
        for (const std::size_t bytes : {8U, 64U, 1000U}) {
            SCOPED_TRACE(testing::Message() << bytes << " bytes at alignment " << alignment);
            expect_bounded_slack_of_two_lanes(take_in_turns(1, bytes, alignment, 1000));
        }
    }
}

TEST(tlabs, double_with_use_up_to_the_largest) {
    for (const std::size_t max_tlab_bytes : {4 * kib, 64 * kib}) {
        arena source{arena_options{.capacity = 64 * mib, .max_tlab_bytes = max_tlab_bytes}};
        static_cast<void>(take(source, 4 * mib, 100, random_source(seed)));
        const auto refills = source.usage().refills;
        EXPECT_GE(refills, 4 * mib / max_tlab_bytes);
        // Few beside the largest ones: 4 KiB twice, 8, 16, 32, and what ends with an extent.
        EXPECT_LE(refills, 4 * mib / max_tlab_bytes * 9 / 8 + 6);
        source.reset();
        EXPECT_EQ(source.usage().refills, 0U);
    }
}

TEST(slack, of_threads_without_a_lane_is_that_of_the_shards) {
    for (const std::size_t threads : {2U, 8U}) {
        arena source{arena_options{.capacity = 64 * mib, .lane_count = 1}};
        std::vector<std::size_t> used(threads);
        // The team has more threads than lanes: all but one are served by the shards.
        run_team(threads, [&](std::size_t index) {
            used[index] = take(source, mib, 200, random_source(seed + index));
        });
        std::size_t expected_used = 0;
        for (const std::size_t bytes : used) {
            expected_used += bytes;
        }
        const auto figures = source.usage();
        EXPECT_EQ(figures.used, expected_used);
        EXPECT_LE(figures.slack, slack_of_a_lane(mib, 64 * kib) + threads * largest_extent);
        EXPECT_LE(figures.lanes, 1U);
    }
}

}  // namespace
