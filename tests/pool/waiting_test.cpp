// Who waits for an arena of a pool gets one, once there is one.

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <optional>
#include <thread>
#include <vector>

#include <memory_arena/arena_pool.hpp>

#include "support/scale.hpp"
#include "support/team.hpp"

namespace {

using memory_arena::arena_pool;
using memory_arena::pooled_arena;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;
using test_support::run_team;
using test_support::scaled;

constexpr std::size_t mib = std::size_t{1} << 20;

void wait_until_somebody_waits(const arena_pool& pool, std::uint64_t count = 1) {
    while (pool.usage().waits < count) {
        std::this_thread::yield();
    }
}

TEST(waiting, ends_when_an_arena_comes_back) {
    arena_pool pool({.arena = {.capacity = mib}, .arena_count = 1});
    std::optional<pooled_arena> held = pool.acquire();
    std::atomic<bool> has_one{false};
    std::thread other([&] {
        const pooled_arena mine = pool.acquire();
        has_one = true;
    });
    wait_until_somebody_waits(pool);
    EXPECT_FALSE(has_one);
    held.reset();
    other.join();
    EXPECT_TRUE(has_one);
}

TEST(waiting, for_a_time_ends_with_it_or_with_an_arena) {
    arena_pool pool({.arena = {.capacity = mib}, .arena_count = 1});
    std::optional<pooled_arena> held = pool.acquire();
    const auto begin = steady_clock::now();
    EXPECT_FALSE(pool.acquire_for(milliseconds(20)));
    EXPECT_GE(steady_clock::now() - begin, milliseconds(20));
    EXPECT_FALSE(pool.acquire_until(begin)) << "the past";
    EXPECT_FALSE(pool.acquire_for(milliseconds(-5)));
    EXPECT_FALSE(pool.acquire_for(hours::min() + hours(1)));
    EXPECT_FALSE(pool.acquire_for(std::chrono::duration<double>(std::nan(""))));
    std::thread other([&] { EXPECT_TRUE(pool.acquire_for(hours(10))); });
    wait_until_somebody_waits(pool, 6);
    held.reset();
    other.join();
    EXPECT_TRUE(pool.acquire_for(milliseconds(-5))) << "one that is free needs no time";
}

TEST(waiting, for_ever_in_any_unit) {
    arena_pool pool({.arena = {.capacity = mib}, .arena_count = 1});
    EXPECT_TRUE(pool.acquire_for(hours::max()));
    EXPECT_TRUE(pool.acquire_for(nanoseconds::max()));
    EXPECT_TRUE(pool.acquire_for(std::chrono::duration<double>(1e300)));
    std::optional<pooled_arena> held = pool.acquire();
    std::thread other([&] { EXPECT_TRUE(pool.acquire_for(hours::max())); });
    wait_until_somebody_waits(pool);
    held.reset();
    other.join();
}

TEST(waiting, leaves_nobody_behind) {
    // Three threads share one arena, so that most check-outs wait.
    arena_pool pool({.arena = {.capacity = mib}, .arena_count = 1});
    const std::size_t turns = scaled(20'000);
    run_team(3, [&](std::size_t) {
        for (std::size_t turn = 0; turn < turns; ++turn) {
            const pooled_arena held = pool.acquire();
            static_cast<void>(held->new_object<std::size_t>(turn));
        }
    });
    EXPECT_EQ(pool.usage().check_outs, 3 * turns);
    EXPECT_EQ(pool.usage().in_use, 0U);
}

TEST(waiting, leaves_nobody_behind_among_those_who_give_up) {
    arena_pool pool({.arena = {.capacity = mib}, .arena_count = 2});
    const std::size_t turns = scaled(5'000);
    std::atomic<std::size_t> served{0};
    run_team(6, [&](std::size_t index) {
        for (std::size_t turn = 0; turn < turns; ++turn) {
            if (index % 2 == 0) {
                served += pool.acquire_for(nanoseconds(turn % 7 * 1000)) ? 1 : 0;
            } else {
                const pooled_arena held = pool.acquire();
                ++served;
            }
        }
    });
    const auto now = pool.usage();
    EXPECT_EQ(now.check_outs, served);
    EXPECT_EQ(now.check_outs + now.refusals, 6 * turns);
    EXPECT_EQ(now.in_use, 0U);
}

}  // namespace
