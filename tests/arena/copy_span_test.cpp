// copy_span: every range that it takes, and what it copies.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <initializer_list>
#include <list>
#include <numeric>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <memory_arena/arena.hpp>

#include "support/figures.hpp"

namespace {

using memory_arena::arena;
using memory_arena::arena_usage;
using test_support::expect_same_usage;

constexpr std::size_t mebibyte = std::size_t{1} << 20;

template <class Range>
concept copyable_into_an_arena = requires(arena& a, const Range& range) {
    static_cast<void>(a.copy_span(range));
};

static_assert(copyable_into_an_arena<std::vector<int>>);
static_assert(copyable_into_an_arena<std::string>);
static_assert(copyable_into_an_arena<std::initializer_list<int>>);
static_assert(!copyable_into_an_arena<std::list<int>>);
static_assert(!copyable_into_an_arena<std::vector<bool>>);
static_assert(!copyable_into_an_arena<int>);
static_assert(!copyable_into_an_arena<int*>);

/// Trivially copyable, and neither assignable nor made from nothing.
struct sealed {
    explicit sealed(int given) : value(given) {}
    const int value;
};

TEST(copy_span, copies_any_contiguous_range_that_knows_its_size) {
    arena a(mebibyte);
    const std::vector<int> expected = {1, 2, 3};
    const auto expect_copy = [&](const auto& range) {
        const std::span<int> copy = a.copy_span(range);
        EXPECT_TRUE(std::ranges::equal(copy, expected));
        EXPECT_TRUE(a.contains(copy.data()));
    };
    const int plain[] = {1, 2, 3};
    const std::initializer_list<int> list = {1, 2, 3};
    expect_copy(expected);
    expect_copy(plain);
    expect_copy(list);
    expect_copy(std::array<int, 3>{1, 2, 3});
    expect_copy(std::array<const int, 3>{1, 2, 3});
    expect_copy(std::span<const int>(expected));
    expect_copy(std::span<const int, 3>(plain));
    expect_copy(std::vector<int>{1, 2, 3});
}

TEST(copy_span, returns_a_span_of_elements_that_can_be_written) {
    arena a(mebibyte);
    const std::vector<int> source = {1, 2, 3};
    static_assert(std::is_same_v<decltype(a.copy_span(source)), std::span<int>>);
    static_assert(std::is_same_v<decltype(a.copy_span("text")), std::span<char>>);
    static_assert(std::is_same_v<decltype(a.copy_span(std::span<const int, 2>(source.data(), 2))),
                                 std::span<int>>);
    const std::span<int> copy = a.copy_span(source);
    copy[0] = 10;
    EXPECT_EQ(source[0], 1);
}

TEST(copy_span, copies_volatile_elements) {
    arena a(mebibyte);
    volatile int registers[] = {4, 5, 6};
    const std::span<int> copy = a.copy_span(registers);
    EXPECT_EQ(copy[2], 6);
    const std::span<const volatile int> view(registers);
    EXPECT_EQ(a.try_copy_span(view)->back(), 6);
}

TEST(copy_span, copies_characters_of_strings) {
    arena a(mebibyte);
    EXPECT_EQ(a.copy_span(std::string("text")).size(), 4U);
    EXPECT_EQ(a.copy_span(std::string_view("text"))[3], 't');
    EXPECT_EQ(a.copy_span("text").size(), 5U);  // an array: its NUL is an element
}

TEST(copy_span, copies_elements_that_need_their_constructors) {
    arena a(mebibyte);
    const std::vector<std::string> source = {"short", std::string(100, 'l'), ""};
    const std::span<std::string> copy = a.copy_span(source);
    EXPECT_TRUE(std::ranges::equal(copy, source));
    EXPECT_NE(copy[1].data(), source[1].data());
    const std::array<std::vector<int>, 2> nested = {std::vector<int>{1}, std::vector<int>{2, 3}};
    EXPECT_EQ(a.copy_span(nested)[1], nested[1]);
}

TEST(copy_span, copies_trivial_elements_that_cannot_be_assigned) {
    arena a(mebibyte);
    const std::vector<sealed> source = {sealed(1), sealed(2)};
    EXPECT_EQ(a.copy_span(source)[1].value, 2);
}

TEST(copy_span, of_an_empty_range_is_empty_and_takes_nothing) {
    arena a(mebibyte);
    const arena_usage before = a.usage();
    EXPECT_TRUE(a.copy_span(std::vector<int>()).empty());
    EXPECT_TRUE(a.copy_span(std::span<const std::string>()).empty());
    EXPECT_TRUE(a.copy_span(std::array<int, 0>()).empty());
    expect_same_usage(a.usage(), before);
}

TEST(copy_span, may_copy_what_lies_in_the_same_arena) {
    arena a(8 * mebibyte);
    std::span<int> numbers = a.new_span<int>(1000);
    std::iota(numbers.begin(), numbers.end(), 0);
    for (int copies = 0; copies < 1000; ++copies) {
        const std::span<int> copy = a.copy_span(numbers);
        ASSERT_TRUE(std::ranges::equal(copy, numbers));
        numbers = copy;
    }
    const std::span<std::string> texts = a.new_span<std::string>(3, std::string(40, 't'));
    EXPECT_TRUE(std::ranges::equal(a.copy_span(texts), texts));
}

TEST(copy_span, copies_ranges_larger_than_a_tlab) {
    arena a(16 * mebibyte);
    std::vector<std::size_t> source(mebibyte / sizeof(std::size_t));
    std::iota(source.begin(), source.end(), std::size_t{0});
    EXPECT_TRUE(std::ranges::equal(a.copy_span(source), source));
}

}  // namespace
