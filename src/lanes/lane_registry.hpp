#pragma once

#include <cstddef>

#include <memory_arena/detail/lane_index.hpp>

/// \file
/// Who has which lane index: handed out densely, one a thread for the whole process, and reused
/// when a thread exits (rank 3).

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

/// What assigned_lane() returns for a thread that has none.
inline constexpr std::size_t no_lane = ~std::size_t{0};

/// This thread's index, below max_lane_count; its first call takes the lowest that is free. no_lane
/// when none was free at that call, and once the thread's exit has given its own back.
///
/// Takes nothing from the heap but the C library's record for the thread's exit, once a thread.
[[nodiscard]] std::size_t assigned_lane() noexcept;

/// One more than the highest index ever handed out: no lane beyond it has been used.
[[nodiscard]] std::size_t lanes_ever_assigned() noexcept;

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
