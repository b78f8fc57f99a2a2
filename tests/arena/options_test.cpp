// arena_options: what is refused, and that both ends of every range work.

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <system_error>

#include <memory_arena/arena.hpp>

#include "support/figures.hpp"

namespace {

using memory_arena::arena;
using memory_arena::arena_options;
using memory_arena::max_capacity;
using memory_arena::numa_placement;
using memory_arena::page_kind;
using memory_arena::try_make_arena;

constexpr std::size_t mebibyte = std::size_t{1} << 20;
constexpr std::size_t largest_size = std::numeric_limits<std::size_t>::max();

void expect_refused(const arena_options& options) {
    EXPECT_THROW(arena{options}, std::invalid_argument);
    std::error_code error;
    EXPECT_EQ(try_make_arena(options, error), nullptr);
    EXPECT_EQ(error, std::errc::invalid_argument);
}

void expect_served(const arena_options& options) {
    std::error_code error = std::make_error_code(std::errc::io_error);
    const std::unique_ptr<arena> made = try_make_arena(options, error);
    EXPECT_FALSE(error) << error.message();
    ASSERT_NE(made, nullptr);
    EXPECT_NE(made->try_allocate_bytes(16), nullptr);
    EXPECT_EQ(16 + 8 * test_support::fill(*made, 8), made->capacity());
    made->reset();
    EXPECT_NE(made->try_allocate_bytes(16), nullptr);
    arena constructed(options);
    EXPECT_EQ(constructed.capacity(), made->capacity());
}

TEST(options, have_defaults_for_all_but_the_capacity) {
    const arena_options options;
    EXPECT_EQ(options.capacity, 0U);
    EXPECT_TRUE(options.name.empty());
    EXPECT_EQ(options.shard_count, 64U);
    EXPECT_EQ(options.max_tlab_bytes, std::size_t{64} << 10);
    EXPECT_EQ(options.lane_count, 1024U);
    EXPECT_TRUE(options.buffer.empty());
    EXPECT_GE(std::uint64_t{max_capacity}, sizeof(std::size_t) > 4 ? std::uint64_t{64} << 30 : 1);
}

TEST(options, refuse_a_capacity_of_zero) {
    expect_refused(arena_options{});
    EXPECT_THROW(arena{std::size_t{0}}, std::invalid_argument);
}

TEST(options, refuse_a_buffer_above_the_largest) {
    // By its size alone: nobody looks at what isn't there.
    alignas(64) std::array<std::byte, 64> few{};
    expect_refused(arena_options{.buffer = {few.data(), max_capacity + 64}});
}

TEST(options, refuse_a_capacity_above_the_largest) {
    expect_refused(arena_options{.capacity = max_capacity + 1});
    expect_refused(arena_options{.capacity = largest_size - 15});
    expect_refused(arena_options{.capacity = largest_size});
    EXPECT_THROW(arena{largest_size}, std::invalid_argument);
}

TEST(options, take_a_capacity_of_one) {
    arena a(std::size_t{1});
    EXPECT_EQ(a.capacity(), 16U);
    EXPECT_NE(a.try_allocate_bytes(16), nullptr);
    EXPECT_EQ(a.try_allocate_bytes(1), nullptr);
}

TEST(options, take_the_largest_capacity_unless_the_kernel_refuses) {
    std::error_code error;
    const auto made = try_make_arena(arena_options{.capacity = max_capacity}, error);
    if (made != nullptr) {
        EXPECT_EQ(made->capacity(), max_capacity / 16 * 16);
        EXPECT_NE(made->try_allocate_bytes(100), nullptr);
    } else {
        EXPECT_EQ(error, std::errc::not_enough_memory);
    }
}

TEST(options, refuse_a_capacity_beside_a_buffer) {
    std::array<std::byte, 4096> buffer;
    expect_refused(arena_options{.capacity = 4096, .buffer = buffer});
    expect_refused(arena_options{.capacity = 1, .buffer = buffer});
}

TEST(options, refuse_a_buffer_without_sixteen_aligned_bytes) {
    alignas(16) std::array<std::byte, 64> buffer;
    const std::span<std::byte> bytes(buffer);
    expect_refused(arena_options{.buffer = bytes.first(1)});
    expect_refused(arena_options{.buffer = bytes.first(15)});
    expect_refused(arena_options{.buffer = bytes.subspan(1, 16)});
    expect_refused(arena_options{.buffer = bytes.subspan(1, 30)});
    expect_refused(arena_options{.buffer = bytes.subspan(15, 16)});
    expect_served(arena_options{.buffer = bytes.first(16)});
    expect_served(arena_options{.buffer = bytes.subspan(1, 31)});
}

TEST(options, refuse_a_shard_count_out_of_range) {
    expect_refused(arena_options{.capacity = mebibyte, .shard_count = 0});
    expect_refused(arena_options{.capacity = mebibyte, .shard_count = 65});
    expect_refused(arena_options{.capacity = mebibyte, .shard_count = largest_size});
    for (const std::size_t count : {1U, 2U, 3U, 63U, 64U}) {
        expect_served(arena_options{.capacity = mebibyte, .shard_count = count});
    }
}

TEST(options, refuse_a_largest_tlab_out_of_range) {
    for (const std::size_t bytes :
         {std::size_t{0}, std::size_t{1023}, (std::size_t{128} << 10) + 1, largest_size}) {
        expect_refused(arena_options{.capacity = mebibyte, .max_tlab_bytes = bytes});
    }
    for (const std::size_t bytes : {1024U, 1025U, 5000U, 65'536U, 100'000U, 131'072U}) {
        expect_served(arena_options{.capacity = mebibyte, .max_tlab_bytes = bytes});
    }
}

TEST(options, refuse_a_lane_count_out_of_range) {
    expect_refused(arena_options{.capacity = mebibyte, .lane_count = 0});
    expect_refused(arena_options{.capacity = mebibyte, .lane_count = 4097});
    expect_refused(arena_options{.capacity = mebibyte, .lane_count = largest_size});
    for (const std::size_t count : {1U, 2U, 1024U, 4096U}) {
        expect_served(arena_options{.capacity = mebibyte, .lane_count = count});
    }
}

TEST(options, refuse_nodes_without_a_placement_and_a_placement_without_nodes) {
    expect_refused(arena_options{.capacity = mebibyte, .numa_nodes = 1});
    expect_refused(arena_options{.capacity = mebibyte, .numa = numa_placement::bind});
    expect_refused(arena_options{.capacity = mebibyte, .numa = numa_placement::interleave});
}

TEST(options, refuse_what_is_no_page_kind_and_no_placement) {
    expect_refused(arena_options{.capacity = mebibyte, .pages = static_cast<page_kind>(3)});
    expect_refused(arena_options{
        .capacity = mebibyte, .numa = static_cast<numa_placement>(3), .numa_nodes = 1});
}

TEST(options, refuse_to_choose_the_pages_of_a_buffer) {
    std::array<std::byte, 4096> buffer;
    expect_refused(arena_options{.buffer = buffer, .pages = page_kind::transparent_huge});
    expect_refused(arena_options{.buffer = buffer, .pages = page_kind::explicit_huge});
    expect_refused(arena_options{.buffer = buffer, .prefault_bytes = 1});
    expect_refused(arena_options{.buffer = buffer, .numa = numa_placement::bind, .numa_nodes = 1});
    expect_refused(arena_options{.buffer = buffer, .exclude_from_core_dumps = true});
    expect_refused(arena_options{.buffer = buffer, .named_mappings = true});
}

TEST(options, say_which_one_is_not_for_a_buffer) {
    std::array<std::byte, 4096> buffer;
    try {
        const arena refused(arena_options{.buffer = buffer, .prefault_bytes = 1});
        ADD_FAILURE() << "it was made";
    } catch (const std::invalid_argument& error) {
        EXPECT_STREQ(
            error.what(), "arena_options: prefault_bytes must be 0 where a buffer is given");
    }
}

TEST(options, take_a_listener_without_a_prefault) {
    expect_served(arena_options{.capacity = mebibyte,
                                .on_prefault = [](void* /*context*/, std::size_t /*done*/,
                                                  std::size_t /*all*/) noexcept {}});
}

TEST(options, keep_the_name_when_the_callers_is_gone) {
    std::string name = "requests of the server";
    arena a(arena_options{.capacity = mebibyte, .name = name});
    name.assign(name.size(), 'x');
    EXPECT_EQ(a.name(), "requests of the server");
}

TEST(options, cut_the_name_at_63_bytes) {
    const std::string name = std::string(62, 'a') + "bc";
    EXPECT_EQ(arena(arena_options{.capacity = mebibyte, .name = name}).name(), name.substr(0, 63));
    EXPECT_EQ(arena(arena_options{.capacity = mebibyte, .name = std::string(1000, 'a')}).name(),
              std::string(63, 'a'));
    EXPECT_EQ(arena(mebibyte).name(), "");
}

TEST(options, round_the_capacity_up_to_sixteen_bytes) {
    for (const std::size_t capacity : {1U, 15U, 16U, 17U, 4095U, 4096U, 4097U, 1'000'001U}) {
        arena a(std::size_t{capacity});
        EXPECT_EQ(a.capacity(), (capacity + 15) / 16 * 16);
        EXPECT_EQ(a.usage().reserved, a.capacity());
        EXPECT_NE(a.try_allocate_bytes(a.capacity()), nullptr) << capacity;
        EXPECT_EQ(a.remaining_bytes(), 0U);
    }
}

}  // namespace
