// Check-outs of a pool take nothing from the heap, once its arenas are made.

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>

#include <memory_arena/arena_pool.hpp>

#include "heap/heap_counter.hpp"
#include "support/scale.hpp"
#include "support/team.hpp"

namespace {

using heap_counter::taken_by;
using memory_arena::arena_pool;
using memory_arena::pooled_arena;
using test_support::run_team;
using test_support::scaled;

constexpr std::size_t mebibyte = std::size_t{1} << 20;

TEST(pool_heap, gives_nothing_to_ten_million_check_outs_on_eight_threads) {
    if (!heap_counter::counts) {
        GTEST_SKIP() << "a sanitizer, or a C library other than glibc, has its own malloc";
    }
    constexpr std::size_t threads = 8;
    constexpr std::size_t check_outs = scaled(10'000'000 / threads);
    arena_pool pool(
        {.arena = {.capacity = mebibyte}, .arena_count = threads, .prepared_count = threads});
    run_team(threads, [&](std::size_t) {
        static_cast<void>(pool.acquire()->new_object<int>(
            1));  // a thread's first allocation is once for all arenas
        const std::size_t taken = taken_by([&] {
            for (std::size_t turn = 0; turn < check_outs; ++turn) {
                const pooled_arena held = pool.acquire();
                static_cast<void>(held->new_object<std::size_t>(turn));
            }
        });
        EXPECT_EQ(taken, 0U);
    });
    EXPECT_EQ(pool.usage().check_outs, threads * (check_outs + 1));
    EXPECT_EQ(pool.usage().waits, 0U);
}

TEST(pool_heap, gives_nothing_to_the_other_calls) {
    if (!heap_counter::counts) {
        GTEST_SKIP() << "a sanitizer, or a C library other than glibc, has its own malloc";
    }
    arena_pool pool({.arena = {.capacity = mebibyte}, .arena_count = 1});
    static_cast<void>(pool.acquire()->new_object<int>(1));
    EXPECT_EQ(
        taken_by([&] {
            pool.execute([](auto& its) { static_cast<void>(its.template new_object<int>(1)); });
        }),
        0U);
    const pooled_arena held = pool.acquire();
    EXPECT_EQ(taken_by([&] { static_cast<void>(pool.try_acquire()); }), 0U);
    EXPECT_EQ(
        taken_by([&] { static_cast<void>(pool.acquire_for(std::chrono::microseconds(1))); }), 0U);
    EXPECT_EQ(taken_by([&] { static_cast<void>(pool.usage()); }), 0U);
    EXPECT_EQ(taken_by([&] { pool.trim(); }), 0U);
}

}  // namespace
