#include "os/virtual_memory.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <utility>

#include "support/mapping_facts.hpp"
#include "support/own_pages.hpp"

using memory_arena::os::huge_page_bytes;
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

TEST(pages, begin_on_the_boundary_asked_for_and_keep_nothing_beside) {
    for (const std::size_t bytes : {std::size_t{1}, std::size_t{10'000}, 3 * huge_page_bytes}) {
        pages some;
        const test_support::own_pages mapped([&] {
            ASSERT_FALSE(some.map_on_boundary(bytes, huge_page_bytes));
        });
        EXPECT_EQ(reinterpret_cast<std::uintptr_t>(some.begin()) % huge_page_bytes, 0U);
        EXPECT_EQ(some.bytes() / page_bytes(), (bytes + page_bytes() - 1) / page_bytes());
        EXPECT_EQ(mapped.bytes(), some.bytes());
        std::fill_n(some.begin(), bytes, std::byte{1});
    }
}

TEST(pages, on_a_boundary_say_why_the_system_refused) {
    for (const std::size_t bytes : {SIZE_MAX - 65'535, SIZE_MAX - huge_page_bytes}) {
        pages some;
        EXPECT_EQ(some.map_on_boundary(bytes, huge_page_bytes), std::errc::not_enough_memory);
        EXPECT_EQ(some.begin(), nullptr);
    }
}

TEST(pages, from_the_pool_are_huge_and_can_be_discarded) {
    if (test_support::free_pool_pages() < 2) {
        GTEST_SKIP() << "the pool has no 2 huge pages: sysctl vm.nr_hugepages=64 sets some aside";
    }
    pages some;
    ASSERT_FALSE(some.map_from_pool(huge_page_bytes + 1));
    EXPECT_EQ(some.bytes(), 2 * huge_page_bytes);
    EXPECT_EQ(test_support::facts_of(some.begin()).page_bytes, huge_page_bytes);
    some.begin()[huge_page_bytes] = std::byte{1};
    EXPECT_FALSE(memory_arena::os::discard(some.begin() + huge_page_bytes, huge_page_bytes));
    EXPECT_EQ(some.begin()[huge_page_bytes], std::byte{0});
}

TEST(pages, from_a_pool_that_is_too_small_are_refused_at_once) {
    pages some;
    const std::size_t more = (test_support::free_pool_pages() + 1) * huge_page_bytes;
    EXPECT_EQ(some.map_from_pool(more), std::errc::not_enough_memory);
    EXPECT_EQ(some.begin(), nullptr);
}
