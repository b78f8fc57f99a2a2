// new_span, new_span_for_overwrite: the elements they make.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string>

#include <memory_arena/arena.hpp>

#include "support/figures.hpp"

namespace {

using memory_arena::arena;
using memory_arena::arena_usage;
using test_support::expect_same_usage;
using test_support::is_aligned;

constexpr std::size_t mebibyte = std::size_t{1} << 20;

struct defaulted {
    int value = 9;
    int rest;
};

struct immovable {
    immovable() = default;
    immovable(const immovable&) = delete;
    immovable& operator=(const immovable&) = delete;
    int value = 3;
};

template <std::size_t Alignment>
struct alignas(Alignment) aligned_managed {
    std::string text = "text";
};

/// An arena whose memory is full of ones.
void soil(arena& a, std::size_t bytes) {
    std::memset(a.allocate_bytes(bytes), 0xff, bytes);
    a.reset();
}

TEST(new_span, value_initialises_also_in_memory_used_before) {
    arena a(mebibyte);
    soil(a, 64 << 10);
    const std::span<int> numbers = a.new_span<int>(1000);
    EXPECT_EQ(numbers.size(), 1000U);
    EXPECT_TRUE(std::ranges::all_of(numbers, [](int number) { return number == 0; }));
    for (const defaulted& element : a.new_span<defaulted>(10)) {
        EXPECT_EQ(element.value, 9);
    }
    for (const std::string& text : a.new_span<std::string>(10)) {
        EXPECT_TRUE(text.empty());
    }
}

TEST(new_span, copies_the_value_into_each_element) {
    arena a(mebibyte);
    EXPECT_EQ(std::ranges::count(a.new_span<int>(100, 42), 42), 100);
    const std::string value(100, 'v');
    EXPECT_EQ(std::ranges::count(a.new_span<std::string>(100, value), value), 100);
    EXPECT_EQ(a.new_span<const char*>(3, "three")[2], std::string("three"));
}

TEST(new_span, may_copy_a_value_that_lies_in_the_same_arena) {
    arena a(mebibyte);
    const std::span<std::string> first = a.new_span<std::string>(3, std::string(50, 'w'));
    const std::span<std::string> second = a.new_span<std::string>(3, first[1]);
    EXPECT_EQ(second[2], first[0]);
    const int* number = a.new_object<int>(11);
    EXPECT_EQ(a.new_span<int>(5, *number)[4], 11);
}

TEST(new_span, makes_elements_that_cannot_be_moved) {
    arena a(mebibyte);
    EXPECT_EQ(a.new_span<immovable>(7)[6].value, 3);
    EXPECT_EQ(a.new_span_for_overwrite<immovable>(7)[6].value, 3);
    EXPECT_EQ(a.new_span<std::unique_ptr<int>>(7)[6], nullptr);
}

TEST(new_span, of_no_elements_is_empty_and_takes_nothing) {
    arena a(mebibyte);
    const arena_usage before = a.usage();
    EXPECT_TRUE(a.new_span<int>(0).empty());
    EXPECT_TRUE(a.new_span<std::string>(0).empty());
    EXPECT_TRUE(a.new_span<std::string>(0, "value").empty());
    EXPECT_TRUE(a.new_span_for_overwrite<int>(0).empty());
    expect_same_usage(a.usage(), before);
}

TEST(new_span, has_distinct_elements_within_the_arena) {
    arena a(8 * mebibyte);
    for (const std::size_t count : {1U, 3U, 1000U, 20'000U, 1'000'000U}) {
        const std::span<int> numbers = a.new_span<int>(count);
        ASSERT_EQ(numbers.size(), count);
        EXPECT_TRUE(a.contains(numbers.data()));
        EXPECT_TRUE(a.contains(&numbers.back()));
        EXPECT_TRUE(is_aligned(numbers.data(), alignof(int)));
    }
}

TEST(new_span, aligns_managed_elements_of_any_alignment) {
    arena a(8 * mebibyte);
    const auto expect_aligned = [&a]<std::size_t Alignment>(aligned_managed<Alignment>) {
        static_cast<void>(a.new_object<char>('c'));
        for (const auto& element : a.new_span<aligned_managed<Alignment>>(3)) {
            EXPECT_TRUE(is_aligned(&element, Alignment));
            EXPECT_EQ(element.text, "text");
        }
    };
    expect_aligned(aligned_managed<64>());
    expect_aligned(aligned_managed<4096>());
    expect_aligned(aligned_managed<131072>());
}

TEST(new_span, takes_one_record_for_all_elements) {
    arena a(mebibyte);
    static_cast<void>(a.new_span<std::uint32_t>(3));
    EXPECT_EQ(a.used_bytes(), 16U);
    static_cast<void>(a.new_span<std::string>(100));
    EXPECT_LE(a.used_bytes(), 16 + 100 * sizeof(std::string) + 32);
}

TEST(new_span_for_overwrite, leaves_numbers_as_the_memory_was) {
    arena a(mebibyte);
    soil(a, 4096);
    const std::span<unsigned char> bytes = a.new_span_for_overwrite<unsigned char>(64);
    EXPECT_EQ(std::ranges::count(bytes, 0xff), 64);
}

TEST(new_span_for_overwrite, runs_default_constructors) {
    arena a(mebibyte);
    for (const std::string& text : a.new_span_for_overwrite<std::string>(10)) {
        EXPECT_TRUE(text.empty());
    }
    EXPECT_EQ(a.new_span_for_overwrite<defaulted>(10)[9].value, 9);
}

TEST(new_span, serves_constructors_that_allocate_from_the_same_arena) {
    static arena* source = nullptr;
    struct greedy {
        int* number = source->new_object<int>(7);
        std::string* text = source->new_object<std::string>("text");
    };
    arena a(mebibyte);
    source = &a;
    for (const greedy& element : a.new_span<greedy>(1000)) {
        ASSERT_EQ(*element.number, 7);
        ASSERT_EQ(*element.text, "text");
    }
}

}  // namespace
