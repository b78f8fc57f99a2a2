#include <cstddef>
#include <optional>
#include <vector>

#include <gtest/gtest.h>

#include <memory_arena/arena.hpp>

#include "support/arena_types.hpp"
#include "support/own_pages.hpp"
#include "support/scale.hpp"

/// \file
/// What arenas cost that nobody uses: a program may have one for each of its connections.

namespace {

using memory_arena::arena;
using namespace test_support;

constexpr std::size_t mib = std::size_t{1} << 20;
constexpr bool addresses_are_plenty = sizeof(void*) > 4;
constexpr std::size_t arenas = addresses_are_plenty ? 2000 : 500;
constexpr std::size_t capacity = addresses_are_plenty ? 32 * mib : mib;

/// The bar for 10,000.
constexpr std::size_t most_resident = 160 * mib;

template <class Arena>
class idle_arenas : public testing::Test {};

TYPED_TEST_SUITE(idle_arenas, arena_types, arena_names);

TYPED_TEST(idle_arenas, hold_160_mib_of_memory_at_most_where_they_are_ten_thousand) {
    if (work_divisor != 1) {
        GTEST_SKIP() << "a sanitizer maps memory of its own meanwhile";
    }
    do_without_huge_pages();
    std::vector<std::optional<TypeParam>> all(arenas);
    const own_pages pages([&all] {
        for (auto& one : all) {
            one.emplace(capacity);
        }
    });
    ASSERT_GE(pages.bytes(), arenas * capacity);  // or these were not their pages
    EXPECT_GT(pages.resident(), 0U);
    EXPECT_LE(pages.resident(), most_resident / 10000 * arenas);
}

/// Of a single one: the kernel joins those of neighbours.
TYPED_TEST(idle_arenas, are_five_mappings_each_at_most) {
    if (work_divisor != 1) {
        GTEST_SKIP() << "a sanitizer maps memory of its own meanwhile";
    }
    std::optional<TypeParam> one;
    const own_pages pages([&one] { one.emplace(capacity); });
    EXPECT_GE(pages.count(), 1U);
    EXPECT_LE(pages.count(), 5U);
}

}  // namespace
