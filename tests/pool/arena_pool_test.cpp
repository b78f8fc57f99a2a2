#include <memory_arena/arena_pool.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <memory_resource>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include <memory_arena/memory_resource.hpp>

namespace {

using memory_arena::arena;
using memory_arena::arena_pool;
using memory_arena::arena_pool_options;
using memory_arena::pooled_arena;

constexpr std::size_t mib = std::size_t{1} << 20;

arena_pool_options small(std::size_t count) {
    return {.arena = {.capacity = mib}, .arena_count = count};
}

static_assert(!std::is_copy_constructible_v<pooled_arena>);
static_assert(!std::is_copy_assignable_v<pooled_arena>);
static_assert(std::is_nothrow_move_constructible_v<pooled_arena>);
static_assert(std::is_nothrow_move_assignable_v<pooled_arena>);
static_assert(!std::is_move_constructible_v<arena_pool>);

TEST(arena_pool, hands_out_an_arena_and_takes_it_back_reset) {
    arena_pool pool(small(4));
    const arena* first = nullptr;
    {
        const pooled_arena held = pool.acquire();
        first = held.get();
        EXPECT_EQ(*held->new_object<int>(42), 42);
        EXPECT_GT(held->used_bytes(), 0U);
        EXPECT_EQ(pool.usage().in_use, 1U);
    }
    EXPECT_EQ(pool.usage().in_use, 0U);
    const pooled_arena again = pool.acquire();
    EXPECT_EQ(again.get(), first) << "the warm one first";
    EXPECT_EQ(again->used_bytes(), 0U);
}

TEST(arena_pool, makes_an_arena_only_when_all_others_are_out) {
    arena_pool pool(small(8));
    EXPECT_EQ(pool.usage().made, 1U);
    for (int turn = 0; turn < 10; ++turn) {
        const pooled_arena one = pool.acquire();
        const pooled_arena other = pool.acquire();
        EXPECT_NE(one.get(), other.get());
    }
    EXPECT_EQ(pool.usage().made, 2U);
    EXPECT_EQ(pool.usage().arenas, 8U);
}

TEST(arena_pool, has_the_budget_of_its_options_for_every_holder) {
    for (const std::size_t budget : {std::size_t{0}, mib / 2}) {
        arena_pool pool({.arena = {.capacity = mib, .budget = budget}, .arena_count = 1});
        const std::size_t before = pool.acquire()->remaining_bytes();
        pool.acquire()->set_budget(4096);
        EXPECT_EQ(pool.acquire()->remaining_bytes(), before);
    }
}

TEST(arena_pool, hands_its_arenas_to_members_that_are_empty_before) {
    struct request {
        pooled_arena memory;
    };
    arena_pool pool(small(1));
    request mine;
    EXPECT_FALSE(mine.memory);
    mine.memory = pool.acquire();
    EXPECT_TRUE(mine.memory);
    mine.memory = pooled_arena();
    EXPECT_EQ(pool.usage().in_use, 0U);
}

TEST(arena_pool, prepares_as_many_as_it_is_asked_to) {
    arena_pool_options options = small(8);
    options.prepared_count = 5;
    const arena_pool pool(options);
    EXPECT_EQ(pool.usage().made, 5U);
}

TEST(arena_pool, gives_every_holder_another_arena) {
    arena_pool pool(small(16));
    std::vector<pooled_arena> held;
    std::set<const arena*> different;
    for (int i = 0; i < 16; ++i) {
        held.push_back(pool.acquire());
        different.insert(held.back().get());
    }
    EXPECT_EQ(different.size(), 16U);
    EXPECT_FALSE(pool.try_acquire());
    EXPECT_EQ(pool.usage().in_use, 16U);
}

TEST(arena_pool, gives_its_arenas_the_options) {
    arena_pool_options options = small(2);
    {
        const std::string name = "requests";
        options.arena.name = name;
        arena_pool pool(options);
        options.arena.name = {};
        const pooled_arena one = pool.acquire();
        const pooled_arena other = pool.acquire();  // made long after the name is gone
        EXPECT_EQ(one->name(), "requests");
        EXPECT_EQ(other->name(), "requests");
        EXPECT_EQ(other->capacity(), mib);
    }
}

TEST(arena_pool, resets_when_an_exception_passes) {
    arena_pool pool(small(1));
    int destroyed = 0;
    struct noted {
        int& count;
        ~noted() { ++count; }
    };
    EXPECT_THROW(
        {
            const pooled_arena held = pool.acquire();
            static_cast<void>(held->new_object<noted>(destroyed));
            throw std::runtime_error("a request that fails");
        },
        std::runtime_error);
    EXPECT_EQ(destroyed, 1);
    EXPECT_TRUE(pool.try_acquire());
}

TEST(arena_pool, executes_work_on_an_arena) {
    arena_pool pool(small(1));
    const int sum = pool.execute([](arena& its) {
        int total = 0;
        for (const int each : its.new_span<int>(100, 3)) {
            total += each;
        }
        return total;
    });
    EXPECT_EQ(sum, 300);
    EXPECT_EQ(pool.usage().in_use, 0U);
    EXPECT_THROW(pool.execute([](arena&) { throw std::runtime_error("no"); }), std::runtime_error);
    EXPECT_EQ(pool.usage().in_use, 0U);
    int outside = 0;
    pool.execute([&](arena&) -> int& { return outside; }) = 7;  // a reference stays one
    EXPECT_EQ(outside, 7);
}

TEST(arena_pool, refuses_what_is_out_of_range) {
    EXPECT_THROW(arena_pool(small(0)), std::invalid_argument);
    EXPECT_THROW(arena_pool(small(memory_arena::max_pool_arenas + 1)), std::invalid_argument);
    arena_pool_options options = small(4);
    options.prepared_count = 0;
    EXPECT_THROW(arena_pool{options}, std::invalid_argument);
    options.prepared_count = 5;
    EXPECT_THROW(arena_pool{options}, std::invalid_argument);
    EXPECT_THROW(arena_pool({.arena = {.capacity = 0}}), std::invalid_argument);
    std::vector<std::byte> memory(4096);
    EXPECT_THROW(arena_pool({.arena = {.buffer = memory}}), std::invalid_argument);
}

TEST(arena_pool, has_figures) {
    arena_pool pool(small(2));
    for (int turn = 0; turn < 3; ++turn) {
        static_cast<void>(pool.acquire());
    }
    const pooled_arena held = pool.acquire();
    const pooled_arena other = pool.acquire();
    EXPECT_FALSE(pool.try_acquire());
    EXPECT_FALSE(pool.acquire_for(std::chrono::nanoseconds(1)));
    const auto now = pool.usage();
    EXPECT_EQ(now.check_outs, 5U);
    EXPECT_EQ(now.in_use, 2U);
    EXPECT_EQ(now.refusals, 2U);
    EXPECT_EQ(now.waits, 1U);
    EXPECT_EQ(now.kept, mib) << "everything, as long as nothing is known";
}

TEST(pooled_arena, moves) {
    arena_pool pool(small(2));
    pooled_arena first = pool.acquire();
    const arena* const its = first.get();
    static_cast<void>(first->new_object<int>(1));
    pooled_arena second = std::move(first);
    EXPECT_FALSE(first);  // NOLINT(bugprone-use-after-move): what a moved-from one is for
    EXPECT_EQ(second.get(), its);
    EXPECT_GT(second->used_bytes(), 0U) << "moved, not reset";
    second = pool.acquire();
    EXPECT_NE(second.get(), its);
    EXPECT_EQ(pool.usage().in_use, 1U) << "what was held went back";
    pooled_arena& same = second;
    second = std::move(same);
    EXPECT_TRUE(second);
}

TEST(pooled_arena, goes_back_early_once) {
    arena_pool pool(small(1));
    pooled_arena held = pool.acquire();
    held.give_back();
    EXPECT_FALSE(held);
    EXPECT_EQ(pool.usage().in_use, 0U);
    held.give_back();
    EXPECT_EQ(pool.usage().check_outs, 1U);
}

TEST(pooled_arena, goes_back_on_another_thread) {
    arena_pool pool(small(1));
    std::thread([held = pool.acquire()] { static_cast<void>(held->new_object<int>(1)); }).join();
    EXPECT_EQ(pool.usage().in_use, 0U);
    EXPECT_EQ(pool.acquire()->used_bytes(), 0U);
}

TEST(pooled_arena, feeds_containers) {
    arena_pool pool(small(1));
    const pooled_arena held = pool.acquire();
    std::pmr::vector<std::pmr::string> words(held->resource());
    words.emplace_back("a word that is too long for the string itself");
    EXPECT_TRUE(held->contains(words.front().data()));
}

using arena_pool_death = testing::Test;

TEST(arena_pool_death, of_a_pool_before_its_arenas) {
    testing::GTEST_FLAG(death_test_style) = "threadsafe";
    EXPECT_DEATH(
        {
            auto pool = std::make_unique<arena_pool>(small(1));
            const pooled_arena held = pool->acquire();
            pool.reset();
        },
        "a pool is destroyed while an arena of it is in use");
}

}  // namespace
