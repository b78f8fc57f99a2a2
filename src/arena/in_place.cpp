#include <algorithm>

#include "arena/arena_core.hpp"
#include "lanes/lane_ledger.hpp"
#include "os/rseq.hpp"

/// \file
/// Blocks that grow where they are, and blocks that go back before the reset. The bump sees to the
/// newest block of a TLAB with room; here is what is left: a TLAB that has to grow with its block,
/// and blocks that went past the TLAB.

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

/// The newest block of the lane's TLAB, which has no room. The TLAB grows by requests that
/// `allocate(bytes)` serves from what directly follows it: none large, for those never do.
template <class Allocate>
bool arena_core::extend_tlab(lane& mine, std::size_t home, std::uintptr_t end, std::size_t more,
                             Allocate allocate) noexcept {
    const std::uint64_t generation = mine.generation.load(std::memory_order_relaxed);
    std::uintptr_t reached = end;
    const std::uintptr_t last = mine.limit.load(std::memory_order_relaxed);
    if (more > last - end &&
        more - (last - end) > shards_.room_behind(home, last - address_of(0), generation)) {
        return false;
    }
    while (reached - end < more) {
        const std::size_t piece = std::min(more - (reached - end), shape_.large_bytes());
        void* got = nullptr;
        if (!bump(mine, generation, piece, granule, got)) {
            const std::size_t limit = mine.limit.load(std::memory_order_relaxed) - address_of(0);
            got = shards_.room_behind(home, limit, generation) != 0 ? allocate(piece) : nullptr;
        }
        if (reinterpret_cast<std::uintptr_t>(got) != reached) {
            if (got != nullptr) {
                const auto elsewhere = reinterpret_cast<std::uintptr_t>(got);
                if (!retract(mine, elsewhere, piece, generation)) {
                    give_back_block(mine, home, elsewhere, piece);
                }
            }
            if (!retract(mine, end, reached - end, generation)) {
                // It came with a new TLAB: what was taken before stays behind, as slack.
                settle(mine, std::size_t{0} - (reached - end));
            }
            return false;
        }
        reached += piece;
    }
    return true;
}

/// A block that went past the TLAB.
bool arena_core::extend_block(lane& mine, std::size_t home, std::uintptr_t end,
                              std::size_t more) noexcept {
    std::atomic<std::uintptr_t>* const place = find_beside(mine, end);
    if (place == nullptr || more > capacity()) {
        return false;
    }
    const std::uint64_t generation = mine.generation.load(std::memory_order_relaxed);
    bool whole_blocks = place->load(std::memory_order_relaxed) != end;
    const std::size_t position = end - address_of(0);
    const std::size_t held = whole_blocks ? shape_.position_of(shape_.blocks_for(position))
                                          : round_up(position, tlab_boundary);
    std::size_t reached = held;
    while (reached - position < more) {
        const auto [next, from_frontier] =
            shards_.claim_behind(home, reached, more - (reached - position), generation);
        if (next == reached) {
            shards_.give_back(home, held, reached, generation);
            return false;
        }
        reached = next;
        whole_blocks = from_frontier;
    }
    hold_.pass(reached);
    settle(mine, more);
    place->store(packed({end + more, whole_blocks}), std::memory_order_relaxed);
    return true;
}

/// By chance: the thread may be on another CPU at every step. What it took then goes back where it
/// is still the newest there.
bool arena_core::extend_on_cpu_lane(std::uintptr_t end, std::size_t more) noexcept {
    const int index = os::current_index(face_.location);
    if (index < 0 || static_cast<std::size_t>(index) >= max_lane_count) {
        return false;
    }
    const lane& here = lanes_[index];
    const std::size_t home = shards_.home_of(static_cast<std::uint64_t>(index));
    const std::uint64_t generation = now();
    const std::uintptr_t last = here.limit.load(std::memory_order_relaxed);
    if (last < end ||
        (more > last - end &&
         more - (last - end) > shards_.room_behind(home, last - address_of(0), generation))) {
        return false;
    }
    std::uintptr_t reached = end;
    while (reached - end < more) {
        const std::uintptr_t limit = here.limit.load(std::memory_order_relaxed);
        const std::size_t piece =
            std::min(more - (reached - end), shards_.tlab_bytes(used_by(here, generation)) / 4);
        if (limit == 0 || here.cursor.load(std::memory_order_relaxed) != reached) {
            break;
        }
        void* got = nullptr;
        if (!per_cpu::bump(face_, piece, granule, got)) {
            got = shards_.room_behind(home, limit - address_of(0), generation) != 0
                      ? allocate_on_cpu(piece, granule)
                      : nullptr;
        }
        if (reinterpret_cast<std::uintptr_t>(got) != reached) {
            if (got != nullptr) {
                static_cast<void>(per_cpu::retract(
                    face_, reinterpret_cast<std::uintptr_t>(got), piece, generation));
            }
            break;
        }
        reached += piece;
    }
    if (reached - end < more && reached != end) {
        static_cast<void>(per_cpu::retract(face_, end, reached - end, generation));
    }
    return reached - end >= more;
}

bool arena_core::extend_in_place(std::uintptr_t end, std::size_t more) noexcept {
    if (kind_ == lane_kind::cpu) {
        return extend_on_cpu_lane(end, more);
    }
    lane* const mine = own_lane();
    if (mine == nullptr || mine->generation.load(std::memory_order_relaxed) != now()) {
        return false;
    }
    if (mine->cursor.load(std::memory_order_relaxed) == end) {
        return extend_tlab(*mine, home_of(*mine), end, more, [&](std::size_t bytes) {
            return refill_lane(*mine, home_of(*mine), bytes, granule);
        });
    }
    return extend_block(*mine, home_of(*mine), end, more);
}

bool arena_core::extend_in_place(lease_lane& mine, std::uintptr_t end, std::size_t more) noexcept {
    if (mine.generation.load(std::memory_order_relaxed) != now()) {
        return false;
    }
    if (mine.cursor.load(std::memory_order_relaxed) == end) {
        return extend_tlab(mine, home_of(mine), end, more, [&](std::size_t bytes) {
            return mine.open_scopes != 0 ? allocate_in_scope(mine, bytes, granule)
                                         : refill_lane(mine, home_of(mine), bytes, granule);
        });
    }
    return mine.open_scopes == 0 && extend_block(mine, home_of(mine), end, more);
}

void arena_core::give_back_block(lane& mine, std::size_t home, std::uintptr_t begin,
                                 std::size_t bytes) noexcept {
    const std::uint64_t generation = now();
    const std::uintptr_t end = begin + round_up(bytes, granule);
    std::atomic<std::uintptr_t>* const place = find_beside(mine, end);
    if (bytes == 0 || place == nullptr ||
        mine.generation.load(std::memory_order_relaxed) != generation) {
        return;
    }
    const std::size_t first = begin - address_of(0);
    const std::size_t last = end - address_of(0);
    std::size_t unused = 0;  // what the shelves have no room for stays used
    if (place->load(std::memory_order_relaxed) != end) {
        const std::size_t first_block = shape_.position_of(shape_.blocks_for(first));
        const std::size_t end_block = shape_.position_of(shape_.blocks_for(last));
        if (first_block < end_block) {
            const std::size_t laid = shards_.shelve(home, first_block, end_block, generation);
            unused = laid == first_block ? 0 : std::min(laid, last) - first;
        }
    } else if (shards_.give_back(home, round_up(first, tlab_boundary),
                                 round_up(last, tlab_boundary), generation)) {
        unused = end - begin;
    }
    if (unused != 0) {
        place->store(0, std::memory_order_relaxed);
        settle(mine, std::size_t{0} - unused);
    }
}

void arena_core::give_back(std::uintptr_t begin, std::size_t bytes) noexcept {
    lane* const mine = kind_ == lane_kind::cpu ? nullptr : own_lane();
    if (mine != nullptr) {
        give_back_block(*mine, home_of(*mine), begin, bytes);
    }
}

void arena_core::give_back(lease_lane& mine, std::uintptr_t begin, std::size_t bytes) noexcept {
    if (mine.open_scopes == 0) {
        give_back_block(mine, home_of(mine), begin, bytes);
    }
}

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
