#pragma once

#include <cstddef>

#include <memory_arena/detail/compiler.hpp>
#include <memory_arena/detail/lane.hpp>

/// \file
/// Which lane is mine: one small integer a thread, the same for every arena (rank 3).

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

/// The most threads that can have a lane at one time, in a process. Threads beyond it are served
/// by the shards.
inline constexpr std::size_t max_lane_count = 4096;

/// Two lanes at the head of every table stay without a TLAB for ever. A thread that has no index
/// yet points at the first, one that has none any more (or found none free) at the second, so the
/// bump needs no test for either: it misses, and the refill sorts it out.
inline constexpr std::size_t unassigned_lane = 0;
inline constexpr std::size_t laneless_lane = 1;
inline constexpr std::size_t first_lane = 2;
inline constexpr std::size_t lane_table_size = first_lane + max_lane_count;

/// This thread's place in every lane table, in bytes from its beginning. Constant-initialised and
/// trivially destructible: usable before main, and from destructors of other thread-locals.
MEMORY_ARENA_API MEMORY_ARENA_TLS_MODEL extern constinit thread_local std::size_t lane_offset;

/// The calling thread's lane in `table`.
MEMORY_ARENA_ALWAYS_INLINE lane& own_lane(lane* table) noexcept {
    auto* bytes = reinterpret_cast<std::byte*>(table);
    return *reinterpret_cast<lane*>(pinned(bytes + lane_offset));
}

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
