#pragma once

#include <cstddef>

#include <memory_arena/detail/version.hpp>

/// \file
/// Pages committed before their first use, by several threads (rank 0).

namespace memory_arena::inline MEMORY_ARENA_ABI::os {

/// Called after each piece, by one thread at a time, that `done` of `all` bytes are committed.
using prefault_progress = void (*)(void* context, std::size_t done, std::size_t all) noexcept;

struct prefault_result {
    std::size_t bytes = 0;    ///< committed: all, unless the system has no more
    std::size_t refused = 0;  ///< calls by which it refused
};

/// Commits the pages of [begin, begin + bytes), which are mapped, writable and used by nobody yet:
/// where the system commits none when told to (Linux before 5.14), zeros are written to them. At
/// most one thread for each CPU that the caller may run on, and 16, the caller's among them; fewer
/// where the system gives no more. `progress` may be null.
[[nodiscard]] prefault_result prefault(std::byte* begin, std::size_t bytes,
                                       prefault_progress progress, void* context) noexcept;

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::os
