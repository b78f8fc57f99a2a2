// A reserve that has no more to give: arena_exhausted, and what the arena goes on serving.

#include <gtest/gtest.h>

#include <array>
#include <barrier>
#include <cstddef>
#include <limits>
#include <new>
#include <stdexcept>
#include <string>
#include <type_traits>

#include <memory_arena/arena.hpp>

#include "support/figures.hpp"
#include "support/scale.hpp"
#include "support/team.hpp"

namespace {

using memory_arena::arena;
using memory_arena::arena_exhausted;
using memory_arena::arena_options;
using memory_arena::arena_usage;
using test_support::expect_same_usage;
using test_support::fill;

constexpr std::size_t mebibyte = std::size_t{1} << 20;
constexpr std::size_t largest_size = std::numeric_limits<std::size_t>::max();

static_assert(std::is_base_of_v<std::bad_alloc, arena_exhausted>);
static_assert(std::is_nothrow_copy_constructible_v<arena_exhausted>);

template <class Call>
arena_exhausted exhaustion_of(Call call) {
    try {
        static_cast<void>(call());
    } catch (const arena_exhausted& exhausted) {
        return exhausted;
    }
    throw std::logic_error("arena_exhausted was expected");
}

TEST(exhaustion, names_the_arena_the_bytes_asked_and_the_bytes_left) {
    arena a(arena_options{.capacity = mebibyte, .name = "requests"});
    static_cast<void>(a.allocate_bytes(1000));
    const arena_exhausted exhausted =
        exhaustion_of([&] { return a.allocate_bytes(7'654'321, 32); });
    const std::string text = exhausted.what();
    EXPECT_NE(text.find("requests"), std::string::npos) << text;
    EXPECT_NE(text.find("7654321"), std::string::npos) << text;
    EXPECT_NE(text.find(std::to_string(mebibyte - 1000)), std::string::npos) << text;
    EXPECT_EQ(exhausted.requested_bytes(), 7'654'321U);
    EXPECT_EQ(exhausted.remaining_bytes(), mebibyte - 1000);
}

TEST(exhaustion, ends_its_text_with_the_five_figures) {
    arena a(arena_options{.capacity = mebibyte, .name = "requests", .shard_count = 1});
    static_cast<void>(a.allocate_bytes(1000));
    const std::string text = exhaustion_of([&] { return a.allocate_bytes(mebibyte, 8); }).what();
    EXPECT_TRUE(text.ends_with(
        "1048576 bytes (alignment 8) asked for, 1047576 of 1048576 left; "
        "reserved 1048576, committed 16384, used 1000, slack 15384, peak 16384"))
        << text;
}

TEST(exhaustion, has_room_for_a_text_of_the_longest_numbers) {
    const std::string name(63, 'n');
    arena_usage figures;
    figures.reserved = figures.committed = figures.slack = figures.peak = largest_size;
    const std::string text = arena_exhausted(name, largest_size, largest_size, figures).what();
    EXPECT_TRUE(text.ends_with("peak " + std::to_string(largest_size))) << text;
    figures.used = figures.reserved;
    EXPECT_EQ(arena_exhausted(name, largest_size, largest_size, figures).remaining_bytes(), 0U);
}

TEST(exhaustion, fits_the_longest_name_and_the_largest_numbers_into_its_text) {
    const std::string name(63, 'n');
    arena a(arena_options{.capacity = mebibyte, .name = name});
    const arena_exhausted exhausted =
        exhaustion_of([&] { return a.allocate_bytes(largest_size, 16); });
    const std::string text = exhausted.what();
    EXPECT_NE(text.find(name), std::string::npos) << text;
    EXPECT_NE(text.find(std::to_string(largest_size)), std::string::npos) << text;
    EXPECT_NE(text.find(std::to_string(mebibyte)), std::string::npos) << text;
}

TEST(exhaustion, has_a_text_for_an_arena_without_a_name) {
    arena a(mebibyte);
    EXPECT_NE(
        std::string(exhaustion_of([&] { return a.allocate_bytes(2 * mebibyte); }).what()), "");
}

TEST(exhaustion, is_thrown_by_every_call) {
    arena a(4096);
    EXPECT_THROW(static_cast<void>(a.allocate_bytes(8192)), arena_exhausted);
    EXPECT_THROW(static_cast<void>(a.new_object<std::array<char, 8192>>()), arena_exhausted);
    EXPECT_THROW(static_cast<void>(a.new_object<std::array<std::string, 1000>>()), arena_exhausted);
    EXPECT_THROW(static_cast<void>(a.new_unmanaged<std::array<char, 8192>>()), arena_exhausted);
    EXPECT_THROW(static_cast<void>(a.new_span<char>(8192)), arena_exhausted);
    EXPECT_THROW(static_cast<void>(a.new_span<char>(8192, 'c')), arena_exhausted);
    EXPECT_THROW(static_cast<void>(a.new_span_for_overwrite<char>(8192)), arena_exhausted);
    EXPECT_THROW(static_cast<void>(a.copy_span(std::array<char, 8192>())), arena_exhausted);
    EXPECT_THROW(static_cast<void>(a.copy_string(std::string(8192, 'c'))), arena_exhausted);
    EXPECT_THROW((a.on_reset([large = std::array<char, 8192>()] { static_cast<void>(large); })),
                 std::bad_alloc);
}

TEST(exhaustion, leaves_the_arena_unchanged) {
    arena a(mebibyte);
    static_cast<void>(a.allocate_bytes(100));
    for (const std::size_t bytes : {mebibyte, 10 * mebibyte, largest_size}) {
        const arena_usage before = a.usage();
        EXPECT_EQ(a.try_allocate_bytes(bytes), nullptr);
        EXPECT_THROW(static_cast<void>(a.allocate_bytes(bytes)), arena_exhausted);
        expect_same_usage(a.usage(), before);
    }
}

TEST(exhaustion, leaves_room_for_what_fits) {
    arena a(mebibyte);
    static_cast<void>(a.allocate_bytes(900 << 10));
    EXPECT_THROW(static_cast<void>(a.allocate_bytes(200 << 10)), arena_exhausted);
    EXPECT_NE(a.try_allocate_bytes(100 << 10), nullptr);
    EXPECT_EQ(a.try_allocate_bytes(100 << 10), nullptr);
    EXPECT_NE(a.try_allocate_bytes(8), nullptr);
}

TEST(exhaustion, comes_only_after_every_shard_has_been_searched) {
    arena a(mebibyte);
    std::barrier<> all_have_allocated(8);
    test_support::run_team(8, [&](std::size_t) {
        static_cast<void>(a.allocate_bytes(8));
        all_have_allocated.arrive_and_wait();
    });
    fill(a, 8);
    // Each of those threads has kept its first TLAB; what their shards held has been found.
    EXPECT_LE(a.remaining_bytes(), std::size_t{8} * 4096);
}

TEST(exhaustion, ends_with_a_reset) {
    arena a(64 << 10);
    const std::size_t first = fill(a, 32);
    EXPECT_EQ(fill(a, 32), 0U);
    a.reset();
    EXPECT_EQ(fill(a, 32), first);
}

TEST(exhaustion, does_not_accumulate_over_a_million_failed_claims) {
    arena a(64 << 10);
    fill(a, 8);
    const arena_usage before = a.usage();
    for (std::size_t claims = test_support::scaled(1'000'000); claims > 0; --claims) {
        ASSERT_EQ(a.try_allocate_bytes(8), nullptr);
    }
    for (std::size_t claims = test_support::scaled(100'000); claims > 0; --claims) {
        ASSERT_EQ(a.try_allocate_bytes(20'000), nullptr);
        ASSERT_EQ(a.try_allocate_bytes(mebibyte), nullptr);
        ASSERT_EQ(a.try_allocate_bytes(largest_size), nullptr);
    }
    expect_same_usage(a.usage(), before);
    a.reset();
    EXPECT_EQ(a.used_bytes(), 0U);
    EXPECT_NE(a.try_allocate_bytes(60'000), nullptr);
}

TEST(exhaustion, does_not_accumulate_over_claims_too_large_for_an_arena_with_room) {
    arena a(mebibyte);
    static_cast<void>(a.allocate_bytes(8));
    const arena_usage before = a.usage();
    for (std::size_t claims = test_support::scaled(1'000'000); claims > 0; --claims) {
        ASSERT_EQ(a.try_allocate_bytes(mebibyte), nullptr);
    }
    expect_same_usage(a.usage(), before);
    EXPECT_NE(a.try_allocate_bytes(mebibyte / 2), nullptr);
}

TEST(exhaustion, does_not_accumulate_over_failed_claims_of_many_threads) {
    arena a(64 << 10);
    fill(a, 8);
    const arena_usage before = a.usage();
    test_support::run_team(4, [&a](std::size_t index) {
        const std::size_t bytes = std::size_t{8} << (4 * index);
        for (std::size_t claims = test_support::scaled(100'000); claims > 0; --claims) {
            if (a.try_allocate_bytes(bytes) != nullptr) {
                ADD_FAILURE() << "a full arena served " << bytes << " bytes";
            }
        }
    });
    expect_same_usage(a.usage(), before);
}

}  // namespace
