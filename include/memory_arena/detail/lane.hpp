#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include <memory_arena/detail/align.hpp>
#include <memory_arena/detail/cleanup_record.hpp>
#include <memory_arena/detail/compiler.hpp>

/// \file
/// The lane: one thread's slot in an arena, and the bump in it (rank 3).

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

/// A lane has one writer, the thread that its index belongs to; every member is atomic because
/// queries read it from other threads. The writer's loads and stores are relaxed: plain moves.
///
/// A lane of kernel-fresh zero bytes is a lane without a TLAB: no arena has a generation 0, so
/// tables of lanes are mapped and never written before a thread takes a TLAB.
struct alignas(isolation) lane {
    std::atomic<std::uintptr_t> cursor{0};           ///< the next allocation begins here
    std::atomic<std::uintptr_t> limit{0};            ///< the TLAB ends here, on a tlab_boundary
    std::atomic<std::uint64_t> generation{0};        ///< the TLAB belongs to it; 0 while it changes
    std::atomic<cleanup_record*> cleanups{nullptr};  ///< newest destructor of this generation

    // Below: written by refills only, read by queries (src/lanes/lane_ledger.hpp says how).
    std::atomic<std::uintptr_t> start{0};        ///< the TLAB's first byte
    std::atomic<std::size_t> settled{0};         ///< used bytes outside [start, cursor)
    std::atomic<std::size_t> announced_used{0};  ///< all used bytes, while revision is odd
    std::atomic<std::uint64_t> announced_generation{0};
    std::atomic<std::uint32_t> revision{0};           ///< odd while a refill rewrites the lane
    std::atomic<std::uint32_t> refills{0};            ///< of this generation
    std::atomic<cleanup_record*> destroyed{nullptr};  ///< reset has run this one and all before

    // The owner's alone: where the newest blocks end that went past the TLAB in this generation.
    static constexpr std::uint32_t remembered_blocks = 4;
    std::array<std::atomic<std::uintptr_t>, remembered_blocks> beside{};
    std::atomic<std::uint32_t> blocks_beside{0};  ///< how many were noted
    std::atomic<std::uint64_t> rewinds{0};        ///< scopes that have ended
};
static_assert(sizeof(lane) == isolation);
// Then a 64-bit atomic is one instruction in 32 bits, too (tests/reserve/atomic_word_test.cpp).
static_assert(alignof(std::atomic<std::uint64_t>) == sizeof(std::uint64_t));

/// The bump: takes `bytes` at `alignment` from `here`, if that holds a TLAB of `generation` with
/// enough room, and says so. Zero bytes never fit (and so are served elsewhere).
///
/// No sum that could wrap is compared: `bytes - 1 < limit - position` asks for `bytes` between 1
/// and what is left, in one comparison.
MEMORY_ARENA_ALWAYS_INLINE bool bump(lane& here, std::uint64_t generation, std::size_t bytes,
                                     std::size_t alignment, void*& result) noexcept {
    // Relaxed, and enough: the stamp was written by this thread, which took this generation with
    // acquire in its refill. An equal value says that nothing has been reset since.
    if (here.generation.load(std::memory_order_relaxed) != generation) [[unlikely]] {
        return false;
    }
    const std::uintptr_t cursor = here.cursor.load(std::memory_order_relaxed);
    const std::uintptr_t limit = here.limit.load(std::memory_order_relaxed);
    std::uintptr_t position = cursor;
    if (alignment > tlab_boundary) {
        const std::uintptr_t padding = padding_to(cursor, alignment);
        if (padding > limit - cursor) [[unlikely]] {
            return false;
        }
        position = cursor + padding;
    } else if (alignment > granule) {
        // The limit lies on a tlab_boundary: rounding up to one doesn't pass it.
        position = (cursor + (alignment - 1)) & (std::uintptr_t{0} - alignment);
    }
    if (bytes - 1 >= limit - position) [[unlikely]] {
        return false;
    }
    here.cursor.store(position + round_up(bytes, granule), std::memory_order_relaxed);
    result = reinterpret_cast<void*>(position);  // NOLINT(performance-no-int-to-ptr)
    return true;
}

/// By the lane's owner: takes back the `bytes` at `begin` where they are still the newest of the
/// lane, in the generation `stamp` that they were taken in. (A block of the TLAB before this one
/// may end where this one begins: it is not of this TLAB.) Whether they were.
inline bool retract(lane& here, std::uintptr_t begin, std::size_t bytes,
                    std::uint64_t stamp) noexcept {
    const std::uintptr_t cursor = here.cursor.load(std::memory_order_relaxed);
    const bool newest = stamp != 0 && here.generation.load(std::memory_order_relaxed) == stamp &&
                        begin >= here.start.load(std::memory_order_relaxed) && begin < cursor &&
                        cursor - begin == round_up(bytes, granule);
    if (newest) {
        here.cursor.store(begin, std::memory_order_relaxed);
    }
    return newest;
}

/// By the lane's owner: puts `record` at the head of its list, if there is one and `stamp` is still
/// the lane's generation. A plain push: only the owner writes the list, and reset reads it.
MEMORY_ARENA_ALWAYS_INLINE bool push(lane& here, cleanup_record* record,
                                     std::uint64_t stamp) noexcept {
    auto* newest = here.cleanups.load(std::memory_order_relaxed);
    if (newest == nullptr || here.generation.load(std::memory_order_relaxed) != stamp)
        [[unlikely]] {
        return false;
    }
    record->next = newest;
    // Release: whoever finds the record by it also finds the object.
    here.cleanups.store(record, std::memory_order_release);
    return true;
}

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
