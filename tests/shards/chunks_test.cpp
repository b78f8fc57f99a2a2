#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "shards/shard_set.hpp"

using memory_arena::detail::geometry;
using memory_arena::detail::grant;
using memory_arena::detail::held_tlab;
using memory_arena::detail::shard;
using memory_arena::detail::shard_layout;
using memory_arena::detail::shard_set;

namespace {

constexpr std::size_t block = 4096;

/// A shard_set over no memory at all: it deals in positions.
struct dispensers {
    explicit dispensers(std::size_t blocks, std::size_t shard_count = 64)
        : shards(std::make_unique<shard[]>(shard_count)),
          set(geometry(blocks * block), {shard_count, std::size_t{64} << 10}, shards.get(), nullptr,
              generation) {}

    grant chunk(std::size_t bytes, std::size_t size = 0) {
        const held_tlab none;
        return set.claim_chunk(0, {bytes, 16, &none}, size);
    }

    grant chunk_after(const grant& held, std::size_t cursor, std::size_t bytes) {
        const held_tlab tlab{1, cursor, held.end, 0};
        return set.claim_chunk(0, {bytes, 16, &tlab}, 0);
    }

    std::atomic<std::uint64_t> generation{1};
    std::unique_ptr<shard[]> shards;
    shard_set set;
};

}  // namespace

TEST(chunks, are_whole_blocks_from_the_frontier_as_many_as_are_useful) {
    dispensers all(256);
    const grant first = all.chunk(100);
    EXPECT_EQ(first.what, grant::kind::tlab);
    EXPECT_EQ(first.begin, 0U);
    EXPECT_EQ(first.end, block);
    const grant second = all.chunk(100, 5 * block - 1);
    EXPECT_EQ(second.begin, block);
    EXPECT_EQ(second.end, 6 * block);
    EXPECT_EQ(all.set.edge().bytes(1), 6 * block);
}

TEST(chunks, continue_the_one_that_ends_at_the_frontier) {
    dispensers all(256);
    const grant first = all.chunk(100);
    const grant more = all.chunk_after(first, 4000, 1000);
    EXPECT_EQ(more.what, grant::kind::extension);
    EXPECT_EQ(more.begin, block);
    EXPECT_EQ(more.end, 2 * block);
    static_cast<void>(all.chunk(100));
    EXPECT_EQ(all.chunk_after(more, 8000, 1000).what, grant::kind::tlab);
}

TEST(chunks, come_from_a_shelf_before_the_frontier) {
    dispensers all(256);
    const grant big = all.chunk(10 * block);
    ASSERT_EQ(all.set.shelve(7, big.begin, big.end, 1), big.end);
    const grant again = all.chunk(100, 3 * block);
    EXPECT_EQ(again.begin, 0U);
    EXPECT_EQ(again.end, 3 * block);
    EXPECT_EQ(all.chunk(8 * block).begin, 10 * block);  // more than the shelf has left
    EXPECT_EQ(all.chunk(7 * block).begin, 3 * block);
    EXPECT_EQ(all.set.edge().bytes(1), 18 * block);
}

TEST(chunks, take_what_there_is_at_the_end_of_the_reserve) {
    dispensers all(64);
    EXPECT_EQ(all.chunk(100, 1000 * block).end, 64 * block);
    EXPECT_EQ(all.chunk(1).what, grant::kind::none);
}

TEST(chunks, take_what_shards_hold_when_the_frontier_has_none) {
    dispensers all(64);
    static_cast<void>(all.set.claim(3, {16, 16, nullptr}));
    while (all.chunk(block).what == grant::kind::tlab) {
    }
    const grant rest = all.chunk(100);
    EXPECT_EQ(rest.what, grant::kind::bytes);
    EXPECT_NE(rest.end, rest.begin);
}

TEST(a_shelf, is_joined_at_both_ends_and_holds_no_second_run) {
    dispensers all(256, 1);
    const grant big = all.chunk(10 * block);
    EXPECT_EQ(
        all.set.shelve(0, big.begin + 4 * block, big.begin + 6 * block, 1), big.begin + 6 * block);
    EXPECT_EQ(all.set.shelve(0, big.begin + 8 * block, big.end, 1), big.begin + 8 * block);
    EXPECT_EQ(
        all.set.shelve(0, big.begin + 6 * block, big.begin + 8 * block, 1), big.begin + 8 * block);
    EXPECT_EQ(
        all.set.shelve(0, big.begin + 2 * block, big.begin + 4 * block, 1), big.begin + 4 * block);
    const grant again = all.chunk(6 * block);
    EXPECT_EQ(again.begin, 2 * block);
    EXPECT_EQ(again.end, 8 * block);
}

TEST(a_shelf, serves_claims_when_nothing_else_is_left) {
    dispensers all(64);
    const grant whole = all.chunk(64 * block);
    EXPECT_EQ(all.set.claim(5, {16, 16, nullptr}).what, grant::kind::none);
    ASSERT_EQ(all.set.shelve(0, whole.begin + 60 * block, whole.end, 1), whole.end);
    const held_tlab none;
    const grant tlab = all.set.claim(5, {16, 16, &none});
    EXPECT_EQ(tlab.what, grant::kind::tlab);
    EXPECT_EQ(tlab.begin, 60 * block);
    EXPECT_EQ(tlab.end, 61 * block);
    EXPECT_EQ(all.set.claim(5, {3 * block, 16, nullptr}).begin, 61 * block);
}

TEST(a_shelf, is_empty_in_the_next_generation) {
    dispensers all(64);
    const grant whole = all.chunk(64 * block);
    ASSERT_EQ(all.set.shelve(0, whole.begin, whole.end, 1), whole.end);
    all.generation.fetch_add(1);
    EXPECT_EQ(all.set.shelve(0, whole.begin, whole.end, 1), whole.begin);
    EXPECT_EQ(all.chunk(100).begin, 0U);
    EXPECT_EQ(all.set.edge().bytes(2), block);
    EXPECT_EQ(all.set.shelve(0, 0, block, 2), block);
}

TEST(a_shelf, holds_thousands_of_blocks_at_the_end_of_a_large_reserve) {
    const geometry shape(sizeof(std::size_t) > 4 ? std::size_t{64} << 30 : std::size_t{1} << 30);
    const shard_layout layout(shape);
    EXPECT_GE(layout.max_shelved(), 4095U);
    const std::uint64_t word = layout.pack_shelf(3, {shape.block_count() - 100, 100});
    EXPECT_TRUE(layout.is_of(word, 3));
    EXPECT_EQ(layout.unpack_shelf(word).first, shape.block_count() - 100);
    EXPECT_EQ(layout.unpack_shelf(word).count, 100U);
}
