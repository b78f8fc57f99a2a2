// usage() and the other queries: exact at rest, and bounded while other threads allocate.

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <barrier>
#include <cstddef>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include <memory_arena/arena.hpp>

#include "support/figures.hpp"
#include "support/scale.hpp"
#include "support/team.hpp"

namespace {

using memory_arena::arena;
using memory_arena::arena_options;
using memory_arena::arena_usage;
using test_support::in_granules;

constexpr std::size_t mebibyte = std::size_t{1} << 20;

TEST(usage, of_a_new_arena_is_zero) {
    arena a(arena_options{.capacity = mebibyte, .name = "new"});
    const arena_usage figures = a.usage();
    EXPECT_EQ(figures.reserved, mebibyte);
    EXPECT_EQ(figures.committed, 0U);
    EXPECT_EQ(figures.used, 0U);
    EXPECT_EQ(figures.slack, 0U);
    EXPECT_EQ(figures.peak, 0U);
    EXPECT_EQ(figures.generation, 1U);
    EXPECT_EQ(figures.refills, 0U);
    EXPECT_EQ(figures.lanes, 0U);
    EXPECT_EQ(figures.path, memory_arena::lane_path::per_thread);
    EXPECT_EQ(a.used_bytes(), 0U);
    EXPECT_EQ(a.remaining_bytes(), mebibyte);
    EXPECT_EQ(a.capacity(), mebibyte);
    EXPECT_EQ(a.generation(), 1U);
    EXPECT_EQ(a.name(), "new");
}

TEST(usage, counts_bytes_rounded_to_granules) {
    arena a(mebibyte);
    std::size_t expected = 0;
    for (int round = 0; round < 100; ++round) {
        for (const std::size_t bytes : {1U, 7U, 8U, 9U, 24U, 100U, 1001U}) {
            static_cast<void>(a.allocate_bytes(bytes, 8));
            expected += in_granules(bytes);
            ASSERT_EQ(a.used_bytes(), expected);
            ASSERT_EQ(a.usage().used, expected);
            ASSERT_EQ(a.remaining_bytes(), mebibyte - expected);
        }
    }
}

TEST(usage, counts_requests_of_every_size) {
    arena a(64 * mebibyte);
    std::size_t expected = 0;
    for (const std::size_t bytes :
         {std::size_t{8}, std::size_t{4096}, std::size_t{16'384}, std::size_t{16'392},
          std::size_t{65'536}, mebibyte, std::size_t{24}, 10 * mebibyte + 8, std::size_t{8}}) {
        static_cast<void>(a.allocate_bytes(bytes, 8));
        expected += bytes;
        ASSERT_EQ(a.used_bytes(), expected) << bytes;
    }
}

TEST(usage, counts_padding_for_alignment) {
    arena a(mebibyte);
    static_cast<void>(a.allocate_bytes(8, 8));
    const auto* block = static_cast<std::byte*>(a.allocate_bytes(8, 16));
    EXPECT_TRUE(test_support::is_aligned(block, 16));
    EXPECT_EQ(a.used_bytes(), 24U);
    const auto* next = static_cast<std::byte*>(a.allocate_bytes(8, 256));
    EXPECT_EQ(a.used_bytes(), static_cast<std::size_t>(24 + (next - (block + 8)) + 8));
}

TEST(usage, of_used_and_slack_together_is_the_frontier) {
    arena a(64 * mebibyte);
    std::uint32_t state = 1;
    for (int request = 0; request < 20'000; ++request) {
        state = state * 1'664'525 + 1'013'904'223;
        const std::size_t bytes = (state >> 8) % (request % 100 == 0 ? 200'000 : 500);
        const std::size_t alignment = std::size_t{1} << ((state >> 4) % 10);
        if (a.try_allocate_bytes(bytes, alignment) == nullptr) {
            break;
        }
        const arena_usage figures = a.usage();
        ASSERT_EQ(figures.used + figures.slack, figures.peak);  // in the first generation
        ASSERT_LE(figures.peak, figures.committed);
        ASSERT_LE(figures.committed, figures.reserved);
        ASSERT_EQ(figures.used, a.used_bytes());
    }
}

TEST(usage, of_a_full_arena_reaches_the_capacity) {
    arena a(mebibyte);
    EXPECT_EQ(test_support::fill(a, 32), mebibyte / 32);
    const arena_usage figures = a.usage();
    EXPECT_EQ(figures.used, mebibyte);
    EXPECT_EQ(figures.slack, 0U);
    EXPECT_EQ(figures.peak, mebibyte);
    EXPECT_EQ(figures.committed, mebibyte);
    EXPECT_EQ(a.remaining_bytes(), 0U);
}

TEST(usage, counts_what_every_thread_has_taken) {
    constexpr std::size_t threads = 8;
    constexpr std::size_t requests = 1000;
    arena a(64 * mebibyte);
    for (std::size_t round = 1; round <= 3; ++round) {
        test_support::run_team(threads, [&a](std::size_t index) {
            for (std::size_t request = 0; request < requests; ++request) {
                static_cast<void>(a.allocate_bytes(8 * (index + 1), 8));
            }
        });
        const arena_usage figures = a.usage();
        EXPECT_EQ(figures.used, round * requests * 8 * (threads * (threads + 1) / 2));
        EXPECT_EQ(figures.used + figures.slack, figures.peak);
    }
}

TEST(usage, counts_what_threads_without_a_lane_have_taken) {
    arena a(arena_options{.capacity = 16 * mebibyte, .lane_count = 1});
    test_support::run_team(4, [&a](std::size_t) {
        for (int request = 0; request < 1000; ++request) {
            static_cast<void>(a.allocate_bytes(20, 8));
        }
    });
    const arena_usage figures = a.usage();
    EXPECT_EQ(figures.used, 4U * 1000U * 24U);
    EXPECT_EQ(figures.used + figures.slack, figures.peak);
    EXPECT_LE(figures.lanes, 1U);
}

TEST(usage, counts_refills_of_this_generation) {
    arena a(16 * mebibyte);
    static_cast<void>(a.allocate_bytes(8));
    EXPECT_EQ(a.usage().refills, 1U);
    static_cast<void>(a.allocate_bytes(8));
    EXPECT_EQ(a.usage().refills, 1U);
    for (int request = 0; request < 10'000; ++request) {
        static_cast<void>(a.allocate_bytes(64));
    }
    const std::uint64_t many = a.usage().refills;
    EXPECT_GT(many, 5U);
    EXPECT_LT(many, 1000U);
    a.reset();
    EXPECT_EQ(a.usage().refills, 0U);
    static_cast<void>(a.allocate_bytes(8));
    EXPECT_EQ(a.usage().refills, 1U);
}

TEST(usage, counts_lanes_that_have_allocated_in_this_generation) {
    arena a(mebibyte);
    const auto allocate_on_three_threads_at_once = [&a] {
        std::barrier<> all_have_allocated(3);
        test_support::run_team(3, [&](std::size_t) {
            static_cast<void>(a.allocate_bytes(8));
            all_have_allocated.arrive_and_wait();
        });
    };
    static_cast<void>(a.allocate_bytes(8));
    EXPECT_EQ(a.usage().lanes, 1U);
    allocate_on_three_threads_at_once();
    EXPECT_EQ(a.usage().lanes, 4U);
    allocate_on_three_threads_at_once();  // on the lanes of those before
    EXPECT_EQ(a.usage().lanes, 4U);
    a.reset();
    EXPECT_EQ(a.usage().lanes, 0U);
    static_cast<void>(a.allocate_bytes(8));
    EXPECT_EQ(a.usage().lanes, 1U);
}

TEST(usage, after_a_reset_begins_anew_but_for_peak_and_committed) {
    arena a(16 * mebibyte);
    static_cast<void>(a.allocate_bytes(3 * mebibyte));
    static_cast<void>(a.allocate_bytes(100));
    const arena_usage before = a.usage();
    a.reset();
    const arena_usage after = a.usage();
    EXPECT_EQ(after.used, 0U);
    EXPECT_EQ(after.slack, 0U);
    EXPECT_EQ(after.generation, 2U);
    EXPECT_EQ(after.peak, before.peak);
    EXPECT_EQ(after.committed, before.committed);
    EXPECT_EQ(after.reserved, before.reserved);
    EXPECT_EQ(a.used_bytes(), 0U);
    EXPECT_EQ(a.remaining_bytes(), a.capacity());

    static_cast<void>(a.allocate_bytes(mebibyte));
    EXPECT_EQ(a.usage().peak, before.peak);
    static_cast<void>(a.allocate_bytes(8 * mebibyte));
    EXPECT_GE(a.usage().peak, 9 * mebibyte);
}

TEST(contains, is_true_for_the_reserve_and_nothing_else) {
    arena a(4096);
    arena other(4096);
    auto* block = static_cast<std::byte*>(a.allocate_bytes(4096, 1));
    EXPECT_TRUE(a.contains(block));
    EXPECT_TRUE(a.contains(block + 4095));
    EXPECT_FALSE(a.contains(block + 4096));
    EXPECT_FALSE(a.contains(block - 1));
    EXPECT_FALSE(a.contains(nullptr));
    EXPECT_FALSE(a.contains(&a));
    EXPECT_FALSE(other.contains(block));
    a.reset();
    EXPECT_TRUE(a.contains(block));
}

TEST(queries, beside_allocating_threads_only_grow_and_never_pass_the_capacity) {
    constexpr std::size_t threads = 3;
    arena a(4 * mebibyte);
    std::atomic<std::size_t> running = threads;
    std::thread reader([&] {
        arena_usage last;
        std::size_t last_used = 0;
        bool done = false;
        while (!done) {
            done = running.load() == 0;
            const arena_usage figures = a.usage();
            const std::size_t used = a.used_bytes();
            const std::size_t remaining = a.remaining_bytes();
            ASSERT_GE(figures.used, last_used);
            ASSERT_GE(used, figures.used);
            ASSERT_GE(figures.peak, last.peak);
            ASSERT_GE(figures.committed, last.committed);
            ASSERT_GE(figures.refills, last.refills);
            ASSERT_GE(figures.lanes, last.lanes);
            ASSERT_LE(figures.lanes, threads);
            ASSERT_EQ(figures.generation, 1U);
            ASSERT_LE(figures.used + figures.slack, a.capacity());
            ASSERT_LE(figures.peak, a.capacity());
            ASSERT_LE(figures.committed, a.capacity());
            ASSERT_LE(used, a.capacity());
            ASSERT_LE(remaining, a.capacity() - used);
            last = figures;
            last_used = used;
        }
    });
    test_support::run_team(threads, [&](std::size_t index) {
        std::size_t bytes = 8 + 8 * index;
        while (a.try_allocate_bytes(bytes, 8) != nullptr) {
            bytes = bytes % 4000 + 8;
        }
        running.fetch_sub(1);
    });
    reader.join();
}

TEST(queries, beside_resets_never_pass_the_capacity) {
    arena a(mebibyte);
    std::atomic<bool> done = false;
    std::thread reader([&] {
        std::uint64_t last = 0;
        while (!done.load()) {
            const arena_usage figures = a.usage();
            ASSERT_LE(figures.used + figures.slack, a.capacity());
            ASSERT_LE(figures.peak, a.capacity());
            ASSERT_LE(a.used_bytes(), a.capacity());
            ASSERT_LE(a.remaining_bytes(), a.capacity());
            ASSERT_GE(figures.generation, last);
            ASSERT_GE(a.generation(), figures.generation);
            last = figures.generation;
        }
    });
    for (std::size_t round = test_support::scaled(2000); round > 0; --round) {
        static_cast<void>(a.allocate_bytes(mebibyte / 2));
        for (int request = 0; request < 100; ++request) {
            static_cast<void>(a.allocate_bytes(1000));
        }
        a.reset();
    }
    done.store(true);
    reader.join();
}

}  // namespace
