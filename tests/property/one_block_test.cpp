#include <cstddef>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include <memory_arena/arena.hpp>

#include "support/figures.hpp"
#include "support/scale.hpp"

/// \file
/// How large a single block may be, where it may come from, and what it costs.

namespace {

using memory_arena::arena;
using namespace test_support;

constexpr std::size_t kib = 1024;
constexpr std::size_t mib = 1024 * kib;

/// A quarter of the largest extent, 63 blocks of 4 KiB: above it, a request is large.
constexpr std::size_t quarter_of_an_extent = 63 * 4 * kib / 4;

TEST(one_block, may_be_as_large_as_the_empty_arena) {
    std::vector<std::size_t> sizes{16, 1024, 64 * kib, 1 * mib, 1000003, 64 * mib, 100 * mib + 16};
    if constexpr (takes_huge_arenas) {
        sizes.push_back(1024 * mib);
    }
    for (const std::size_t capacity : sizes) {
        SCOPED_TRACE(testing::Message() << capacity << " bytes");
        arena source{capacity};
        ASSERT_GE(source.capacity(), capacity);
        for (std::size_t round = 0; round < 3; ++round) {
            EXPECT_EQ(source.try_allocate_bytes(source.capacity() + 1, 1), nullptr);
            void* block = source.try_allocate_bytes(source.capacity(), 8);
            EXPECT_NE(block, nullptr);
            EXPECT_TRUE(source.contains(block));
            EXPECT_EQ(source.used_bytes(), source.capacity());
            EXPECT_EQ(source.try_allocate_bytes(1, 1), nullptr);
            source.reset();
        }
    }
}

TEST(one_block, may_take_all_that_the_frontier_has_left) {
    arena source{64 * mib};
    ASSERT_NE(source.try_allocate_bytes(8, 8), nullptr);
    const auto figures = source.usage();
    const std::size_t left = source.capacity() - figures.used - figures.slack;
    EXPECT_NE(source.try_allocate_bytes(left, 8), nullptr);
    EXPECT_EQ(source.used_bytes(), left + 8);
    EXPECT_EQ(fill(source, 8) * 8, figures.slack);
}

TEST(one_block, costs_what_it_asks_for_and_its_padding) {
    arena source{1 * mib};
    for (const std::size_t bytes : {8U, 1000U, 5000U, 20000U, 70000U, 100000U, 300000U}) {
        for (std::size_t alignment = 8; alignment <= 64 * kib; alignment *= 2) {
            for (const std::size_t before : {0U, 8U}) {
                SCOPED_TRACE(testing::Message() << bytes << " bytes at alignment " << alignment
                                                << " after " << before << " bytes");
                ASSERT_NE(source.try_allocate_bytes(before, 8), nullptr);
                ASSERT_NE(source.try_allocate_bytes(bytes, alignment), nullptr);
                static_cast<void>(fill(source, 8));
                // What passes a TLAB by is cut on 16-byte boundaries, what passes a shard by in
                // blocks of 4 KiB, whose rest stays with it.
                const bool loses_its_rest = bytes > quarter_of_an_extent;
                EXPECT_GE(source.used_bytes() + (loses_its_rest ? 4 * kib : 8), source.capacity());
                source.reset();
            }
        }
    }
}

/// Where the frontier has nothing left, the last extent of a shard still may.
TEST(one_block, may_come_from_what_a_shard_holds) {
    constexpr std::size_t bytes = 100000;  // large: beside the shards as long as there is room
    constexpr std::size_t largest_tlab = 64 * kib;
    std::size_t served = 0;
    for (std::size_t capacity = 60 * mib; capacity < 62 * mib; capacity += 100 * kib) {
        arena source{capacity};
        auto figures = source.usage();
        while (figures.used + figures.slack < source.capacity()) {
            ASSERT_NE(source.try_allocate_bytes(4000, 8), nullptr);
            figures = source.usage();
        }
        if (figures.slack >= bytes + largest_tlab) {
            EXPECT_NE(source.try_allocate_bytes(bytes, 8), nullptr) << "slack " << figures.slack;
            ++served;
        }
    }
    EXPECT_GT(served, 0U);
}

TEST(an_absurd_request, is_refused_and_takes_nothing) {
    arena source{64 * kib};
    constexpr std::size_t most = std::numeric_limits<std::size_t>::max();
    for (const std::size_t bytes : {most, most - 7, most - 15, most / 2, most / 2 + 1}) {
        for (std::size_t alignment = 1; alignment != 0; alignment *= 2) {
            EXPECT_EQ(source.try_allocate_bytes(bytes, alignment), nullptr);
        }
    }
    EXPECT_EQ(fill(source, 32) * 32, source.capacity());
}

}  // namespace
