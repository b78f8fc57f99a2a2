#include <cstddef>

#include <gtest/gtest.h>

#include "faults/system.hpp"
#include "lanes/lane_registry.hpp"
#include "support/arena_crowd.hpp"
#include "support/arena_types.hpp"

/// \file
/// As tests/stress/arena_crowd_test.cpp; here, because here is the ledger of what the system gave.

namespace {

template <class Arena>
class ten_thousand_threads : public testing::Test {};

TYPED_TEST_SUITE(ten_thousand_threads, test_support::arena_types, test_support::arena_names);

TYPED_TEST(ten_thousand_threads, and_a_thousand_arenas_leave_nothing_behind) {
    faults::follow({faults::call::map, ~std::size_t{0}});  // nothing is refused
    const std::size_t lanes_before = memory_arena::detail::lanes_ever_assigned();
    {
        const faults::calls_library all_of_it;
        test_support::run_arena_crowd<TypeParam>(10'000, 1000);
    }
    EXPECT_EQ(faults::not_given_back().bytes, 0U);
    // Eight threads at once, and this one.
    EXPECT_LE(memory_arena::detail::lanes_ever_assigned(), lanes_before + 9);
    faults::clean_up();
}

}  // namespace
