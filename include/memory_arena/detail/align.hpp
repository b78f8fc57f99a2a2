#pragma once

#include <cstddef>
#include <cstdint>

#include <memory_arena/detail/version.hpp>

/// \file
/// Rounding and padding that can't wrap, and the few sizes that every rank shares (rank 0).

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

/// Every cursor is a multiple of it, so an alignment up to it needs no masking.
inline constexpr std::size_t granule = 8;

/// TLABs begin and end on a multiple of it: a cursor rounded up to this alignment never passes the
/// limit, so the commonest alignments need one comparison and no second one against wrapping.
inline constexpr std::size_t tlab_boundary = 16;

/// What keeps two threads' data apart: two cache lines, because processors fetch them in pairs.
inline constexpr std::size_t isolation = 128;

static_assert(tlab_boundary % granule == 0 && alignof(std::max_align_t) <= tlab_boundary);

/// `alignment` is a power of two. (Not by counting bits: on the oldest x86-64 that is a call.)
constexpr bool is_alignment(std::size_t alignment) noexcept {
    return alignment != 0 && (alignment & (alignment - 1)) == 0;
}

/// The bytes from `address` to the next multiple of `alignment`, a power of two. Never wraps.
constexpr std::uintptr_t padding_to(std::uintptr_t address, std::size_t alignment) noexcept {
    return (std::uintptr_t{0} - address) & (alignment - 1);
}

/// The next multiple of `alignment`, a power of two. The caller knows that it doesn't wrap.
constexpr std::uintptr_t round_up(std::uintptr_t value, std::size_t alignment) noexcept {
    return (value + (alignment - 1)) & (std::uintptr_t{0} - alignment);
}

constexpr std::uintptr_t round_down(std::uintptr_t value, std::size_t alignment) noexcept {
    return value & ~(static_cast<std::uintptr_t>(alignment) - 1);
}

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
