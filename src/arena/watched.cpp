#include <algorithm>

#include "arena/arena_core.hpp"
#include "lanes/lane_ledger.hpp"
#include "os/memory_checker.hpp"
#include "os/rseq.hpp"

/// \file
/// An arena under a memory checker, which is told of every allocation and of its end. The bump
/// finds empty lanes alone, so that every call comes here; the lanes that serve it are those of any
/// other arena. So it makes no difference which parts of a program were compiled for a sanitizer.
///
/// All that a lane claims is forbidden at first. What is allocated is permitted to its exact size;
/// a red zone behind it stays forbidden. Only what nobody has claimed yet isn't: to forbid all of a
/// reserve would cost an eighth of it in memory.

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

namespace {

/// Behind each allocation: what runs over its end is found there, and not in its neighbour.
constexpr std::size_t red_zone = 16;

constexpr std::size_t with_red_zone(std::size_t bytes) noexcept {
    return round_up(bytes, granule) + red_zone;
}

void* pointer_to(std::uintptr_t address) noexcept {
    return reinterpret_cast<void*>(address);  // NOLINT(performance-no-int-to-ptr)
}

/// A lane, and the pool that its blocks are noted in: none for a lease's, because the end of a
/// scope forbids what was made in it without knowing the blocks.
struct owner {
    lane* mine;
    const void* pool;
    std::uint64_t generation;
};

/// From the lane, or else by `allocate(bytes)`.
template <class Allocate>
void* take(const owner& from, std::size_t bytes, std::size_t alignment, Allocate allocate) {
    const std::size_t all = with_red_zone(bytes);
    void* result = nullptr;
    if (from.mine == nullptr || !bump(*from.mine, from.generation, all, alignment, result)) {
        result = allocate(all);
    }
    if (result != nullptr) {
        os::note_allocated(from.pool, result, bytes);
    }
    return result;
}

/// By `extend(end, more)`, where the red zone has to move.
template <class Extend>
bool grow(const void* pool, const block_change& block, Extend extend) {
    const std::size_t more = with_red_zone(block.wanted) - with_red_zone(block.bytes);
    if (more != 0 && !extend(block.begin + with_red_zone(block.bytes), more)) {
        return false;
    }
    os::note_resized(pool, pointer_to(block.begin), block.bytes, block.wanted);
    os::forbid(pointer_to(block.wanted_end()), red_zone);
    return true;
}

/// What lies between its new end and the old one goes back, if it is the newest of the lane.
void shrink(const owner& from, const block_change& block) noexcept {
    if (block.wanted == block.bytes) {
        return;  // an empty span may have no address
    }
    os::note_resized(from.pool, pointer_to(block.begin), block.bytes, block.wanted);
    if (from.mine != nullptr) {
        const std::size_t kept = with_red_zone(block.wanted);
        static_cast<void>(retract(
            *from.mine, block.begin + kept, with_red_zone(block.bytes) - kept, from.generation));
    }
}

/// To the lane, or else by `give_back(bytes)`.
template <class GiveBack>
void give_back_to(const owner& from, std::uintptr_t begin, std::size_t bytes, GiveBack give_back) {
    if (bytes == 0) {
        return;  // it took nothing
    }
    os::note_freed(from.pool, pointer_to(begin), bytes);
    const std::size_t all = with_red_zone(bytes);
    if (from.mine == nullptr || !retract(*from.mine, begin, all, from.generation)) {
        give_back(all);
    }
}

}  // namespace

void arena_core::begin_watch() noexcept {
    face_.lease_facades_behind = lease_lane::to_facade();
    face_.location = os::watched_rseq().location;
    os::open_pool(region_.begin(), red_zone);
    if (!region_.owns_pages()) {
        forbid(0, capacity());
    }
}

/// The memory goes back to its owner, or to the system, as it came.
void arena_core::end_watch() noexcept {
    const std::size_t most = region_.owns_pages() ? shards_.edge().peak() : capacity();
    const region_table& regions = region_.regions();
    os::close_pool(region_.begin());  // forbids what was in it
    for (std::size_t region = 0; region < regions.count; ++region) {
        os::permit(region_.begin() + region * regions.stride, most);
    }
}

void arena_core::forbid(std::size_t begin, std::size_t end) const noexcept {
    os::forbid(region_.begin() + begin, end - begin);
}

void arena_core::forbid_all(std::uint64_t generation) const noexcept {
    os::empty_pool(region_.begin(), red_zone);
    const std::size_t begin = shards_.edge().region_begin(generation);
    forbid(begin, begin + shards_.edge().bytes(generation));
}

/// What a scope allocated, before its end takes it back, and counts that.
void arena_core::forbid_undone(lease_lane& mine, const scope_mark& mark) const noexcept {
    if (mark.start != 0) {
        const std::size_t end = mine.chunks[mark.chunks_taken - 1].end;
        const std::size_t first = mark.cursor - address_of(0);
        forbid(std::min(first, end), end);
    }
    for (std::size_t index = mark.chunks_taken; index < mine.chunks.taken(); ++index) {
        forbid(mine.chunks[index].begin, mine.chunks[index].end);
    }
    mine.facade().rewinds.store(
        mine.rewinds.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

void arena_core::wipe(std::size_t begin, std::size_t bytes) const noexcept {
    if (face_.is_watched()) [[unlikely]] {
        os::permit(region_.begin() + begin, bytes);
    }
    region_.wipe(begin, bytes);
    if (face_.is_watched()) [[unlikely]] {
        forbid(begin, begin + bytes);
    }
}

void* arena_core::allocate_watched(std::size_t bytes, std::size_t alignment) noexcept {
    if (bytes > capacity()) {
        return nullptr;
    }
    return take({own_lane(), region_.begin(), now()}, bytes, alignment,
                [&](std::size_t all) { return allocate(all, alignment); });
}

void* arena_core::allocate_watched(lease_lane& mine, std::size_t bytes,
                                   std::size_t alignment) noexcept {
    if (bytes > capacity()) {
        return nullptr;
    }
    return take({&mine, nullptr, now()}, bytes, alignment,
                [&](std::size_t all) { return allocate_on_lease(mine, all, alignment); });
}

bool arena_core::grow_watched(const block_change& block) noexcept {
    return grow(region_.begin(), block, [this](std::uintptr_t end, std::size_t more) {
        return extend_in_place(end, more);
    });
}

bool arena_core::grow_watched(lease_lane& mine, const block_change& block) noexcept {
    return grow(nullptr, block, [&](std::uintptr_t end, std::size_t more) {
        return extend_in_place(mine, end, more);
    });
}

void arena_core::shrink_watched(const block_change& block) noexcept {
    shrink({own_lane(), region_.begin(), now()}, block);
}

void arena_core::shrink_watched(lease_lane& mine, const block_change& block) noexcept {
    shrink({&mine, nullptr, now()}, block);
}

void arena_core::give_back_watched(std::uintptr_t begin, std::size_t bytes) noexcept {
    give_back_to({own_lane(), region_.begin(), now()}, begin, bytes,
                 [&](std::size_t all) { give_back(begin, all); });
}

void arena_core::give_back_watched(lease_lane& mine, std::uintptr_t begin,
                                   std::size_t bytes) noexcept {
    give_back_to({&mine, nullptr, now()}, begin, bytes,
                 [&](std::size_t all) { give_back(mine, begin, all); });
}

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
