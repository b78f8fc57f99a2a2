#pragma once

#include <memory_arena/arena.hpp>
#include <memory_arena/detail/lane_policy.hpp>

/// \file
/// The list of the arenas that were made with arena_options::listed (rank 4).
///
/// One for the process, constant-initialised and never destroyed, under a mutex. A walk holds it,
/// so that no arena that it shows can go. Arenas that aren't listed never come here.

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

/// An arena's place in the list; part of the arena.
struct list_entry {
    const arena_face* face = nullptr;  ///< null: not in the list
    lane_kind kind = lane_kind::thread;
    list_entry* before = nullptr;
    list_entry* after = nullptr;
};

/// Adds `entry` at the end. Waits for a walk to end.
void add_to_list(list_entry& entry, const arena_face& face, lane_kind kind) noexcept;

/// Takes it out, if it is in the list; waits for a walk to end. Within a walk of this thread it
/// could wait for ever, and reports a failure instead.
void take_from_list(list_entry& entry) noexcept;

/// Whether the calling thread is walking the list.
[[nodiscard]] bool walks_the_list() noexcept;

/// Calls `visit` with each entry, first to last, the list locked; walks within walks are fine.
void walk_list(void (*visit)(void* context, const list_entry& entry), void* context);

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
