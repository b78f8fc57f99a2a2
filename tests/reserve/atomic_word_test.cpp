#include "reserve/atomic_word.hpp"

#include <gtest/gtest.h>

using memory_arena::detail::atomic_word;

// On 32 bits, too, where a plain 64-bit number may lie on 4 bytes. Asked of the type: Clang turns
// the question asked of an object into a call of a library that nobody links.
TEST(atomic_word, is_aligned_and_lock_free) {
    static_assert(alignof(atomic_word) == 8);
    static_assert(sizeof(atomic_word) == 8);
#if !defined(__i386__) || !defined(__clang__) || __clang_major__ > 14
    static_assert(
        atomic_word::is_always_lock_free);  // Clang 14 doesn't say so of i386, where it is
#endif
}
