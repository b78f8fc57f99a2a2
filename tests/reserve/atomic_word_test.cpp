#include "reserve/atomic_word.hpp"

#include <gtest/gtest.h>

using memory_arena::detail::atomic_word;

// On 32 bits, too, where a plain 64-bit number may lie on 4 bytes.
TEST(atomic_word, is_aligned_and_lock_free) {
    static_assert(alignof(atomic_word) == 8);
    static_assert(sizeof(atomic_word) == 8);
    const atomic_word word{1};
    EXPECT_TRUE(word.is_lock_free());
}
