#include "shards/shard.hpp"

#include <memory_arena/arena_options.hpp>

#include <gtest/gtest.h>

using memory_arena::detail::geometry;
using memory_arena::detail::run_range;
using memory_arena::detail::shard_layout;

TEST(shard_layout, of_zero_bytes_is_a_shard_that_holds_nothing) {
    const shard_layout layout{geometry(1U << 20)};
    EXPECT_EQ(layout.unpack(0).room(), 0U);
    EXPECT_EQ(layout.direct_bytes(0, 0), 0U);
}

TEST(shard_layout, keeps_cursor_and_end) {
    const shard_layout layout{geometry(1U << 20)};
    const run_range run = layout.unpack(layout.pack(3, 4096 + 48, 10));
    EXPECT_EQ(run.cursor, 4096U + 48);
    EXPECT_EQ(run.end, 40'960U);
    EXPECT_EQ(layout.end_block(run), 10U);
}

TEST(shard_layout, of_a_used_up_run_has_no_room_but_still_an_end) {
    const shard_layout layout{geometry(1U << 20)};
    const run_range run = layout.unpack(layout.pack(3, 40'960, 10));
    EXPECT_EQ(run.room(), 0U);
    EXPECT_EQ(run.end, 40'960U);
}

TEST(shard_layout, ends_the_last_run_with_a_reserve_that_ends_inside_a_block) {
    const geometry shape(1'000'000 - 1'000'000 % 16);
    const shard_layout layout{shape};
    const run_range run = layout.unpack(layout.pack(1, 995'328, shape.block_count()));
    EXPECT_EQ(run.end, shape.capacity());
    EXPECT_EQ(layout.unpack(layout.pack(1, shape.capacity(), shape.block_count())).room(), 0U);
}

TEST(shard_layout, holds_the_longest_run_at_the_end_of_the_largest_reserve) {
    const geometry shape(memory_arena::max_capacity - memory_arena::max_capacity % 4096);
    const shard_layout layout{shape};
    const std::uint64_t first = shape.block_count() - 63;
    const run_range run = layout.unpack(
        layout.pack(~std::uint64_t{0}, shape.position_of(first), shape.block_count()));
    EXPECT_EQ(run.room(), 63 * shape.block_bytes());
    EXPECT_EQ(run.end, shape.capacity());
}

TEST(shard_layout, counts_direct_bytes_of_one_generation) {
    const shard_layout layout{geometry(1U << 20)};
    const std::uint64_t word = layout.pack_direct(9, 1U << 20);
    EXPECT_EQ(layout.direct_bytes(word, 9), 1U << 20);
    EXPECT_EQ(layout.direct_bytes(word, 10), 0U);
}
