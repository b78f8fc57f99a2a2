#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include <memory_arena/detail/lane.hpp>

/// \file
/// How a refill rewrites a lane while queries read it (rank 3).
///
/// What a lane has used is `settled + (cursor − start)`: the bump stores nothing for it. A refill
/// changes all three, so it first *announces* the sum, then makes the revision odd, rewrites, and
/// makes it even again. A query that finds an odd revision takes the announced sum: it never waits
/// for the writer, which may have been preempted, and what it returns is a value that the sum truly
/// had. Sums of such values over all lanes lie between the true sums at the query's start and end,
/// because each of them only grows within a generation.
///
/// Orderings: the writer's stores are releases, so none becomes visible before one above it; the
/// reader's loads are acquires, so none is taken before one above it. Plain moves on x86-64.

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

/// By the lane's owner: what it has used in its generation.
inline std::size_t used_in(const lane& mine) noexcept {
    return mine.settled.load(std::memory_order_relaxed) +
           (mine.cursor.load(std::memory_order_relaxed) -
            mine.start.load(std::memory_order_relaxed));
}

/// A TLAB [start, limit), of which [start, cursor) is used; three zeros for none.
struct tlab_range {
    std::uintptr_t start = 0;
    std::uintptr_t cursor = 0;
    std::uintptr_t limit = 0;
};

/// By the lane's owner: gives it `tlab`, of `generation`, besides which it has used `settled`.
inline void rewrite(lane& mine, std::uint64_t generation, const tlab_range& tlab,
                    std::size_t settled) noexcept {
    constexpr auto release = std::memory_order_release;
    const bool same = mine.generation.load(std::memory_order_relaxed) == generation;
    const std::size_t used = settled + (tlab.cursor - tlab.start);
    const std::uint32_t revision = mine.revision.load(std::memory_order_relaxed);
    if (!same) {
        mine.refills.store(0, release);  // before: an odd revision has the announced one's
    }
    mine.announced_used.store(used, release);
    mine.announced_generation.store(generation, release);
    mine.revision.store(revision + 1, release);
    // No generation is 0: should this thread be gone for ever in the middle of this (the child of
    // a fork), the lane has no TLAB.
    mine.generation.store(0, release);
    if (!same) {
        mine.cleanups.store(nullptr, release);
        mine.destroyed.store(nullptr, release);
        for (auto& end : mine.beside) {
            end.store(0, std::memory_order_relaxed);
        }
    }
    mine.settled.store(settled, release);
    mine.start.store(tlab.start, release);
    mine.cursor.store(tlab.cursor, release);
    mine.limit.store(tlab.limit, release);
    mine.generation.store(generation, release);
    mine.revision.store(revision + 2, release);
}

/// By the lane's owner: gives it the unused TLAB [start, limit) of `generation`, or none, in place
/// of what it has.
inline void install(lane& mine, std::uint64_t generation, std::uintptr_t start,
                    std::uintptr_t limit) noexcept {
    const bool same = mine.generation.load(std::memory_order_relaxed) == generation;
    rewrite(mine, generation, {start, start, limit}, same ? used_in(mine) : 0);
}

/// By the lane's owner: its TLAB goes on to `limit`.
inline void extend(lane& mine, std::uintptr_t limit) noexcept {
    mine.limit.store(limit, std::memory_order_relaxed);
}

/// By the lane's owner: it used `bytes` that are in no TLAB.
inline void settle(lane& mine, std::size_t bytes) noexcept {
    mine.settled.store(
        mine.settled.load(std::memory_order_relaxed) + bytes, std::memory_order_relaxed);
}

/// A block that went past the TLAB. Blocks end on granules, so there is a bit to spare.
struct block_beside {
    std::uintptr_t end = 0;     ///< of what was asked for
    bool whole_blocks = false;  ///< it has all up to the end of the frontier's block
};

inline std::uintptr_t packed(const block_beside& block) noexcept {
    return block.end | (block.whole_blocks ? 1U : 0U);
}

/// By the lane's owner: the oldest that is remembered makes way for `block`.
inline void note_beside(lane& mine, const block_beside& block) noexcept {
    const std::uint32_t count = mine.blocks_beside.load(std::memory_order_relaxed);
    mine.beside[count % lane::remembered_blocks].store(packed(block), std::memory_order_relaxed);
    mine.blocks_beside.store(count + 1, std::memory_order_relaxed);
}

/// By the lane's owner: where it remembers the block of its generation that ends at `end`; null if
/// it doesn't.
inline std::atomic<std::uintptr_t>* find_beside(lane& mine, std::uintptr_t end) noexcept {
    for (auto& one : mine.beside) {
        if ((one.load(std::memory_order_relaxed) & ~std::uintptr_t{1}) == end) {
            return &one;
        }
    }
    return nullptr;
}

inline void count_refill(lane& mine) noexcept {
    mine.refills.store(mine.refills.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

/// What a lane has to say of the generation that it is in.
struct lane_figures {
    std::uint64_t generation = 0;
    std::size_t used = 0;
    std::uint32_t refills = 0;
};

/// By anybody: a lane's figures as they were at one moment.
inline lane_figures figures_of(const lane& any) noexcept {
    constexpr auto acquire = std::memory_order_acquire;
    for (;;) {
        const std::uint32_t before = any.revision.load(acquire);
        lane_figures result;
        result.refills = any.refills.load(acquire);
        if (before % 2 != 0) {
            result.generation = any.announced_generation.load(acquire);
            result.used = any.announced_used.load(acquire);
        } else {
            result.generation = any.generation.load(acquire);
            result.used =
                any.settled.load(acquire) + (any.cursor.load(acquire) - any.start.load(acquire));
        }
        if (any.revision.load(std::memory_order_relaxed) == before) {
            return result;
        }
    }
}

/// A lane's figures, and its TLAB: three zeros where it has none.
struct lane_view {
    lane_figures figures;
    tlab_range tlab;
};

/// By anybody: as figures_of, with the TLAB as it was under the same revision. It is none while the
/// lane is rewritten (an odd revision), and while a CPU's lane is closed (its limit is 0).
inline lane_view view_of(const lane& any) noexcept {
    constexpr auto acquire = std::memory_order_acquire;
    for (;;) {
        const std::uint32_t before = any.revision.load(acquire);
        lane_view result;
        result.figures.refills = any.refills.load(acquire);
        if (before % 2 != 0) {
            result.figures.generation = any.announced_generation.load(acquire);
            result.figures.used = any.announced_used.load(acquire);
        } else {
            result.figures.generation = any.generation.load(acquire);
            const std::size_t settled = any.settled.load(acquire);
            const std::uintptr_t start = any.start.load(acquire);
            // The cursor before the limit: an extension moves the limit first.
            const std::uintptr_t cursor = any.cursor.load(acquire);
            const std::uintptr_t limit = any.limit.load(acquire);
            result.figures.used = settled + (cursor - start);
            if (limit != 0) {
                result.tlab = {start, cursor, limit};
            }
        }
        if (any.revision.load(std::memory_order_relaxed) == before) {
            return result;
        }
    }
}

/// By anybody: what a lane has used in `generation`.
inline std::size_t used_by(const lane& any, std::uint64_t generation) noexcept {
    const lane_figures now = figures_of(any);
    return now.generation == generation ? now.used : 0;
}

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
