#include "reserve/geometry.hpp"

#include <memory_arena/arena_options.hpp>

#include <gtest/gtest.h>

#include <vector>

using memory_arena::detail::generation_field;
using memory_arena::detail::geometry;

namespace {

std::vector<std::size_t> capacities() {
    std::vector<std::size_t> result{16, 512, 1008, 4096, 65'536, 1'000'000, 1U << 20, 1U << 30};
    if (sizeof(std::size_t) > 4) {
        result.push_back(memory_arena::max_capacity);
    }
    return result;
}

}  // namespace

TEST(geometry, blocks_cover_the_reserve_exactly) {
    for (const std::size_t capacity : capacities()) {
        const geometry shape(capacity);
        EXPECT_EQ(shape.position_of(0), 0U);
        EXPECT_EQ(shape.position_of(shape.block_count()), capacity);
        EXPECT_LT(shape.position_of(shape.block_count() - 1), capacity);
        EXPECT_EQ(shape.blocks_for(capacity), shape.block_count());
        EXPECT_EQ(shape.block_of(capacity - 1), shape.block_count() - 1);
    }
}

TEST(geometry, small_reserves_still_have_many_blocks) {
    EXPECT_EQ(geometry(65'536).block_count(), 64U);
    EXPECT_EQ(geometry(32'768).block_bytes(), 512U);
    EXPECT_EQ(geometry(1U << 30).block_bytes(), 4096U);
}

TEST(geometry, extents_start_at_16_kib_or_a_sixteenth_of_the_reserve) {
    EXPECT_EQ(geometry(1U << 30).first_extent_blocks() * 4096, 16U << 10);
    EXPECT_EQ(geometry(65'536).first_extent_blocks() * 1024, 4096U);
    EXPECT_EQ(geometry(512).first_extent_blocks(), 1U);
}

TEST(geometry, leaves_the_packed_words_enough_generation) {
    for (const std::size_t capacity : capacities()) {
        const geometry shape(capacity);
        EXPECT_GE(shape.generation_bits(shape.block_bits() + 13), 20U) << capacity;
        EXPECT_GE(shape.generation_bits(shape.granule_bits() + 6), 20U) << capacity;
    }
}

TEST(generation_field, tells_generations_apart_until_they_come_round) {
    const geometry shape(4096, 4);
    const generation_field field(shape, 20);
    const std::uint64_t word = field.pack(5);
    EXPECT_TRUE(field.is_of(word, 5));
    EXPECT_FALSE(field.is_of(word, 6));
    EXPECT_FALSE(field.is_of(word, 20));
    EXPECT_TRUE(field.is_of(word, 21));  // 16 later: why reset renews words
}

TEST(generation_field, calls_a_word_old_from_a_quarter_on) {
    const geometry shape(4096, 4);
    const generation_field field(shape, 20);
    const std::uint64_t word = field.pack(14);
    EXPECT_FALSE(field.is_old(word, 14));
    EXPECT_FALSE(field.is_old(word, 17));
    EXPECT_TRUE(field.is_old(word, 18));  // across the wrap
    EXPECT_TRUE(field.is_old(word, 29));
}

TEST(geometry, numbers_positions_through_all_regions) {
    constexpr std::size_t capacity = 1U << 20;
    const geometry shape(capacity, 64, {3, capacity + 4096});
    EXPECT_EQ(shape.capacity(), capacity);
    EXPECT_EQ(shape.block_count(), 256U);
    EXPECT_EQ(shape.all_blocks(), 3 * 257U);
    EXPECT_EQ(shape.span(), 3 * (capacity + 4096));
    EXPECT_EQ(shape.region_count(), 3U);
    for (std::size_t region = 0; region < 3; ++region) {
        const std::uint64_t first = shape.first_block_of(region);
        for (const std::uint64_t block : {0U, 1U, 255U, 256U}) {
            EXPECT_EQ(shape.region_of(first + block), region);
            EXPECT_EQ(shape.blocks_before(first + block), block);
            EXPECT_EQ(shape.bytes_before(first + block), block * 4096);
            EXPECT_EQ(shape.position_of(first + block), region * (capacity + 4096) + block * 4096);
        }
    }
}

TEST(geometry, divides_a_region_as_a_reserve_of_its_size) {
    const geometry alone(65'536);
    const geometry one_of_many(65'536, 64, {256, 65'536 + 4096});
    EXPECT_EQ(one_of_many.block_bytes(), alone.block_bytes());
    EXPECT_EQ(one_of_many.first_extent_blocks(), alone.first_extent_blocks());
    EXPECT_EQ(one_of_many.largest_tlab_bytes(), alone.largest_tlab_bytes());
    EXPECT_EQ(alone.region_count(), 1U);
    EXPECT_EQ(alone.bytes_before(alone.block_count()), 65'536U);
    EXPECT_EQ(geometry(1'000'000).bytes_before(geometry(1'000'000).block_count()), 1'000'000U);
}
