#pragma once

#include <string>
#include <type_traits>

#include <gtest/gtest.h>

#include <memory_arena/arena.hpp>

/// \file
/// For tests of both arena types: TYPED_TEST_SUITE(suite, arena_types, arena_names).

namespace test_support {

using arena_types = testing::Types<memory_arena::arena, memory_arena::cpu_arena>;

struct arena_names {
    template <class Arena>
    // NOLINTNEXTLINE(readability-identifier-naming): GoogleTest's name
    static std::string GetName(int /*index*/) {
        return std::is_same_v<Arena, memory_arena::arena> ? "arena" : "cpu_arena";
    }
};

}  // namespace test_support
