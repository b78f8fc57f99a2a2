// The typed calls as a family: their types, what is noexcept, and their try_ forms.

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <memory_arena/arena.hpp>

#include "support/figures.hpp"

namespace {

using memory_arena::arena;
using memory_arena::arena_options;
using memory_arena::arena_usage;
using test_support::expect_same_usage;
using test_support::fill;

struct throwing {
    throwing() {}
    explicit throwing(int number) {
        if (number < 0) {
            throw std::runtime_error("negative");
        }
    }
    throwing(const throwing&) { throw std::runtime_error("copied"); }
    throwing& operator=(const throwing&) = delete;
    ~throwing() {}
};

struct quiet {
    quiet() noexcept {}
    explicit quiet(int given) noexcept : number(given) {}
    ~quiet() {}
    int number = 0;
};

struct quiet_aggregate {
    int number;
    quiet rest = {};
};

struct noisy_aggregate {
    int number;
    std::string text = "made when it isn't given";
};

/// What only its maker may do with it.
class keyed {
public:
    class key {
        friend class keyed;
        key() {}
    };
    explicit keyed(key /*only the maker has one*/) {}
    static keyed* make(arena& a) { return a.new_object<keyed>(key()); }
    keyed(const keyed&) = delete;
    keyed& operator=(const keyed&) = delete;
};

template <class T>
T& some() noexcept;

// What the calls return.
static_assert(std::is_same_v<decltype(some<arena>().allocate_bytes(1)), void*>);
static_assert(std::is_same_v<decltype(some<arena>().try_allocate_bytes(1, 1)), void*>);
static_assert(std::is_same_v<decltype(some<arena>().new_object<int>(1)), int*>);
static_assert(std::is_same_v<decltype(some<arena>().try_new_object<int>(1)), int*>);
static_assert(std::is_same_v<decltype(some<arena>().new_unmanaged<quiet>()), quiet*>);
static_assert(std::is_same_v<decltype(some<arena>().try_new_unmanaged<quiet>()), quiet*>);
static_assert(std::is_same_v<decltype(some<arena>().new_span<int>(1)), std::span<int>>);
static_assert(std::is_same_v<decltype(some<arena>().new_span<int>(1, 2)), std::span<int>>);
static_assert(
    std::is_same_v<decltype(some<arena>().new_span_for_overwrite<int>(1)), std::span<int>>);
static_assert(
    std::is_same_v<decltype(some<arena>().try_new_span<int>(1)), std::optional<std::span<int>>>);
static_assert(
    std::is_same_v<decltype(some<arena>().try_new_span<int>(1, 2)), std::optional<std::span<int>>>);
static_assert(std::is_same_v<decltype(some<arena>().try_new_span_for_overwrite<int>(1)),
                             std::optional<std::span<int>>>);
static_assert(std::is_same_v<decltype(some<arena>().copy_span(some<const std::vector<int>>())),
                             std::span<int>>);
static_assert(std::is_same_v<decltype(some<arena>().try_copy_span(some<std::vector<int>>())),
                             std::optional<std::span<int>>>);
static_assert(std::is_same_v<decltype(some<arena>().copy_string("")), std::string_view>);
static_assert(std::is_same_v<decltype(some<arena>().try_copy_string(u"")),
                             std::optional<std::u16string_view>>);
static_assert(std::is_same_v<decltype(some<arena>().on_reset([] {})), void>);
static_assert(std::is_same_v<decltype(some<arena>().try_on_reset([] {})), bool>);

// What can't throw says so.
static_assert(!noexcept(some<arena>().allocate_bytes(1)));
static_assert(noexcept(some<arena>().try_allocate_bytes(1)));
static_assert(!noexcept(some<arena>().new_object<int>(1)));
static_assert(noexcept(some<arena>().try_new_object<int>()));
static_assert(noexcept(some<arena>().try_new_object<int>(1)));
static_assert(noexcept(some<arena>().try_new_object<quiet>(1)));
static_assert(noexcept(some<arena>().try_new_object<quiet_aggregate>(1)));
static_assert(noexcept(some<arena>().try_new_unmanaged<quiet>(1)));
static_assert(!noexcept(some<arena>().try_new_object<throwing>(1)));
static_assert(!noexcept(some<arena>().try_new_object<noisy_aggregate>(1)));
static_assert(!noexcept(some<arena>().try_new_unmanaged<throwing>(1)));
static_assert(noexcept(some<arena>().try_copy_string(std::string_view())));
static_assert(noexcept(some<arena>().reset()));
static_assert(noexcept(some<const arena>().usage()) && noexcept(some<const arena>().name()) && noexcept(
    some<const arena>()
        .used_bytes()) && noexcept(some<const arena>()
                                       .remaining_bytes()) && noexcept(some<const arena>()
                                                                           .capacity()) && noexcept(some<const arena>()
                                                                                                        .generation()) && noexcept(some<const arena>()
                                                                                                                                       .contains(
                                                                                                                                           nullptr)) && noexcept(some<arena>()
                                                                                                                                                                     .resource()));
static_assert(std::is_nothrow_destructible_v<arena>);

// An arena stays where it is, and isn't made by accident.
static_assert(!std::is_copy_constructible_v<arena> && !std::is_copy_assignable_v<arena>);
static_assert(!std::is_move_constructible_v<arena> && !std::is_move_assignable_v<arena>);
static_assert(!std::is_default_constructible_v<arena>);
static_assert(std::is_constructible_v<arena, std::size_t> &&
              !std::is_convertible_v<std::size_t, arena>);
static_assert(std::is_constructible_v<arena, arena_options> &&
              !std::is_convertible_v<arena_options, arena>);
static_assert(std::is_aggregate_v<arena_options>);

TEST(typed_calls, reach_what_the_caller_may_reach) {
    arena a(4096);
    EXPECT_TRUE(a.contains(keyed::make(a)));
}

TEST(try_calls, serve_what_the_throwing_ones_serve) {
    arena a(1 << 20);
    EXPECT_NE(a.try_allocate_bytes(10), nullptr);
    EXPECT_EQ(*a.try_new_object<int>(3), 3);
    EXPECT_EQ(*a.try_new_object<std::string>("text"), "text");
    EXPECT_EQ(*a.try_new_unmanaged<int>(4), 4);
    EXPECT_EQ(a.try_new_span<int>(3)->size(), 3U);
    EXPECT_EQ(a.try_new_span<std::string>(3, "v")->back(), "v");
    EXPECT_EQ(a.try_new_span_for_overwrite<int>(3)->size(), 3U);
    EXPECT_EQ(a.try_copy_span(std::array<int, 2>{5, 6})->back(), 6);
    EXPECT_EQ(*a.try_copy_string("text"), "text");
    int calls = 0;
    EXPECT_TRUE(a.try_on_reset([&calls] { ++calls; }));
    a.reset();
    EXPECT_EQ(calls, 1);
}

TEST(try_calls, return_nothing_when_the_arena_is_exhausted) {
    arena a(4096);
    fill(a, 1);
    const arena_usage before = a.usage();
    int calls = 0;
    EXPECT_EQ(a.try_allocate_bytes(8192), nullptr);
    EXPECT_EQ((a.try_new_object<std::array<char, 8192>>()), nullptr);
    EXPECT_EQ((a.try_new_object<std::array<std::string, 1000>>()), nullptr);
    EXPECT_EQ((a.try_new_unmanaged<std::array<char, 8192>>()), nullptr);
    EXPECT_EQ(a.try_new_span<int>(2048), std::nullopt);
    EXPECT_EQ(a.try_new_span<int>(2048, 1), std::nullopt);
    EXPECT_EQ(a.try_new_span<std::string>(2048), std::nullopt);
    EXPECT_EQ(a.try_new_span_for_overwrite<int>(2048), std::nullopt);
    EXPECT_EQ(a.try_copy_span(std::vector<int>(2048)), std::nullopt);
    EXPECT_EQ(a.try_copy_span(std::vector<std::string>(2048)), std::nullopt);
    EXPECT_EQ(a.try_copy_string(std::string(8192, 'x')), std::nullopt);
    EXPECT_FALSE(
        a.try_on_reset([&calls, large = std::array<char, 8192>()] { calls += 1 + large[0]; }));
    expect_same_usage(a.usage(), before);
    a.reset();
    EXPECT_EQ(calls, 0);
}

TEST(try_calls, tell_an_empty_result_from_none) {
    arena a(4096);
    fill(a, 1);
    EXPECT_TRUE(a.try_new_span<int>(0).has_value());
    EXPECT_TRUE(a.try_new_span<std::string>(0, "value").has_value());
    EXPECT_TRUE(a.try_new_span_for_overwrite<int>(0).has_value());
    EXPECT_TRUE(a.try_copy_span(std::vector<int>()).has_value());
    EXPECT_TRUE(a.try_new_span<int>(0)->empty());
    EXPECT_EQ(a.try_copy_string(""), std::nullopt);  // its terminator needs a byte
}

TEST(try_calls, let_the_constructors_own_exception_through) {
    arena a(1 << 20);
    const std::vector<throwing> source(2);
    EXPECT_THROW(static_cast<void>(a.try_new_object<throwing>(-1)), std::runtime_error);
    EXPECT_THROW(static_cast<void>(a.try_new_unmanaged<throwing>(-1)), std::runtime_error);
    EXPECT_THROW(static_cast<void>(a.try_new_span<throwing>(2, source[0])), std::runtime_error);
    EXPECT_THROW(static_cast<void>(a.try_copy_span(source)), std::runtime_error);
    EXPECT_EQ(a.used_bytes(), 0U);
}

TEST(allocate_bytes, aligns_for_everything_when_no_alignment_is_given) {
    arena a(1 << 20);
    for (std::size_t bytes = 1; bytes < 100; ++bytes) {
        ASSERT_TRUE(test_support::is_aligned(a.allocate_bytes(bytes), alignof(std::max_align_t)));
        ASSERT_TRUE(
            test_support::is_aligned(a.try_allocate_bytes(bytes), alignof(std::max_align_t)));
    }
}

TEST(allocate_bytes, hands_out_bytes_that_can_all_be_written) {
    arena a(1 << 20);
    std::vector<std::span<unsigned char>> blocks;
    for (std::size_t bytes = 1; bytes < 300; ++bytes) {
        blocks.emplace_back(static_cast<unsigned char*>(a.allocate_bytes(bytes, 1)), bytes);
        for (unsigned char& byte : blocks.back()) {
            byte = static_cast<unsigned char>(bytes);
        }
    }
    for (const auto& block : blocks) {
        for (const unsigned char byte : block) {
            ASSERT_EQ(byte, static_cast<unsigned char>(block.size()));
        }
    }
}

}  // namespace
