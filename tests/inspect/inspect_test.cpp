// inspect(): exact at rest, and sound beside allocations and resets.

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <barrier>
#include <cstddef>
#include <string>
#include <thread>
#include <vector>

#include <memory_arena/inspect.hpp>
#include <memory_arena/lease.hpp>

#include "support/inspections.hpp"
#include "support/random_source.hpp"
#include "support/scale.hpp"
#include "support/team.hpp"

namespace {

using memory_arena::arena;
using memory_arena::arena_inspection;
using memory_arena::arena_lease;
using memory_arena::arena_options;
using memory_arena::cpu_arena;
using memory_arena::inspected_lane;
using memory_arena::inspected_shard;
using memory_arena::lane_owner;
using memory_arena::lane_path;
using namespace test_support;

constexpr std::size_t kib = 1024;
constexpr std::size_t mib = 1024 * kib;

/// One shard: where everything lies is then known.
arena_options one_shard(std::size_t capacity = mib) {
    return {.capacity = capacity, .name = "one shard", .shard_count = 1};
}

std::size_t run_bytes(const arena_inspection& what) {
    std::size_t sum = 0;
    for (const inspected_shard& shard : what.shards) {
        sum += shard.run.bytes();
    }
    return sum;
}

TEST(inspect, of_a_new_arena_finds_nothing) {
    const arena a(arena_options{.capacity = mib, .name = "new"});
    const arena_inspection now = a.inspect();
    EXPECT_EQ(now.name, "new");
    EXPECT_FALSE(now.is_cpu_arena);
    EXPECT_EQ(now.capacity, mib);
    EXPECT_EQ(now.frontier, 0U);
    EXPECT_EQ(now.block_bytes, 4 * kib);
    EXPECT_EQ(now.shards.size(), 64U);
    EXPECT_TRUE(std::none_of(now.shards.begin(), now.shards.end(), [](const auto& one) {
        return one.holds_something();
    }));
    EXPECT_TRUE(now.lanes.empty());
    EXPECT_EQ(now.used_or_kept(), 0U);
    EXPECT_EQ(now.usage.generation, 1U);
    expect_exact(now);
}

TEST(inspect, finds_a_threads_tlab_and_what_its_shard_has_left) {
    arena a(one_shard());
    const auto* first = static_cast<std::byte*>(a.allocate_bytes(100, 8));
    const arena_inspection now = a.inspect();
    expect_exact(now);
    ASSERT_EQ(now.lanes.size(), 1U);
    const inspected_lane& lane = now.lanes[0];
    EXPECT_EQ(lane.owner, lane_owner::thread);
    EXPECT_EQ(lane.used, 104U);
    EXPECT_EQ(lane.refills, 1U);
    EXPECT_EQ(lane.tlab.begin, 0U);
    EXPECT_EQ(lane.cursor, 104U);
    EXPECT_EQ(lane.tlab.end, 4 * kib);
    EXPECT_EQ(lane.unused(), 4 * kib - 104);
    EXPECT_EQ(now.shards[0].run.begin, 4 * kib);
    EXPECT_EQ(now.shards[0].run.end, 16 * kib);
    EXPECT_EQ(now.frontier, 16 * kib);
    EXPECT_EQ(now.used_or_kept(), 0U);
    // The cursor is where the next allocation begins.
    EXPECT_EQ(static_cast<std::byte*>(a.allocate_bytes(8, 8)), first + lane.cursor);
}

TEST(inspect, finds_each_threads_tlab) {
    constexpr std::size_t threads = 4;
    arena a(one_shard());
    std::barrier<> all_have_allocated(threads);
    run_team(threads, [&](std::size_t index) {
        static_cast<void>(a.allocate_bytes(8 * (index + 1), 8));
        all_have_allocated.arrive_and_wait();
    });
    const arena_inspection now = a.inspect();
    expect_exact(now);
    ASSERT_EQ(now.lanes.size(), threads);
    std::vector<std::size_t> used;
    for (const inspected_lane& lane : now.lanes) {
        EXPECT_EQ(lane.cursor - lane.tlab.begin, lane.used);
        EXPECT_EQ(lane.tlab.bytes(), 4 * kib);
        used.push_back(lane.used);
    }
    std::sort(used.begin(), used.end());
    EXPECT_EQ(used, (std::vector<std::size_t>{8, 16, 24, 32}));
    EXPECT_TRUE(std::is_sorted(
        now.lanes.begin(), now.lanes.end(),
        [](const auto& left, const auto& right) { return left.index < right.index; }));
}

TEST(inspect, shows_what_went_past_a_tlab_as_used_or_kept) {
    arena a(one_shard());
    static_cast<void>(a.allocate_bytes(8, 8));
    static_cast<void>(a.allocate_bytes(200 * kib, 8));  // large: from the frontier
    const arena_inspection now = a.inspect();
    expect_exact(now);
    EXPECT_EQ(now.used_or_kept(), 200 * kib);
    EXPECT_EQ(now.frontier, 216 * kib);
    EXPECT_EQ(now.lanes[0].used, 200 * kib + 8);
    EXPECT_EQ(now.lanes[0].cursor, 8U);
}

TEST(inspect, finds_what_threads_without_a_lane_took_at_their_shards) {
    arena a(arena_options{.capacity = mib, .shard_count = 4, .lane_count = 1});
    static_cast<void>(a.allocate_bytes(8, 8));
    std::barrier<> all_are_here(3);
    run_team(3, [&](std::size_t) {
        all_are_here.arrive_and_wait();  // so that at most one of them has the lane
        static_cast<void>(a.allocate_bytes(160, 8));
        all_are_here.arrive_and_wait();
    });
    const arena_inspection now = a.inspect();
    expect_exact(now);
    std::size_t direct = 0;
    for (const inspected_shard& shard : now.shards) {
        direct += shard.direct_bytes;
    }
    EXPECT_GE(direct, 2U * 160);
    EXPECT_EQ(now.shards.size(), 4U);
}

TEST(inspect, finds_a_lease_and_the_chunk_that_its_scope_is_in) {
    arena a(one_shard());
    arena_lease lease = a.lease();
    static_cast<void>(lease.allocate_bytes(24, 8));
    arena_inspection now = a.inspect();
    expect_exact(now);
    ASSERT_EQ(now.lanes.size(), 1U);
    EXPECT_EQ(now.lanes[0].owner, lane_owner::lease);
    EXPECT_EQ(now.lanes[0].index, 0U);
    EXPECT_EQ(now.lanes[0].used, 24U);
    EXPECT_EQ(now.lanes[0].tlab.bytes(), 4 * kib);
    {
        const auto scope = lease.scope();
        static_cast<void>(lease.allocate_bytes(100 * kib, 8));
        now = a.inspect();
        expect_exact(now);
        EXPECT_EQ(now.lanes[0].used, 100 * kib + 24);
        EXPECT_GE(now.lanes[0].tlab.bytes(), 100 * kib);
    }
    now = a.inspect();
    expect_exact(now);
    EXPECT_EQ(now.lanes[0].used, 24U);
    EXPECT_GE(now.used_or_kept(), 100 * kib);  // kept for the next scope
}

TEST(inspect, finds_what_a_lease_gave_back_on_a_shelf) {
    arena a(one_shard());
    {
        arena_lease lease = a.lease();
        const auto scope = lease.scope();
        static_cast<void>(lease.allocate_bytes(100 * kib, 8));
    }
    const arena_inspection now = a.inspect();
    expect_exact(now);
    EXPECT_GE(now.shards[0].shelf.bytes(), 100 * kib);
    EXPECT_EQ(now.shards[0].shelf.begin % now.block_bytes, 0U);
    EXPECT_EQ(now.shards[0].shelf.end, now.frontier);
    EXPECT_TRUE(now.shards[0].holds_something());
    EXPECT_EQ(now.usage.used, 0U);
}

TEST(inspect, counts_positions_from_the_first_byte_of_a_buffer) {
    alignas(16) static std::byte memory[64 * kib];
    arena a(arena_options{.shard_count = 1, .buffer = std::span(memory).subspan(1)});
    const auto* block = static_cast<std::byte*>(a.allocate_bytes(40, 8));
    const arena_inspection now = a.inspect();
    expect_exact(now);
    EXPECT_EQ(now.capacity, 64 * kib - 16);
    EXPECT_EQ(now.lanes.at(0).tlab.begin, static_cast<std::size_t>(block - (memory + 16)));
    EXPECT_EQ(now.lanes.at(0).cursor, now.lanes.at(0).tlab.begin + 40);
}

TEST(inspect, after_a_reset_finds_nothing_of_the_generation_that_ended) {
    arena a(one_shard());
    arena_lease lease = a.lease();
    static_cast<void>(a.allocate_bytes(100));
    static_cast<void>(lease.allocate_bytes(100));
    a.reset();
    const arena_inspection now = a.inspect();
    expect_exact(now);
    EXPECT_EQ(now.usage.generation, 2U);
    EXPECT_EQ(now.frontier, 0U);
    EXPECT_TRUE(now.lanes.empty());
    EXPECT_FALSE(now.shards[0].holds_something());
    EXPECT_GT(now.usage.peak, 0U);
}

TEST(inspect, of_a_full_arena_reaches_its_end) {
    arena a(one_shard(64 * kib));
    while (a.try_allocate_bytes(8, 8) != nullptr) {
    }
    const arena_inspection now = a.inspect();
    expect_exact(now);
    EXPECT_EQ(now.frontier, 64 * kib);
    EXPECT_EQ(run_bytes(now), 0U);
    EXPECT_EQ(now.lanes.at(0).used, 64 * kib);
}

TEST(inspect, of_a_cpu_arena_finds_cpus_or_says_why_there_are_none) {
    cpu_arena a(one_shard());
    for (int count = 0; count < 100; ++count) {
        static_cast<void>(a.allocate_bytes(16, 16));
    }
    const arena_inspection now = a.inspect();
    expect_exact(now);
    EXPECT_TRUE(now.is_cpu_arena);
    EXPECT_EQ(now.usage.used, 1600U);
    if (now.usage.path == lane_path::shards) {
        EXPECT_TRUE(now.lanes.empty());
        EXPECT_EQ(now.shards[0].direct_bytes, 1600U);
        return;
    }
    for (const inspected_lane& lane : now.lanes) {
        EXPECT_EQ(lane.owner, lane_owner::cpu);
        EXPECT_GT(lane.tlab.bytes(), 0U);
    }
}

TEST(inspect, at_rest_finds_nothing_in_two_places) {
    for (const std::size_t shard_count : {1U, 3U, 64U}) {
        arena a(arena_options{.capacity = 16 * mib, .shard_count = shard_count});
        for (std::size_t round = 0; round < scaled(10, 2); ++round) {
            run_team(4, [&](std::size_t index) {
                random_source random(1 + 100 * round + index);
                arena_lease lease = a.lease();
                for (int turn = 0; turn < 15; ++turn) {
                    const auto scope = lease.scope();
                    for (int request = 0; request < 20; ++request) {
                        const std::size_t bytes =
                            random.skewed(1, random.one_in(30) ? 30'000 : 300);
                        static_cast<void>(a.try_allocate_bytes(bytes, 8));
                        static_cast<void>(lease.try_allocate_bytes(bytes, 16));
                    }
                }
                static_cast<void>(lease.try_allocate_bytes(100, 8));
            });
            expect_exact(a.inspect());
        }
    }
}

template <class Arena>
class inspect_beside_others : public testing::Test {};
using both_arenas = testing::Types<arena, cpu_arena>;
TYPED_TEST_SUITE(inspect_beside_others, both_arenas);

TYPED_TEST(inspect_beside_others, is_sound) {
    constexpr std::size_t threads = 4;
    TypeParam a(arena_options{.capacity = 2 * mib, .shard_count = 2, .max_tlab_bytes = 8 * kib});
    std::atomic<std::size_t> at_work{threads};
    run_team(threads + 2, [&](std::size_t index) {
        if (index < threads) {
            random_source random(7 + index);
            arena_lease lease = a.lease();
            for (std::size_t request = scaled(100'000); request > 0; --request) {
                const std::size_t bytes = random.skewed(1, random.one_in(50) ? 20'000 : 200);
                static_cast<void>(a.try_allocate_bytes(bytes, 8));
                static_cast<void>(lease.try_allocate_bytes(bytes, 8));
            }
            at_work.fetch_sub(1);
            return;
        }
        std::uint64_t last = 0;
        while (at_work.load() != 0) {
            if (index == threads) {
                a.reset();  // takes addresses' ends of life: nothing was written there
                std::this_thread::yield();
                continue;
            }
            const arena_inspection now = a.inspect();
            expect_sound(now);
            ASSERT_GE(now.usage.generation, last);
            last = now.usage.generation;
        }
    });
    expect_sound(a.inspect());
}

}  // namespace
