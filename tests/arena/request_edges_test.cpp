// Sizes and alignments at the edges of what can be asked for.

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include <memory_arena/arena.hpp>

#include "support/figures.hpp"

namespace {

using memory_arena::arena;
using memory_arena::arena_exhausted;
using memory_arena::arena_usage;
using test_support::expect_same_usage;
using test_support::fill;
using test_support::is_aligned;

constexpr std::size_t mebibyte = std::size_t{1} << 20;
constexpr std::size_t largest_size = std::numeric_limits<std::size_t>::max();
constexpr std::size_t largest_difference = std::numeric_limits<std::ptrdiff_t>::max();

/// Sizes that no arena can serve, near every edge at which a sum could wrap.
constexpr std::array impossible_sizes = {
    largest_size,           largest_size - 1,       largest_size - 7,       largest_size - 8,
    largest_size - 15,      largest_size - 4095,    largest_size - 65536,   largest_difference,
    largest_difference - 7, largest_difference + 1, largest_difference + 2, largest_size / 4,
};

TEST(size_arithmetic, never_wraps_for_bytes) {
    arena a(mebibyte);
    for (const bool fresh : {true, false}) {
        const arena_usage before = a.usage();
        for (const std::size_t bytes : impossible_sizes) {
            for (const std::size_t alignment : {1U, 8U, 16U, 64U, 4096U, 1U << 20}) {
                SCOPED_TRACE(::testing::Message() << bytes << " at " << alignment);
                EXPECT_EQ(a.try_allocate_bytes(bytes, alignment), nullptr);
                EXPECT_THROW(
                    static_cast<void>(a.allocate_bytes(bytes, alignment)), arena_exhausted);
            }
        }
        expect_same_usage(a.usage(), before);
        if (fresh) {
            static_cast<void>(a.allocate_bytes(1000));
        }
    }
    EXPECT_NE(a.try_allocate_bytes(1000), nullptr);
}

TEST(size_arithmetic, never_wraps_for_counts) {
    arena a(mebibyte);
    const arena_usage before = a.usage();
    // Counts whose product with the size is small, once it has wrapped.
    for (const std::size_t count :
         {largest_size, largest_size / 8 + 1, largest_size / 8 + 2, largest_size / 4 + 1,
          largest_size / 2 + 1, largest_difference / 8 + 1}) {
        SCOPED_TRACE(count);
        EXPECT_THROW(
            static_cast<void>(a.new_span<std::uint64_t>(count)), std::bad_array_new_length);
        EXPECT_THROW(
            static_cast<void>(a.new_span<std::uint64_t>(count, 1U)), std::bad_array_new_length);
        EXPECT_THROW(static_cast<void>(a.new_span_for_overwrite<std::uint64_t>(count)),
                     std::bad_array_new_length);
        EXPECT_THROW(static_cast<void>(a.new_span<std::string>(count)), std::bad_array_new_length);
        EXPECT_EQ(a.try_new_span<std::uint64_t>(count), std::nullopt);
        EXPECT_EQ(a.try_new_span<std::uint64_t>(count, 1U), std::nullopt);
        EXPECT_EQ(a.try_new_span_for_overwrite<std::uint64_t>(count), std::nullopt);
        EXPECT_EQ(a.try_new_span<std::string>(count), std::nullopt);
    }
    expect_same_usage(a.usage(), before);
}

TEST(size_arithmetic, counts_the_record_of_managed_spans) {
    arena a(mebibyte);
    struct managed {
        ~managed() {}
        char byte;
    };
    for (const std::size_t count : {largest_difference, largest_difference - 8}) {
        EXPECT_THROW(static_cast<void>(a.new_span<managed>(count)), std::bad_array_new_length);
        EXPECT_EQ(a.try_new_span<managed>(count), std::nullopt);
    }
}

TEST(size_arithmetic, counts_the_terminator_of_strings) {
    arena a(mebibyte);
    // Never read: the size alone is refused. (Nor known to the compiler, which would warn.)
    const volatile std::size_t sizes[] = {largest_difference, largest_size / 4};
    const std::string_view narrow("", sizes[0]);
    const std::u32string_view wide(U"", sizes[1]);
    EXPECT_THROW(static_cast<void>(a.copy_string(narrow)), std::bad_array_new_length);
    EXPECT_THROW(static_cast<void>(a.copy_string(wide)), std::bad_array_new_length);
    EXPECT_EQ(a.try_copy_string(narrow), std::nullopt);
    EXPECT_EQ(a.try_copy_string(wide), std::nullopt);
    EXPECT_THROW(
        static_cast<void>(a.copy_string(std::string_view("", sizes[0] - 1))), arena_exhausted);
}

TEST(alignment, that_is_no_power_of_two_is_refused) {
    arena a(mebibyte);
    const arena_usage before = a.usage();
    for (const std::size_t alignment : {std::size_t{0}, std::size_t{3}, std::size_t{24},
                                        std::size_t{4097}, largest_size, largest_size - 1}) {
        for (const std::size_t bytes : {std::size_t{0}, std::size_t{8}, largest_size}) {
            SCOPED_TRACE(::testing::Message() << bytes << " at " << alignment);
            EXPECT_THROW(
                static_cast<void>(a.allocate_bytes(bytes, alignment)), std::invalid_argument);
            EXPECT_EQ(a.try_allocate_bytes(bytes, alignment), nullptr);
        }
    }
    expect_same_usage(a.usage(), before);
}

TEST(alignment, of_any_power_of_two_is_served) {
    arena a(64 * mebibyte);
    for (const std::size_t bytes : {1U, 8U, 100U, 5000U, 100'000U}) {
        for (std::size_t alignment = 1; alignment <= mebibyte; alignment *= 2) {
            SCOPED_TRACE(::testing::Message() << bytes << " at " << alignment);
            void* block = a.allocate_bytes(bytes, alignment);
            EXPECT_TRUE(is_aligned(block, alignment));
            EXPECT_TRUE(a.contains(block));
            EXPECT_TRUE(a.contains(static_cast<std::byte*>(block) + bytes - 1));
        }
    }
    EXPECT_EQ(a.usage().used + a.usage().slack, a.usage().peak);
}

TEST(alignment, beyond_the_reserve_is_exhaustion_or_an_aligned_block) {
    arena a(mebibyte);
    for (std::size_t alignment = 2 * mebibyte; alignment != 0; alignment *= 2) {
        SCOPED_TRACE(alignment);
        for (const std::size_t bytes : {std::size_t{8}, mebibyte / 2, largest_size}) {
            void* block = a.try_allocate_bytes(bytes, alignment);
            if (block != nullptr) {  // only where the reserve happens to cross such an address
                EXPECT_TRUE(is_aligned(block, alignment));
                EXPECT_TRUE(a.contains(block));
            } else {
                EXPECT_THROW(
                    static_cast<void>(a.allocate_bytes(bytes, alignment)), arena_exhausted);
            }
        }
    }
    EXPECT_NE(a.try_allocate_bytes(1000), nullptr);
}

TEST(zero_bytes, give_an_aligned_pointer_and_take_nothing) {
    arena a(mebibyte);
    for (const bool fresh : {true, false}) {
        const arena_usage before = a.usage();
        for (std::size_t alignment = 1; alignment != 0; alignment *= 2) {
            SCOPED_TRACE(alignment);
            for (void* block :
                 {a.allocate_bytes(0, alignment), a.try_allocate_bytes(0, alignment)}) {
                EXPECT_NE(block, nullptr);
                EXPECT_TRUE(is_aligned(block, alignment));
            }
        }
        expect_same_usage(a.usage(), before);
        if (fresh) {
            static_cast<void>(a.allocate_bytes(1));
        }
    }
}

TEST(zero_bytes, are_served_by_a_full_arena) {
    arena a(4096);
    fill(a, 1);
    EXPECT_NE(a.allocate_bytes(0), nullptr);
    EXPECT_NE(a.try_allocate_bytes(0, 4096), nullptr);
}

}  // namespace
