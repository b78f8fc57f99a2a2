#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>

#include <memory_arena/arena.hpp>

/// \file
/// What tests say about addresses and figures.

namespace test_support {

/// What an allocation of `bytes` adds to the used bytes, when no padding precedes it.
constexpr std::size_t in_granules(std::size_t bytes) { return (bytes + 7) / 8 * 8; }

/// `pointer` is a multiple of `alignment`.
inline bool is_aligned(const void* pointer, std::size_t alignment) {
    return reinterpret_cast<std::uintptr_t>(pointer) % alignment == 0;
}

/// Every figure of `left` is that of `right`.
inline void expect_same_usage(const memory_arena::arena_usage& left,
                              const memory_arena::arena_usage& right) {
    EXPECT_EQ(left.reserved, right.reserved);
    EXPECT_EQ(left.committed, right.committed);
    EXPECT_EQ(left.used, right.used);
    EXPECT_EQ(left.slack, right.slack);
    EXPECT_EQ(left.peak, right.peak);
    EXPECT_EQ(left.generation, right.generation);
    EXPECT_EQ(left.refills, right.refills);
    EXPECT_EQ(left.lanes, right.lanes);
    EXPECT_EQ(left.path, right.path);
}

/// Allocates `bytes` until the arena has no more. How often it served them.
inline std::size_t fill(memory_arena::arena& source, std::size_t bytes, std::size_t alignment = 8) {
    std::size_t count = 0;
    while (source.try_allocate_bytes(bytes, alignment) != nullptr) {
        ++count;
    }
    return count;
}

}  // namespace test_support
