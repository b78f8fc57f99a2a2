#include "reserve/reserve.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

using memory_arena::detail::reserve;
using memory_arena::detail::usable_part;

TEST(reserve, maps_its_capacity_rounded_up_to_16) {
    reserve region;
    ASSERT_FALSE(region.map(1001, 0));
    EXPECT_EQ(region.capacity(), 1008U);
    EXPECT_TRUE(region.contains(region.begin()));
    EXPECT_TRUE(region.contains(region.begin() + 1007));
    EXPECT_FALSE(region.contains(region.begin() + 1008));
    EXPECT_FALSE(region.contains(nullptr));
}

TEST(reserve, begins_off_a_pages_beginning_where_it_is_told_to) {
    reserve region;
    ASSERT_FALSE(region.map(8192, 4096 - 128));
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(region.begin()) % 4096, 4096U - 128);
    std::fill_n(region.begin(), region.capacity(), std::byte{1});
    EXPECT_EQ(region.capacity(), 8192U);
}

TEST(reserve, borrows_what_lies_between_16_byte_boundaries) {
    alignas(16) std::array<std::byte, 64> buffer{};
    reserve region;
    region.borrow(std::span(buffer).subspan(1, 62));
    EXPECT_EQ(region.begin(), buffer.data() + 16);
    EXPECT_EQ(region.capacity(), 32U);
}

TEST(usable_part, of_too_small_a_buffer_is_empty) {
    alignas(16) std::array<std::byte, 64> buffer{};
    EXPECT_TRUE(usable_part(std::span(buffer).subspan(1, 15)).empty());
    EXPECT_TRUE(usable_part(std::span(buffer).subspan(1, 30)).empty());
    EXPECT_EQ(usable_part(std::span(buffer).subspan(1, 31)).size(), 16U);
    EXPECT_TRUE(usable_part({}).empty());
}
