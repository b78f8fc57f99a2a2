// A pool's arenas go from thread to thread: each is one thread's at a time, and comes clean.

#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include <memory_arena/arena_pool.hpp>

#include "support/scale.hpp"
#include "support/team.hpp"

namespace {

using memory_arena::arena_pool;
using memory_arena::pooled_arena;
using test_support::run_team;
using test_support::scaled;

/// Writes a pattern of its own over all that it takes, and looks at it again. No atomic keeps the
/// holders apart: a second one at the same time is a data race, and so is one that comes too early.
void use_and_check(const pooled_arena& held, std::uint64_t mark) {
    ASSERT_EQ(held->used_bytes(), 0U);
    std::vector<std::uint64_t*> made;
    for (int i = 0; i < 20; ++i) {
        made.push_back(held->new_object<std::uint64_t>(mark + static_cast<std::uint64_t>(i)));
    }
    for (int i = 0; i < 20; ++i) {
        ASSERT_EQ(*made[static_cast<std::size_t>(i)], mark + static_cast<std::uint64_t>(i));
    }
}

TEST(pool, keeps_its_arenas_apart) {
    arena_pool pool({.arena = {.capacity = std::size_t{1} << 20}, .arena_count = 5});
    const std::size_t turns = scaled(20'000);
    run_team(6, [&](std::size_t index) {
        for (std::size_t turn = 0; turn < turns; ++turn) {
            const std::uint64_t mark = (std::uint64_t{index} << 40) + turn * 100;
            if (turn % 3 == 0) {
                if (const std::optional<pooled_arena> held = pool.try_acquire()) {
                    use_and_check(*held, mark);
                }
            } else {
                use_and_check(pool.acquire(), mark);
            }
        }
    });
    EXPECT_EQ(pool.usage().in_use, 0U);
    EXPECT_LE(pool.usage().made, 5U);
}

TEST(pool, takes_arenas_back_from_other_threads_beside_trims) {
    arena_pool pool({.arena = {.capacity = std::size_t{4} << 20}, .arena_count = 8});
    const std::size_t turns = scaled(4'000);
    std::mutex mutex;
    std::vector<pooled_arena> handed_over;
    run_team(4, [&](std::size_t index) {
        for (std::size_t turn = 0; turn < turns; ++turn) {
            if (index == 0) {
                pool.trim((turn % 4) << 12);
                static_cast<void>(pool.usage());
            } else if (index == 1) {
                // Ends the life of what others began.
                std::vector<pooled_arena> mine;
                const std::lock_guard lock(mutex);
                std::swap(mine, handed_over);
            } else if (std::optional<pooled_arena> held = pool.try_acquire()) {
                use_and_check(*held, (std::uint64_t{index} << 40) + turn * 100);
                static_cast<void>((*held)->allocate_bytes(turn % 32 << 12));
                const std::lock_guard lock(mutex);
                handed_over.push_back(std::move(*held));
            }
        }
    });
    handed_over.clear();
    EXPECT_EQ(pool.usage().in_use, 0U);
}

}  // namespace
