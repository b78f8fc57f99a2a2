#pragma once

#include <cstddef>

/// \file
/// How much work a test does. A sanitizer, or the counting of lines, makes each step dearer, so
/// there is less of it there. No other file of the tests names a sanitizer.

#if defined(__has_feature)
#define MEMORY_ARENA_TESTS_HAVE(feature) __has_feature(feature)
#else
#define MEMORY_ARENA_TESTS_HAVE(feature) 0
#endif

namespace test_support {

#if defined(__SANITIZE_THREAD__) || MEMORY_ARENA_TESTS_HAVE(thread_sanitizer)
inline constexpr std::size_t work_divisor = 8;
#elif defined(__SANITIZE_ADDRESS__) || MEMORY_ARENA_TESTS_HAVE(address_sanitizer)
inline constexpr std::size_t work_divisor = 2;
#elif defined(MEMORY_ARENA_TESTS_COUNT_LINES)  // scripts/coverage
inline constexpr std::size_t work_divisor = 20;
#else
inline constexpr std::size_t work_divisor = 1;
#endif

#if defined(__clang__) || defined(__i386__)
inline constexpr std::size_t share = work_divisor == 1 ? 2 : 1;
#else
inline constexpr std::size_t share = 1;
#endif

/// `full`, less where work is dear, but at least `least`. Of the builds where it isn't, one does
/// all of it, which is GCC's for 64 bits; others do half.
constexpr std::size_t scaled(std::size_t full, std::size_t least = 1) noexcept {
    const std::size_t less = full / (work_divisor * share);
    return less < least ? least : less;
}

/// Arenas of a gigabyte and more are tried where addresses are plenty and nothing shadows them.
inline constexpr bool takes_huge_arenas = work_divisor == 1 && sizeof(void*) > 4;

}  // namespace test_support

#undef MEMORY_ARENA_TESTS_HAVE
