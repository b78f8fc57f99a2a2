#include "os/virtual_memory.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <utility>

using memory_arena::os::page_bytes;
using memory_arena::os::pages;

TEST(page_bytes, is_a_power_of_two) { EXPECT_TRUE(std::has_single_bit(page_bytes())); }

TEST(pages, are_zeroed_and_writable) {
    pages some;
    ASSERT_FALSE(some.map(10'000));
    EXPECT_TRUE(std::all_of(some.begin(), some.begin() + 10'000, [](std::byte value) {
        return value == std::byte{0};
    }));
    std::fill_n(some.begin(), 10'000, std::byte{1});
}

TEST(pages, begin_on_a_page) {
    pages some;
    ASSERT_FALSE(some.map(1));
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(some.begin()) % page_bytes(), 0U);
}

TEST(pages, belong_to_whom_they_are_moved) {
    pages first;
    ASSERT_FALSE(first.map(1));
    std::byte* const begin = first.begin();
    const pages second(std::move(first));
    EXPECT_EQ(second.begin(), begin);
    EXPECT_EQ(first.begin(), nullptr);  // NOLINT(bugprone-use-after-move): that's the question
    *second.begin() = std::byte{1};
}

TEST(pages, say_why_the_system_refused) {
    pages some;
    EXPECT_EQ(some.map(SIZE_MAX - 65'535), std::errc::not_enough_memory);
    EXPECT_EQ(some.begin(), nullptr);
}
