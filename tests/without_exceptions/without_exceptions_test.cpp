// The library and this file are compiled without exceptions and without run-time type information.

#include <gtest/gtest.h>

#include <array>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <memory>
#include <memory_resource>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include <memory_arena.hpp>

#include "support/figures.hpp"
#include "support/logged.hpp"
#include "support/team.hpp"

#if defined(__cpp_exceptions)
#error "this test is about a build without exceptions"
#endif

namespace {

using memory_arena::arena;
using memory_arena::arena_options;
using memory_arena::failure_handler;
using memory_arena::set_failure_handler;
using memory_arena::try_make_arena;
using ::testing::ExitedWithCode;
using ::testing::KilledBySignal;

constexpr std::size_t mebibyte = std::size_t{1} << 20;
constexpr std::size_t largest_size = std::numeric_limits<std::size_t>::max();

std::unique_ptr<arena> make(const arena_options& options) {
    std::error_code error;
    auto made = try_make_arena(options, error);
    EXPECT_FALSE(error);
    EXPECT_NE(made, nullptr);
    return made;
}

TEST(try_make_arena, makes_an_arena) {
    const auto a = make({.capacity = mebibyte, .name = "without"});
    EXPECT_EQ(a->name(), "without");
    EXPECT_EQ(*a->new_object<int>(3), 3);
}

TEST(try_make_arena, tells_why_it_made_none) {
    std::error_code error;
    EXPECT_EQ(try_make_arena({}, error), nullptr);
    EXPECT_EQ(error, std::errc::invalid_argument);
    error.clear();
    EXPECT_EQ(try_make_arena({.capacity = largest_size}, error), nullptr);
    EXPECT_EQ(error, std::errc::invalid_argument);
    error.clear();
    EXPECT_EQ(try_make_arena({.capacity = mebibyte, .lane_count = 0}, error), nullptr);
    EXPECT_EQ(error, std::errc::invalid_argument);
}

TEST(try_calls, serve) {
    const auto a = make({.capacity = mebibyte});
    EXPECT_NE(a->try_allocate_bytes(10), nullptr);
    EXPECT_EQ(*a->try_new_object<std::string>("text"), "text");
    EXPECT_EQ(*a->try_new_unmanaged<int>(4), 4);
    EXPECT_EQ(a->try_new_span<int>(3)->size(), 3U);
    EXPECT_EQ(a->try_new_span<std::string>(3, "v")->back(), "v");
    EXPECT_EQ(a->try_new_span_for_overwrite<int>(3)->size(), 3U);
    EXPECT_EQ(a->try_copy_span(std::array<int, 2>{5, 6})->back(), 6);
    EXPECT_EQ(*a->try_copy_string("text"), "text");
    int calls = 0;
    EXPECT_TRUE(a->try_on_reset([&calls] { ++calls; }));
    a->reset();
    EXPECT_EQ(calls, 1);
}

TEST(try_calls, return_nothing_where_others_throw) {
    const auto a = make({.capacity = 4096});
    test_support::fill(*a, 1);
    EXPECT_EQ(a->try_allocate_bytes(1), nullptr);
    EXPECT_EQ(a->try_allocate_bytes(1, 3), nullptr);
    EXPECT_EQ(a->try_new_object<int>(), nullptr);
    EXPECT_EQ(a->try_new_unmanaged<int>(), nullptr);
    EXPECT_EQ(a->try_new_span<int>(1), std::nullopt);
    EXPECT_EQ(a->try_new_span<int>(largest_size), std::nullopt);
    EXPECT_EQ(a->try_copy_string("text"), std::nullopt);
    EXPECT_FALSE(a->try_on_reset([] {}));
}

TEST(destructors, run_newest_first) {
    test_support::destruction_log destroyed;
    const auto a = make({.capacity = mebibyte});
    for (int number = 0; number < 3; ++number) {
        static_cast<void>(a->new_object<test_support::logged>(destroyed, number));
    }
    a->reset();
    EXPECT_EQ(destroyed, (test_support::destruction_log{2, 1, 0}));
}

TEST(allocate_bytes, serves_many_threads) {
    const auto a = make({.capacity = 16 * mebibyte});
    test_support::run_team(4, [&a](std::size_t /*index*/) {
        for (int request = 0; request < 10'000; ++request) {
            static_cast<void>(a->allocate_bytes(24, 8));
        }
    });
    EXPECT_EQ(a->used_bytes(), 4U * 10'000U * 24U);
}

TEST(adaptors, serve_containers_and_compare) {
    const auto a = make({.capacity = mebibyte});
    const auto other = make({.capacity = mebibyte});
    std::pmr::vector<int> numbers(100, 1, a->resource());
    EXPECT_TRUE(a->contains(numbers.data()));
    const std::vector<int, memory_arena::arena_allocator<int>> more(100, 1, *a);
    EXPECT_TRUE(a->contains(more.data()));
    EXPECT_TRUE(*a->resource() == memory_arena::arena_resource(*a));
    EXPECT_FALSE(*a->resource() == *other->resource());
    EXPECT_FALSE(*a->resource() == *std::pmr::new_delete_resource());
    EXPECT_FALSE(*std::pmr::new_delete_resource() == *a->resource());
}

TEST(a_lease, works_and_its_failure_aborts) {
    const auto a = make({.capacity = mebibyte, .name = "requests"});
    std::optional<memory_arena::arena_lease> lease = a->try_lease();
    ASSERT_TRUE(lease);
    {
        const auto scope = lease->scope();
        EXPECT_EQ(*lease->new_object<int>(42), 42);
    }
    EXPECT_EQ(a->used_bytes(), 0U);
    EXPECT_EQ(lease->try_allocate_bytes(2 * mebibyte), nullptr);
    EXPECT_EXIT(static_cast<void>(lease->allocate_bytes(2 * mebibyte)), KilledBySignal(SIGABRT),
                "requests");
}

TEST(a_failure, is_reported_and_aborts) {
    const auto a = make({.capacity = mebibyte, .name = "requests"});
    EXPECT_EXIT(static_cast<void>(a->allocate_bytes(7'654'321)), KilledBySignal(SIGABRT),
                "requests.*7654321");
    EXPECT_EXIT(static_cast<void>(a->new_span<int>(largest_size)), KilledBySignal(SIGABRT), ".+");
    EXPECT_EXIT(static_cast<void>(a->allocate_bytes(8, 3)), KilledBySignal(SIGABRT), ".+");
    EXPECT_EXIT(static_cast<void>(a->copy_string(std::string(2 * mebibyte, 'x'))),
                KilledBySignal(SIGABRT), "requests");
    EXPECT_EXIT(arena{std::size_t{0}}, KilledBySignal(SIGABRT), ".+");
    EXPECT_EXIT(static_cast<void>(a->resource()->allocate(2 * mebibyte)), KilledBySignal(SIGABRT),
                "requests");
}

void print_and_return(const char* text) noexcept { std::fprintf(stderr, "handled: %s\n", text); }

void leave(const char* /*text*/) noexcept { std::_Exit(7); }

TEST(a_failure, calls_the_handler_first) {
    const auto a = make({.capacity = mebibyte, .name = "requests"});
    EXPECT_EXIT(
        {
            set_failure_handler(&print_and_return);
            static_cast<void>(a->allocate_bytes(2 * mebibyte));
        },
        KilledBySignal(SIGABRT), "handled: .*requests");
    EXPECT_EXIT(
        {
            set_failure_handler(&leave);
            static_cast<void>(a->allocate_bytes(2 * mebibyte));
        },
        ExitedWithCode(7), "");
}

TEST(set_failure_handler, returns_the_one_before_and_restores_the_first) {
    const failure_handler first = set_failure_handler(&print_and_return);
    EXPECT_NE(first, nullptr);
    EXPECT_EQ(set_failure_handler(&leave), &print_and_return);
    EXPECT_EQ(set_failure_handler(nullptr), &leave);
    EXPECT_EQ(set_failure_handler(nullptr), first);
    const auto a = make({.capacity = mebibyte, .name = "requests"});
    EXPECT_EXIT(
        static_cast<void>(a->allocate_bytes(2 * mebibyte)), KilledBySignal(SIGABRT), "requests");
}

}  // namespace
