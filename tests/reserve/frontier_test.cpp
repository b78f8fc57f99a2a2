#include "reserve/frontier.hpp"

#include <gtest/gtest.h>

using memory_arena::detail::frontier;
using memory_arena::detail::geometry;

TEST(frontier, is_empty_for_a_generation_that_has_not_moved_it) {
    frontier edge{geometry(1U << 20)};
    ASSERT_TRUE(edge.advance(edge.load(), 1, {10, 0, 0}));
    EXPECT_EQ(edge.bytes(1), 40'960U);
    EXPECT_EQ(edge.bytes(2), 0U);
}

TEST(frontier, keeps_all_of_its_state_in_the_word) {
    frontier edge{geometry(1U << 20)};
    ASSERT_TRUE(edge.advance(edge.load(), 7, {256, 63, 64}));
    const frontier::state state = edge.seen_by(edge.load(), 7);
    EXPECT_EQ(state.block, 256U);
    EXPECT_EQ(state.blocks_on_way, 63U);
    EXPECT_EQ(state.tag, 64U);
}

TEST(frontier, is_not_moved_by_who_saw_an_older_word) {
    frontier edge{geometry(1U << 20)};
    const std::uint64_t seen = edge.load();
    ASSERT_TRUE(edge.advance(seen, 1, {1, 0, 0}));
    EXPECT_FALSE(edge.advance(seen, 1, {2, 0, 0}));
    EXPECT_EQ(edge.bytes(1), 4096U);
}

TEST(frontier, remembers_the_highest_of_all_generations) {
    frontier edge{geometry(1U << 20)};
    ASSERT_TRUE(edge.advance(edge.load(), 1, {9, 0, 0}));
    EXPECT_EQ(edge.peak(), 9U * 4096);
    ASSERT_TRUE(edge.advance(edge.load(), 2, {3, 0, 0}));
    EXPECT_EQ(edge.peak(), 9U * 4096);
    ASSERT_TRUE(edge.advance(edge.load(), 2, {20, 0, 0}));
    EXPECT_EQ(edge.peak(), 20U * 4096);
}

TEST(frontier, ends_with_the_reserve_when_its_last_block_is_cut_short) {
    frontier edge{geometry(1'000'000)};
    ASSERT_TRUE(edge.advance(edge.load(), 1, {geometry(1'000'000).block_count(), 0, 0}));
    EXPECT_EQ(edge.bytes(1), 1'000'000U);
}

TEST(frontier, renewed_in_time_never_counts_as_current_again) {
    frontier edge{geometry(1U << 20, 4)};
    ASSERT_TRUE(edge.advance(edge.load(), 1, {5, 0, 0}));
    std::atomic<std::uint64_t> generation{1};
    for (int reset = 0; reset < 100; ++reset) {
        ++generation;
        edge.renew(generation, frontier::which::old);
        EXPECT_EQ(edge.bytes(generation), 0U);
    }
    EXPECT_EQ(edge.peak(), 5U * 4096);
}

TEST(frontier, begins_a_generation_in_the_region_that_is_said) {
    constexpr std::size_t capacity = 1U << 20;
    const geometry shape(capacity, 64, {3, capacity + 4096});
    frontier edge{shape};
    ASSERT_TRUE(edge.advance(edge.load(), 1, {256, 0, 0}));
    EXPECT_EQ(edge.bytes(1), capacity);
    EXPECT_EQ(edge.room(1), 0U);
    edge.begin_in(2);
    EXPECT_EQ(edge.region(1), 0U);
    EXPECT_EQ(edge.region(2), 2U);
    EXPECT_EQ(edge.region_begin(2), 2 * (capacity + 4096));
    EXPECT_EQ(edge.bytes(1), capacity) << "what has begun goes on where it is";
    EXPECT_EQ(edge.seen_by(edge.load(), 2).block, 2 * 257U);
    EXPECT_EQ(edge.bytes(2), 0U);
    EXPECT_EQ(edge.room(2), capacity);
    ASSERT_TRUE(edge.advance(edge.load(), 2, {2 * 257 + 10, 0, 0}));
    EXPECT_EQ(edge.bytes(2), 40'960U);
    EXPECT_EQ(edge.position(), 40'960U);
    EXPECT_EQ(edge.peak(), capacity);
    EXPECT_EQ(edge.room(2), capacity - 40'960);
    edge.set_budget(65'536);
    EXPECT_EQ(edge.room(2), 65'536U - 40'960);
    EXPECT_EQ(edge.place_of(2 * 257 + 10).before, 10U);
    edge.set_budget(4096);
    EXPECT_EQ(edge.room(2), 0U);
}
