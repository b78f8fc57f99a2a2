#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include <memory_arena/detail/align.hpp>
#include <memory_arena/detail/cleanup_record.hpp>
#include <memory_arena/detail/compiler.hpp>
#include <memory_arena/detail/cpu_lane.hpp>
#include <memory_arena/detail/lane.hpp>
#include <memory_arena/detail/lane_index.hpp>
#include <memory_arena/detail/rseq_area.hpp>

/// \file
/// The two ways to a lane: the thread's own, and the CPU's (rank 3). Everything else about the two
/// arena types is the same.

namespace memory_arena::inline MEMORY_ARENA_ABI {

namespace detail {

/// What a bump reads of an arena. Only reset writes this line.
struct alignas(isolation) lane_source {
    std::atomic<std::uint64_t> generation{0};
    std::uint64_t generation_base = 0;  ///< what the first one is one more than
    lane* lanes = nullptr;              ///< per_thread: the table; per_cpu: lane 0
    rseq_location location;
};

enum class lane_kind : unsigned char { thread, cpu };

}  // namespace detail

/// Every thread has a lane. The lane policy of `arena`.
struct MEMORY_ARENA_API per_thread {
    static constexpr detail::lane_kind kind = detail::lane_kind::thread;

    MEMORY_ARENA_ALWAYS_INLINE static bool bump(detail::lane_source& source, std::size_t bytes,
                                                std::size_t alignment, void*& result) noexcept {
        detail::lane& here = detail::own_lane(source.lanes);
        // Relaxed: see detail::bump.
        const std::uint64_t generation = source.generation.load(std::memory_order_relaxed);
        return detail::bump(here, generation, bytes, alignment, result);
    }

    /// The generation that this thread's newest allocation belongs to; 0 without a lane.
    MEMORY_ARENA_ALWAYS_INLINE static std::uint64_t stamp(
        const detail::lane_source& source) noexcept {
        return detail::own_lane(source.lanes).generation.load(std::memory_order_relaxed);
    }

    static bool retract(detail::lane_source& source, std::uintptr_t begin, std::size_t bytes,
                        std::uint64_t stamp) noexcept {
        return detail::retract(detail::own_lane(source.lanes), begin, bytes, stamp);
    }

    MEMORY_ARENA_ALWAYS_INLINE static bool push(
        detail::lane_source& source, detail::cleanup_record* record, std::uint64_t stamp) noexcept {
        return detail::push(detail::own_lane(source.lanes), record, stamp);
    }
};

/// Every CPU has a lane, by Linux restartable sequences: the memory that lanes hold is bounded by
/// the CPUs and not by the threads. Where there are none (usage().path_reason says why), the shards
/// serve everything. The lane policy of `cpu_arena`.
struct MEMORY_ARENA_API per_cpu {
    static constexpr detail::lane_kind kind = detail::lane_kind::cpu;

    /// Larger or more aligned requests don't try the lane: no sum in the sequence can wrap.
    static constexpr std::size_t max_bump_bytes = std::size_t{1} << 20;
    static constexpr std::size_t max_bump_alignment = 4096;

    MEMORY_ARENA_ALWAYS_INLINE static bool bump(detail::lane_source& source, std::size_t bytes,
                                                std::size_t alignment, void*& result) noexcept {
        if (bytes - 1 >= max_bump_bytes || alignment > max_bump_alignment ||
            !source.location.has_area()) [[unlikely]] {
            return false;
        }
        std::uintptr_t position = 0;
        if (!detail::bump_on_cpu(source.lanes, source.location, source.generation,
                                 detail::round_up(bytes, detail::granule), alignment, position))
            [[unlikely]] {
            return false;
        }
        result = reinterpret_cast<void*>(position);  // NOLINT(performance-no-int-to-ptr)
        return true;
    }

    /// No typed call overlaps a reset, so the arena's generation is the allocation's. Acquire: what
    /// follows belongs to it.
    MEMORY_ARENA_ALWAYS_INLINE static std::uint64_t stamp(
        const detail::lane_source& source) noexcept {
        return source.generation.load(std::memory_order_acquire);
    }

    static bool retract(detail::lane_source& source, std::uintptr_t begin, std::size_t bytes,
                        std::uint64_t stamp) noexcept {
        return source.location.has_area() &&
               detail::retract_on_cpu(source.lanes, source.location, stamp, begin,
                                      begin + detail::round_up(bytes, detail::granule));
    }

    /// All threads share one list, so that what one thread registered stays in its order wherever
    /// it ran.
    MEMORY_ARENA_ALWAYS_INLINE static bool push(detail::lane_source& /*source*/,
                                                detail::cleanup_record* /*record*/,
                                                std::uint64_t /*stamp*/) noexcept {
        return false;
    }
};

}  // namespace memory_arena::inline MEMORY_ARENA_ABI
