#include "support/arena_crowd.hpp"

#include <gtest/gtest.h>

#include "support/arena_types.hpp"

/// \file
/// Ten thousand threads and a thousand arenas, in random order: whoever holds a block finds it as
/// it was left, with each sanitizer, too. (That nothing leaks is a matter of tests/faults.)

namespace {

template <class Arena>
class ten_thousand_threads : public testing::Test {};

TYPED_TEST_SUITE(ten_thousand_threads, test_support::arena_types, test_support::arena_names);

TYPED_TEST(ten_thousand_threads, make_use_and_destroy_a_thousand_arenas) {
    test_support::run_arena_crowd<TypeParam>(10'000, 1000);
}

}  // namespace
