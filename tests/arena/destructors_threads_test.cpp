// Destructors of many threads: of those that have exited, those without a lane, and several resets.

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <barrier>
#include <cstddef>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include <memory_arena/arena.hpp>

#include "support/logged.hpp"
#include "support/scale.hpp"
#include "support/team.hpp"

namespace {

using memory_arena::arena;
using memory_arena::arena_options;
using test_support::destruction_log;
using test_support::logged;
using test_support::run_team;

constexpr std::size_t mebibyte = std::size_t{1} << 20;

/// Counts how often it has been destroyed.
struct counted {
    explicit counted(std::atomic<int>& count) : destroyed(&count) {}
    counted(const counted&) = delete;
    counted& operator=(const counted&) = delete;
    ~counted() { destroyed->fetch_add(1); }
    std::atomic<int>* destroyed;
};

/// `count` counters of 0.
std::vector<std::atomic<int>> counters(std::size_t count) {
    return std::vector<std::atomic<int>>(count);
}

bool all_are_one(const std::vector<std::atomic<int>>& counts) {
    return std::ranges::all_of(counts, [](const auto& count) { return count.load() == 1; });
}

/// The main thread takes its lane index before any other thread of this process, so it is the
/// first: in an arena of one lane, that lane is the main thread's.
const std::size_t early_use = [] {
    arena a(4096);
    static_cast<void>(a.allocate_bytes(8));
    return a.usage().lanes;
}();

TEST(destructors, run_once_when_four_threads_reset_at_once) {
    constexpr std::size_t objects = 1000;
    for (std::size_t round = test_support::scaled(100, 5); round > 0; --round) {
        auto destroyed = counters(4 * objects);
        arena a(4 * mebibyte);
        run_team(4, [&](std::size_t index) {
            for (std::size_t object = 0; object < objects; ++object) {
                static_cast<void>(a.new_object<counted>(destroyed[index * objects + object]));
            }
        });
        run_team(4, [&a](std::size_t) { a.reset(); });
        ASSERT_TRUE(all_are_one(destroyed));
        ASSERT_GE(a.generation(), 2U);  // resets that overlap may be one
        ASSERT_LE(a.generation(), 5U);
        ASSERT_EQ(a.used_bytes(), 0U);
    }
}

TEST(destructors, that_register_run_once_when_four_threads_reset_at_once) {
    for (std::size_t round = test_support::scaled(100, 5); round > 0; --round) {
        auto destroyed = counters(1000);
        arena a(4 * mebibyte);
        for (std::size_t object = 0; object < 500; ++object) {
            a.on_reset([&a, &destroyed, object] {
                destroyed[object].fetch_add(1);
                static_cast<void>(a.new_object<counted>(destroyed[500 + object]));
            });
        }
        run_team(4, [&a](std::size_t) { a.reset(); });
        // What was registered while another reset ran may wait for the next.
        a.reset();
        ASSERT_TRUE(all_are_one(destroyed));
    }
}

TEST(destructors, of_threads_that_have_exited_run_newest_first) {
    constexpr int objects = 100;
    std::vector<destruction_log> destroyed(8);
    arena a(4 * mebibyte);
    run_team(destroyed.size(), [&](std::size_t index) {
        for (int number = 0; number < objects; ++number) {
            static_cast<void>(a.new_object<logged>(destroyed[index], number));
        }
    });
    a.reset();
    for (const destruction_log& log : destroyed) {
        ASSERT_EQ(log.size(), static_cast<std::size_t>(objects));
        EXPECT_TRUE(std::ranges::is_sorted(log, std::greater<>()));
    }
}

TEST(destructors, of_threads_that_took_turns_on_one_lane_all_run) {
    auto destroyed = counters(200);
    {
        arena a(4 * mebibyte);
        for (std::size_t half = 0; half < 2; ++half) {
            for (std::size_t object = 0; object < 100; ++object) {
                std::thread([&] {
                    static_cast<void>(a.new_object<counted>(destroyed[half * 100 + object]));
                }).join();
            }
            if (half == 0) {
                a.reset();
            }
        }
    }
    EXPECT_TRUE(all_are_one(destroyed));
}

TEST(destructors, of_threads_that_still_live_run_with_the_arena) {
    std::atomic<int> destroyed = 0;
    auto a = std::make_unique<arena>(mebibyte);
    std::barrier<> step(2);
    std::thread other([&] {
        static_cast<void>(a->new_object<counted>(destroyed));
        step.arrive_and_wait();
        step.arrive_and_wait();
    });
    step.arrive_and_wait();
    a.reset();
    EXPECT_EQ(destroyed, 1);
    step.arrive_and_wait();
    other.join();
}

TEST(destructors, of_threads_without_a_lane_run_first_and_newest_first) {
    ASSERT_EQ(early_use, 1U);
    destruction_log destroyed;
    arena a(arena_options{.capacity = mebibyte, .lane_count = 1});
    static_cast<void>(a.new_object<logged>(destroyed, 0));
    ASSERT_EQ(a.usage().lanes, 1U);
    for (int number = 1; number < 5; ++number) {
        std::thread([&] { static_cast<void>(a.new_object<logged>(destroyed, number)); }).join();
    }
    static_cast<void>(a.new_object<logged>(destroyed, 5));
    ASSERT_EQ(a.usage().lanes, 1U);
    a.reset();
    EXPECT_EQ(destroyed, (destruction_log{4, 3, 2, 1, 5, 0}));
}

TEST(destructors, of_threads_without_a_lane_all_run) {
    constexpr std::size_t objects = 1000;
    arena a(arena_options{.capacity = 4 * mebibyte, .lane_count = 1});
    for (int round = 0; round < 3; ++round) {
        auto destroyed = counters(8 * objects);
        run_team(8, [&](std::size_t index) {
            for (std::size_t object = 0; object < objects; ++object) {
                static_cast<void>(a.new_object<counted>(destroyed[index * objects + object]));
            }
        });
        a.reset();
        ASSERT_TRUE(all_are_one(destroyed));
        a.reset();
        ASSERT_TRUE(all_are_one(destroyed));
    }
}

TEST(destructors, that_register_on_the_list_of_a_thread_without_a_lane_run_in_the_same_reset) {
    ASSERT_EQ(early_use, 1U);
    destruction_log destroyed;
    arena a(arena_options{.capacity = mebibyte, .lane_count = 1});
    a.on_reset([&] {
        destroyed.push_back(1);
        static_cast<void>(a.new_object<logged>(destroyed, 2));
    });
    std::thread([&] {
        static_cast<void>(a.new_object<logged>(destroyed, 0));
        a.reset();
    }).join();
    EXPECT_EQ(destroyed, (destruction_log{0, 1, 2}));
}

TEST(destructors, of_a_thread_without_a_lane_that_lives_on_run_in_each_generation) {
    destruction_log destroyed;
    arena a(arena_options{.capacity = mebibyte, .lane_count = 1});
    static_cast<void>(a.allocate_bytes(8));
    std::thread([&] {
        for (int number = 0; number < 100; ++number) {
            static_cast<void>(a.new_object<logged>(destroyed, number));
            a.reset();
            ASSERT_EQ(destroyed.size(), static_cast<std::size_t>(number) + 1);
        }
    }).join();
}

}  // namespace
