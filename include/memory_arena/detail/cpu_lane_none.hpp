#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include <memory_arena/detail/compiler.hpp>
#include <memory_arena/detail/lane.hpp>
#include <memory_arena/detail/rseq_area.hpp>

/// \file
/// What stands in for the sequences of cpu_lane_x86_64.hpp where there are none: every one misses,
/// and the shards serve (rank 3).

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

MEMORY_ARENA_ALWAYS_INLINE bool bump_on_cpu(
    lane* /*lanes*/, const rseq_location& /*location*/,
    const std::atomic<std::uint64_t>& /*generation*/, std::size_t /*bytes*/,
    std::size_t /*alignment*/, std::uintptr_t& /*result*/) noexcept {
    return false;
}

inline bool extend_on_cpu(lane* /*lanes*/, const rseq_location& /*location*/,
                          std::uint64_t /*generation*/, std::uintptr_t /*from*/,
                          std::uintptr_t /*to*/) noexcept {
    return false;
}

inline bool install_on_cpu(lane* /*lanes*/, const rseq_location& /*location*/,
                           const std::atomic<std::uint64_t>& /*current*/,
                           std::uint64_t /*generation*/, std::uintptr_t /*start*/,
                           std::uintptr_t /*limit*/, const lane& /*known*/) noexcept {
    return false;
}

inline bool retract_on_cpu(lane* /*lanes*/, const rseq_location& /*location*/,
                           std::uint64_t /*generation*/, std::uintptr_t /*begin*/,
                           std::uintptr_t /*end*/) noexcept {
    return false;
}

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
