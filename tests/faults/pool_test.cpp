#include <gtest/gtest.h>

#include <cerrno>
#include <cstddef>
#include <optional>
#include <system_error>

#include <memory_arena/arena_pool.hpp>

#include "faults/system.hpp"

/// \file
/// A pool whose next arena the system refuses.

namespace {

using memory_arena::arena_pool;
using memory_arena::pooled_arena;
using namespace faults;

constexpr std::size_t mib = std::size_t{1} << 20;

constexpr plan no_more_memory{call::map, 0, ENOMEM, reach::its_kind};

std::optional<pooled_arena> held;

void acquire_as_the_library(arena_pool& pool) {
    const pooled_arena mine = asked([&pool] { return pool.acquire(); });
}

TEST(pool_without_memory, says_so_and_makes_the_arena_later) {
    {
        arena_pool pool({.arena = {.capacity = mib}, .arena_count = 2});
        held = pool.acquire();
        follow(no_more_memory);
        for (int turn = 0; turn < 3; ++turn) {
            EXPECT_THROW(acquire_as_the_library(pool), std::system_error);
            EXPECT_FALSE(asked([&] { return pool.try_acquire(); }));
        }
        EXPECT_EQ(pool.usage().made, 1U);
        const pooled_arena other = pool.acquire();  // the test's own calls aren't refused
        EXPECT_EQ(pool.usage().made, 2U);
        held.reset();
    }
    clean_up();
}

TEST(pool_without_memory, goes_on_with_the_arenas_that_it_has) {
    arena_pool pool({.arena = {.capacity = mib}, .arena_count = 3});
    held = pool.acquire();
    follow(no_more_memory);
    const memory_arena::arena* const only = held->get();
    EXPECT_THROW(acquire_as_the_library(pool), std::system_error);
    held.reset();
    for (int turn = 0; turn < 3; ++turn) {
        const pooled_arena again = asked([&] { return pool.acquire(); });
        EXPECT_EQ(again.get(), only);
    }
    clean_up();
}

/// While the system refuses a new arena, another one comes back: that is the one to have, and the
/// one that failed must not hide it.
TEST(pool_without_memory, takes_what_comes_back_meanwhile) {
    arena_pool pool({.arena = {.capacity = mib}, .arena_count = 2});
    held = pool.acquire();
    const memory_arena::arena* const only = held->get();
    plan chosen = no_more_memory;
    chosen.meanwhile = +[]() noexcept { held.reset(); };
    follow(chosen);
    for (int turn = 0; turn < 3; ++turn) {
        const std::optional<pooled_arena> mine = asked([&] { return pool.try_acquire(); });
        ASSERT_TRUE(mine) << turn;
        EXPECT_EQ(mine->get(), only);
    }
    clean_up();
}

}  // namespace
