#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <tuple>

#include <gtest/gtest.h>

#include <memory_arena/arena.hpp>

#include "support/figures.hpp"
#include "support/random_source.hpp"
#include "support/scale.hpp"
#include "support/signal_storm.hpp"
#include "support/team.hpp"

/// \file
/// Figures that are read while others allocate: each lies between what was true when the query
/// began and what was true when it ended.

namespace {

using memory_arena::arena;
using memory_arena::arena_options;
using memory_arena::arena_usage;
using namespace test_support;

constexpr std::uint64_t seed = 0x5eed0007;

/// What one thread has taken, as others may know it.
struct alignas(128) progress {
    std::atomic<std::size_t> begun{0};  ///< bytes, with those of a call that may be under way
    std::atomic<std::size_t> ended{0};  ///< bytes, without them
};

using team_progress = std::deque<progress>;

std::size_t ended_by(const team_progress& team) {
    std::size_t sum = 0;
    for (const progress& each : team) {
        sum += each.ended.load();
    }
    return sum;
}

std::size_t begun_by(const team_progress& team) {
    std::size_t sum = 0;
    for (const progress& each : team) {
        sum += each.begun.load();
    }
    return sum;
}

void take(arena& source, progress& mine, std::size_t times, random_source random) {
    for (std::size_t count = 0; count < times; ++count) {
        const std::size_t bytes = random.skewed(1, random.one_in(50) ? 40000 : 500);
        mine.begun.fetch_add(in_granules(bytes));
        if (source.try_allocate_bytes(bytes, 8) != nullptr) {
            mine.ended.fetch_add(in_granules(bytes));
        } else {
            mine.begun.fetch_sub(in_granules(bytes));
        }
    }
}

/// How many lanes there are, and whether the allocating threads are interrupted again and again, in
/// the middle of a refill too.
class figures_beside_allocations : public testing::TestWithParam<std::tuple<std::size_t, bool>> {};

TEST_P(figures_beside_allocations, lie_between_the_truth_before_and_after) {
    constexpr std::size_t threads = 3;
    const auto [lane_count, interrupted] = GetParam();
    signal_storm storm(interrupted);
    for (std::size_t round = 0; round < scaled(20, 3); ++round) {
        arena source{
            arena_options{.capacity = 128 << 20, .max_tlab_bytes = 4096, .lane_count = lane_count}};
        team_progress team(threads);
        std::atomic<std::size_t> at_work{threads};
        run_team(threads + 1, [&](std::size_t index) {
            if (index < threads) {
                const signal_storm::target here(storm);
                take(source, team[index], scaled(20000), random_source(seed + index));
                at_work.fetch_sub(1);
                return;
            }
            arena_usage last;
            while (at_work.load() != 0) {
                const std::size_t before = ended_by(team);
                const std::size_t used = source.used_bytes();
                ASSERT_GE(used, before);
                ASSERT_LE(used, begun_by(team));

                const arena_usage now = source.usage();
                ASSERT_GE(now.used, used);
                ASSERT_LE(now.used, begun_by(team));
                ASSERT_LE(now.used + now.slack, now.reserved);
                ASSERT_GE(now.used + now.slack, last.used + last.slack);
                ASSERT_GE(now.peak, last.used + last.slack);
                ASSERT_GE(now.refills, last.refills);
                ASSERT_LE(now.lanes, threads);
                last = now;
            }
        });
        EXPECT_EQ(source.used_bytes(), ended_by(team));
        source.reset();
        EXPECT_EQ(source.used_bytes(), 0U);
    }
}

INSTANTIATE_TEST_SUITE_P(lane_counts, figures_beside_allocations,
                         testing::Combine(testing::Values(1024U, 2U, 1U), testing::Bool()));

/// The same, in an arena that runs full.
TEST(figures_of_a_full_arena, stay_within_its_capacity) {
    arena source{64 << 10};
    std::atomic<std::size_t> at_work{2};
    run_team(3, [&](std::size_t index) {
        if (index < 2) {
            progress mine;
            take(source, mine, scaled(200000), random_source(seed + index));
            at_work.fetch_sub(1);
            return;
        }
        while (at_work.load() != 0) {
            const arena_usage now = source.usage();
            ASSERT_LE(now.used + now.slack, source.capacity());
            ASSERT_LE(source.used_bytes(), source.capacity());
            ASSERT_LE(source.remaining_bytes(), source.capacity());
        }
    });
}

}  // namespace
