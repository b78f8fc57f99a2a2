#pragma once

#include <cstddef>

#include <memory_arena/detail/version.hpp>

/// \file
/// What a memory checker is told of an arena's memory (rank 0): AddressSanitizer, MemorySanitizer,
/// or memcheck, if the library was built to know Valgrind.

namespace memory_arena::inline MEMORY_ARENA_ABI::os {

/// Whether the process runs under one. Found out at run time: that the program was compiled for a
/// sanitizer is enough, the library need not have been.
[[nodiscard]] bool has_memory_checker() noexcept;

/// For tests: has_memory_checker() is false from now on, and the arenas made then have no red
/// zones.
void ignore_memory_checker() noexcept;

/// Of a reserve that begins at `begin`, by which the calls below name it. `behind_each` bytes of no
/// allocation lie behind every one.
void open_pool(const void* begin, std::size_t behind_each) noexcept;
void close_pool(const void* begin) noexcept;
/// Everything that was allocated is free; the caller says so of its bytes, too.
void empty_pool(const void* begin, std::size_t behind_each) noexcept;

/// Nobody may read or write the bytes.
void forbid(const void* begin, std::size_t bytes) noexcept;

/// Everybody may read and write the bytes.
void permit(const void* begin, std::size_t bytes) noexcept;

/// The bytes were allocated; nothing has been written to them. With a null for the pool, here and
/// below, they are of a part of it that is forbidden as a whole later.
void note_allocated(const void* pool, const void* block, std::size_t bytes) noexcept;

void note_freed(const void* pool, const void* block, std::size_t bytes) noexcept;

/// The block has `now` bytes in place of `before`.
void note_resized(const void* pool, const void* block, std::size_t before,
                  std::size_t now) noexcept;

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::os
