// reset: everything is gone, the same memory comes again, and nothing wears out.

#include <gtest/gtest.h>

#include <algorithm>
#include <barrier>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <system_error>
#include <thread>
#include <vector>

#include <memory_arena/arena.hpp>

#include "support/figures.hpp"
#include "support/scale.hpp"

namespace {

using memory_arena::arena;
using memory_arena::arena_options;
using memory_arena::arena_usage;
using test_support::scaled;

constexpr std::size_t mebibyte = std::size_t{1} << 20;

TEST(reset, advances_the_generation_by_one) {
    arena a(mebibyte);
    EXPECT_EQ(a.generation(), 1U);
    for (std::uint64_t resets = 1; resets < 1000; ++resets) {
        a.reset();
        ASSERT_EQ(a.generation(), resets + 1);
        ASSERT_EQ(a.usage().generation, resets + 1);
    }
}

TEST(reset, brings_the_same_addresses_again) {
    arena a(16 * mebibyte);
    const auto addresses = [&a] {
        std::vector<void*> result;
        for (std::size_t request = 0; request < 20'000; ++request) {
            result.push_back(a.allocate_bytes(8 + request % 300, 16));
        }
        result.push_back(a.allocate_bytes(mebibyte));
        result.push_back(a.allocate_bytes(20'000));
        result.push_back(a.allocate_bytes(8, 4096));
        return result;
    };
    const std::vector<void*> first = addresses();
    for (int round = 0; round < 10; ++round) {
        a.reset();
        ASSERT_EQ(addresses(), first);
    }
}

TEST(reset, makes_the_whole_reserve_available_again) {
    arena a(4 * mebibyte);
    const std::size_t first = test_support::fill(a, 48);
    for (int round = 0; round < 10; ++round) {
        a.reset();
        ASSERT_EQ(test_support::fill(a, 48), first);
        a.reset();
        ASSERT_NE(a.try_allocate_bytes(a.capacity()), nullptr);
        ASSERT_EQ(a.remaining_bytes(), 0U);
    }
}

TEST(reset, of_an_arena_never_used_changes_only_the_generation) {
    arena a(mebibyte);
    arena_usage expected = a.usage();
    for (int round = 0; round < 1000; ++round) {
        a.reset();
    }
    expected.generation += 1000;
    test_support::expect_same_usage(a.usage(), expected);
    EXPECT_NE(a.try_allocate_bytes(mebibyte), nullptr);
}

TEST(reset, may_follow_every_allocation) {
    arena a(mebibyte);
    void* first = a.allocate_bytes(64);
    for (std::size_t round = scaled(1'000'000); round > 0; --round) {
        a.reset();
        ASSERT_EQ(a.allocate_bytes(64), first);
    }
    EXPECT_EQ(a.used_bytes(), 64U);
    EXPECT_LE(a.usage().peak, std::size_t{64} << 10);
}

TEST(reset, keeps_the_content_until_somebody_writes) {
    arena a(mebibyte);
    auto* block = static_cast<unsigned char*>(a.allocate_bytes(1000));
    std::memset(block, 0xab, 1000);
    a.reset();
    const auto again = a.new_span_for_overwrite<unsigned char>(1000);
    EXPECT_EQ(again.data(), block);
    EXPECT_EQ(std::ranges::count(again, 0xab), 1000);
}

TEST(reset, takes_the_tlabs_of_other_threads_away) {
    arena a(4 * mebibyte);
    std::barrier<> step(2);
    constexpr std::size_t blocks = 500;
    for (int round = 0; round < 20; ++round) {
        std::vector<std::byte*> mine;
        std::vector<std::byte*> others;
        std::thread other([&] {
            static_cast<void>(a.allocate_bytes(64));  // leaves a TLAB of the generation before
            step.arrive_and_wait();
            step.arrive_and_wait();
            for (std::size_t block = 0; block < blocks; ++block) {
                others.push_back(static_cast<std::byte*>(a.allocate_bytes(64)));
            }
        });
        static_cast<void>(a.allocate_bytes(64));
        step.arrive_and_wait();
        a.reset();
        step.arrive_and_wait();
        for (std::size_t block = 0; block < blocks; ++block) {
            mine.push_back(static_cast<std::byte*>(a.allocate_bytes(64)));
        }
        other.join();
        mine.insert(mine.end(), others.begin(), others.end());
        std::sort(mine.begin(), mine.end());
        for (std::size_t block = 1; block < mine.size(); ++block) {
            ASSERT_GE(mine[block] - mine[block - 1], 64);
        }
        ASSERT_EQ(a.used_bytes(), 2 * blocks * 64);
        a.reset();
    }
}

TEST(reset, leaves_no_trace_after_any_power_of_two_of_resets) {
    arena a(2 * mebibyte);
    const std::size_t largest = test_support::work_divisor > 1 ? 16 : 20;
    for (std::size_t power = 1; power <= largest; ++power) {
        SCOPED_TRACE(power);
        static_cast<void>(test_support::fill(a, 4000));
        for (std::uint64_t resets = std::uint64_t{1} << power; resets > 0; --resets) {
            a.reset();
        }
        const arena_usage fresh = a.usage();
        ASSERT_EQ(fresh.used, 0U);
        ASSERT_EQ(fresh.slack, 0U);
        ASSERT_EQ(fresh.refills, 0U);
        ASSERT_EQ(fresh.lanes, 0U);
        ASSERT_EQ(test_support::fill(a, 32), 2 * mebibyte / 32);
        a.reset();
        ASSERT_NE(a.try_allocate_bytes(2 * mebibyte), nullptr);
        a.reset();
    }
}

/// In the largest reserve, packed words have the fewest bits left for the generation: none may be
/// taken for one of the present, however many resets lie between.
TEST(reset, leaves_no_trace_when_packed_generations_come_round) {
    std::error_code error;
    const auto a = memory_arena::try_make_arena(
        arena_options{.capacity = memory_arena::max_capacity, .lane_count = 1}, error);
    if (a == nullptr) {
        GTEST_SKIP() << "the kernel refuses a reserve of max_capacity: " << error.message();
    }
    std::size_t destroyed = 0;
    std::size_t registered = 0;
    const auto leave_traces = [&] {
        // A thread with a lane and one without: in the frontier, the shards, and both kinds of
        // list.
        for (int thread = 0; thread < 2; ++thread) {
            static_cast<void>(a->allocate_bytes(100'000));
            static_cast<void>(a->allocate_bytes(64));
            a->on_reset([&destroyed] { ++destroyed; });
            ++registered;
            if (thread == 0) {
                std::thread([&] {
                    static_cast<void>(a->allocate_bytes(64));
                    a->on_reset([&destroyed] { ++destroyed; });
                    ++registered;
                }).join();
            }
        }
    };
    const std::size_t largest = test_support::work_divisor > 4 ? 20 : 24;
    for (std::size_t power = 10; power <= largest; ++power) {
        SCOPED_TRACE(power);
        leave_traces();
        for (std::uint64_t resets = std::uint64_t{1} << power; resets > 0; --resets) {
            a->reset();
        }
        ASSERT_EQ(destroyed, registered);
        ASSERT_EQ(a->usage().used, 0U);
        ASSERT_EQ(a->usage().slack, 0U);
        std::thread([&] { static_cast<void>(a->allocate_bytes(64, 8)); }).join();
        static_cast<void>(a->allocate_bytes(64, 8));
        ASSERT_EQ(a->used_bytes(), 128U);
        ASSERT_LT(a->usage().slack, std::size_t{256} << 10);
        leave_traces();
        a->reset();
        ASSERT_EQ(destroyed, registered);
    }
}

}  // namespace
