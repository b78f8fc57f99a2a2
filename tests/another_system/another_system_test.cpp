#include <gtest/gtest.h>

#include <cstddef>

#include <memory_arena/arena.hpp>
#include <memory_arena/lease.hpp>

#include "another_system/taken.hpp"
#include "support/arena_types.hpp"
#include "support/figures.hpp"

/// \file
/// A port to another system replaces files of src/os, and nothing above them changes.

namespace {

using memory_arena::arena_options;
using memory_arena::page_kind;

template <class Arena>
class another_system_below : public testing::Test {};

TYPED_TEST_SUITE(another_system_below, test_support::arena_types, test_support::arena_names);

TYPED_TEST(another_system_below, serves_an_arena_as_well) {
    for (const page_kind pages : {page_kind::standard, page_kind::explicit_huge}) {
        TypeParam source(arena_options{.capacity = std::size_t{1} << 20, .pages = pages});
        EXPECT_GE(another_system::taken, source.capacity());
        auto lease = source.lease();
        for (int turn = 0; turn < 3; ++turn) {
            while (source.try_allocate_bytes(32, 8) != nullptr) {
            }
            EXPECT_GT(source.used_bytes() + 32, source.capacity());
            source.reset(memory_arena::retain::none);
            EXPECT_EQ(*lease.template new_span_for_overwrite<char>(1).data(), 0);
            source.reset();
        }
    }
    EXPECT_EQ(another_system::taken, 0U);
}

}  // namespace
