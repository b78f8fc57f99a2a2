#include <memory_arena/arena.hpp>

#include <stdexcept>

#include <memory_arena/detail/exceptions.hpp>

#include "arena/arena_core.hpp"
#include "arena/contract.hpp"

/// \file
/// The calls of arena.hpp's inlined half on the compiled half.

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

void open_arena(arena_face& face, lane_kind kind, const arena_options& options) {
    const char* complaint = nullptr;
    if (const std::error_code error = arena_core::open(face, kind, options, complaint)) {
        if (complaint != nullptr) {
            raise(std::invalid_argument(complaint));
        }
        raise(std::system_error(error, os::map_call));
    }
}

std::error_code try_open_arena(arena_face& face, lane_kind kind,
                               const arena_options& options) noexcept {
    const char* complaint = nullptr;
    return arena_core::open(face, kind, options, complaint);
}

void close_arena(arena_face& face) noexcept {
    if constexpr (is_checked) {
        require_unused(face.contract);
    }
    {
        [[maybe_unused]] const reset_guard under_way(face.contract, {});
        arena_core::close(face);
    }
    if constexpr (is_checked) {
        close_contract(face.contract);
    }
}

namespace {

[[noreturn]] void raise_failure(const arena_core& core, std::size_t bytes, std::size_t alignment) {
    if (!is_alignment(alignment)) {
        raise(std::invalid_argument("memory_arena: the alignment is no power of two"));
    }
    raise(arena_exhausted(core.name(), bytes, alignment, core.usage()));
}

/// The lane of a lease, from what the lease sees of it.
lease_lane& lease_lane_of(const arena_face& face, lane& seen) noexcept {
    return *reinterpret_cast<lease_lane*>(
        reinterpret_cast<std::byte*>(&seen) - face.lease_facades_behind);
}

/// What a lease is to see of its lane.
lane& seen_by_lease(const arena_face& face, lease_lane& mine) noexcept {
    return face.is_watched() ? mine.facade() : mine;
}

/// What a request that isn't worth the way to the core gets; whether this is one.
MEMORY_ARENA_ALWAYS_INLINE bool is_degenerate(std::size_t bytes, std::size_t alignment,
                                              void*& result) noexcept {
    result = nullptr;
    if (!is_alignment(alignment)) {
        return true;
    }
    if (bytes == 0) {
        result = reinterpret_cast<void*>(alignment);  // NOLINT(performance-no-int-to-ptr)
        return true;
    }
    return false;
}

MEMORY_ARENA_ALWAYS_INLINE void* allocate(arena_face& face, std::size_t bytes,
                                          std::size_t alignment) noexcept {
    void* result = nullptr;
    if (is_degenerate(bytes, alignment, result)) {
        return result;
    }
    return face.is_watched() ? face.core->allocate_watched(bytes, alignment)
                             : face.core->allocate(bytes, alignment);
}

MEMORY_ARENA_ALWAYS_INLINE void* allocate(arena_face& face, lane& mine, std::size_t bytes,
                                          std::size_t alignment) noexcept {
    void* result = nullptr;
    if (is_degenerate(bytes, alignment, result)) {
        return result;
    }
    lease_lane& lane_behind = lease_lane_of(face, mine);
    return face.is_watched() ? face.core->allocate_watched(lane_behind, bytes, alignment)
                             : face.core->allocate_on_lease(lane_behind, bytes, alignment);
}

}  // namespace

void* try_refill(arena_face& face, std::size_t bytes, std::size_t alignment) noexcept {
    void* const result = allocate(face, bytes, alignment);
    face.core->watch_soft_limit(true);
    return result;
}

void* refill(arena_face& face, std::size_t bytes, std::size_t alignment) {
    void* const result = allocate(face, bytes, alignment);
    face.core->watch_soft_limit(false);
    if (result == nullptr) {
        raise_failure(*face.core, bytes, alignment);
    }
    return result;
}

void* try_refill_lease(arena_face& face, lane& mine, std::size_t bytes,
                       std::size_t alignment) noexcept {
    void* const result = allocate(face, mine, bytes, alignment);
    face.core->watch_soft_limit(true);
    return result;
}

void* refill_lease(arena_face& face, lane& mine, std::size_t bytes, std::size_t alignment) {
    void* const result = allocate(face, mine, bytes, alignment);
    face.core->watch_soft_limit(false);
    if (result == nullptr) {
        raise_failure(*face.core, bytes, alignment);
    }
    return result;
}

lane& open_lease(arena_face& face) {
    std::error_code error;
    lease_lane* const mine = face.core->open_lease(error);
    if (mine == nullptr) {
        raise(std::system_error(error, os::origin_of(error, "memory_arena: 2^20 leases")));
    }
    return seen_by_lease(face, *mine);
}

lane* try_open_lease(arena_face& face) noexcept {
    std::error_code error;
    lease_lane* const mine = face.core->open_lease(error);
    return mine != nullptr ? &seen_by_lease(face, *mine) : nullptr;
}

void close_lease(arena_face& face, lane& mine) noexcept {
    face.core->close_lease(lease_lane_of(face, mine));
}

lifetime_mark mark_of_lease(const arena_face& face, lane& mine) noexcept {
    const lease_lane& lane_behind = lease_lane_of(face, mine);
    return {face.contract, lane_behind.serials, face.core->open_scopes(lane_behind)};
}

scope_mark open_scope(arena_face& face, lane& mine) noexcept {
    return face.core->open_scope(lease_lane_of(face, mine));
}

void close_scope(arena_face& face, lane& mine, const scope_mark& mark) noexcept {
    face.core->close_scope(lease_lane_of(face, mine), mark);
}

void register_first_cleanup(arena_face& face, lane& mine, cleanup_record* record,
                            std::uint64_t stamp) noexcept {
    face.core->register_cleanup(lease_lane_of(face, mine), record, stamp);
}

void register_first_cleanup(arena_face& face, cleanup_record* record,
                            std::uint64_t stamp) noexcept {
    face.core->register_cleanup(record, stamp);
}

void reset_arena(arena_face& face, retain kept) noexcept { face.core->reset(kept); }

void trim_arena(arena_face& face, std::size_t keep) noexcept { face.core->trim(keep); }

void set_budget_of(arena_face& face, std::size_t bytes) noexcept { face.core->set_budget(bytes); }

arena_usage usage_of(const arena_face& face) noexcept { return face.core->usage(); }

std::size_t used_bytes_of(const arena_face& face) noexcept { return face.core->used_bytes(); }

std::size_t remaining_bytes_of(const arena_face& face) noexcept {
    return face.core->remaining_bytes();
}

std::size_t capacity_of(const arena_face& face) noexcept { return face.core->capacity(); }

bool grow_beside(arena_face& face, const block_change& block) noexcept {
    return face.is_watched() ? face.core->grow_watched(block)
                             : face.core->extend_in_place(block.end(), block.growth());
}

bool grow_beside(arena_face& face, lane& mine, const block_change& block) noexcept {
    lease_lane& lane_behind = lease_lane_of(face, mine);
    return face.is_watched() ? face.core->grow_watched(lane_behind, block)
                             : face.core->extend_in_place(lane_behind, block.end(), block.growth());
}

void shrink_watched(arena_face& face, const block_change& block) noexcept {
    face.core->shrink_watched(block);
}

void shrink_watched(arena_face& face, lane& mine, const block_change& block) noexcept {
    face.core->shrink_watched(lease_lane_of(face, mine), block);
}

void give_back_beside(arena_face& face, std::uintptr_t begin, std::size_t bytes) noexcept {
    if (face.is_watched()) {
        face.core->give_back_watched(begin, bytes);
    } else {
        face.core->give_back(begin, bytes);
    }
}

void give_back_beside(arena_face& face, lane& mine, std::uintptr_t begin,
                      std::size_t bytes) noexcept {
    lease_lane& lane_behind = lease_lane_of(face, mine);
    if (face.is_watched()) {
        face.core->give_back_watched(lane_behind, begin, bytes);
    } else {
        face.core->give_back(lane_behind, begin, bytes);
    }
}

bool contains(const arena_face& face, const void* pointer) noexcept {
    return face.core->contains(pointer);
}

std::string_view name_of(const arena_face& face) noexcept { return face.core->name(); }

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
