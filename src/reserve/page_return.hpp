#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "os/process.hpp"
#include "reserve/atomic_word.hpp"
#include "reserve/frontier.hpp"
#include "reserve/page_hold.hpp"

/// \file
/// How pages go back to the system beside threads that allocate (rank 1). tests/model tries every
/// interleaving.

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

/// Gives back at most `piece` bytes of what lies behind the frontier and behind `keep`, from the
/// top. `discard(begin, end)` does it, and says whether the system did. Whether anything went.
template <class Discard>
bool give_back_piece(frontier& edge, page_hold& hold, const atomic_word& generation,
                     std::size_t keep, std::size_t piece, Discard discard) noexcept {
    // A handler that allocates must not wait for the thread that it has interrupted.
    const os::quiet_thread quiet;
    hold.acquire();
    const std::size_t touched = edge.touched();
    const std::size_t from = std::max(keep, touched - std::min(touched, piece));
    hold.begin(from);
    // The hold first, the frontier second: see page_hold.
    edge.renew(generation, frontier::which::any);
    const std::size_t begin = std::max(from, edge.position());
    const std::size_t end = edge.touched();
    const bool gone = begin < end && discard(begin, end);
    if (gone) {
        edge.note_given_back(begin);
    }
    hold.lift();
    hold.release();
    return gone;
}

/// All of it, a piece at a time, so that nobody who allocates meanwhile waits for more than that.
template <class Discard>
void give_back_unused(frontier& edge, page_hold& hold, const atomic_word& generation,
                      std::size_t keep, std::size_t piece, Discard discard) noexcept {
    const std::size_t all = edge.touched();
    for (std::size_t pieces = all > keep ? (all - keep) / piece + 1 : 0; pieces > 0; --pieces) {
        if (!give_back_piece(edge, hold, generation, keep, piece, discard)) {
            return;
        }
    }
}

/// Ends the generation; before, while nobody can get memory behind `from`, `clean(end)` wipes or
/// gives back what the generation had of [from, end). What was given back, then: all behind the
/// position that it returns. The generation that ended.
template <class Clean>
std::uint64_t end_generation(frontier& edge, page_hold& hold, atomic_word& generation,
                             std::size_t from, Clean clean) noexcept {
    const os::quiet_thread quiet;
    hold.acquire();
    hold.begin(from);
    const std::size_t end = edge.touched();
    const std::size_t left = clean(end);
    // Release and acquire: as in every reset (arena_core::reset).
    const std::uint64_t ended = generation.fetch_add(1, std::memory_order_acq_rel);
    edge.renew(generation, frontier::which::any);
    if (left < end) {
        edge.note_given_back(left);
    }
    hold.lift();
    hold.release();
    return ended;
}

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
