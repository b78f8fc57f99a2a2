#include "arena/arena_core.hpp"
#include "lanes/lane_ledger.hpp"
#include "lanes/lane_registry.hpp"

/// \file
/// The refill of an `arena`: a thread's own lane.

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

held_tlab arena_core::tlab_of(const lane& mine) const noexcept {
    held_tlab held;
    held.generation = mine.generation.load(std::memory_order_relaxed);
    const std::uintptr_t limit = mine.limit.load(std::memory_order_relaxed);
    if (limit != 0) {
        held.limit = limit - address_of(0);
        held.cursor = mine.cursor.load(std::memory_order_relaxed) - address_of(0);
    }
    held.used = used_in(mine);
    return held;
}

void* arena_core::allocate_on_thread(std::size_t bytes, std::size_t alignment) noexcept {
    lane* const mine = own_lane();
    if (mine == nullptr) {
        // A thread without a lane is told apart by its thread-locals' address.
        const std::size_t home = shards_.home_of(reinterpret_cast<std::uintptr_t>(&lane_offset));
        const grant got = passed(shards_.claim(home, {bytes, alignment, nullptr}));
        return serve_directly(got, home, bytes, alignment);
    }
    return refill_lane(*mine, home_of(*mine), bytes, alignment);
}

/// Serves a lane of one owner: a thread's or a lease's.
void* arena_core::refill_lane(lane& mine, std::size_t home, std::size_t bytes,
                              std::size_t alignment) noexcept {
    const held_tlab held = tlab_of(mine);
    const grant got = passed(shards_.claim(home, {bytes, alignment, &held}));
    const std::uintptr_t begin = address_of(got.begin);
    switch (got.what) {
        case grant::kind::none: return nullptr;
        case grant::kind::extension:
            extend(mine, address_of(got.end));
            return serve_from_tlab(mine, bytes, alignment);
        case grant::kind::tlab:
            // Stamped with the generation that the claim was made under, never with one read later.
            install(mine, got.generation, begin, address_of(got.end));
            return serve_from_tlab(mine, bytes, alignment);
        case grant::kind::bytes: break;
    }
    if (held.generation != got.generation) {
        install(mine, got.generation, 0, 0);
    }
    return serve_beside_tlab(
        mine, got.begin, bytes, alignment,
        got.end == shape_.position_of(shape_.blocks_for(got.end)) && bytes > shape_.large_bytes());
}

void* arena_core::serve_from_tlab(lane& mine, std::size_t bytes, std::size_t alignment) noexcept {
    count_refill(mine);
    const std::uintptr_t cursor = mine.cursor.load(std::memory_order_relaxed);
    const std::uintptr_t position = cursor + padding_to(cursor, alignment);
    mine.cursor.store(position + round_up(bytes, granule), std::memory_order_relaxed);
    return reinterpret_cast<void*>(position);  // NOLINT(performance-no-int-to-ptr)
}

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
