#pragma once

#include <memory_arena/memory_arena.h>
#include <memory_arena/usage.hpp>

/// \file
/// An arena's figures as C has them (rank 5).

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

static_assert(MEMORY_ARENA_PATH_MM_CID == static_cast<unsigned>(lane_path::mm_cid) &&
              MEMORY_ARENA_PATH_CPU_ID == static_cast<unsigned>(lane_path::cpu_id) &&
              MEMORY_ARENA_PATH_SHARDS == static_cast<unsigned>(lane_path::shards));

inline memory_arena_usage_t c_usage(const arena_usage& now) noexcept {
    return {
        .struct_size = sizeof(memory_arena_usage_t),
        .reserved = now.reserved,
        .committed = now.committed,
        .used = now.used,
        .slack = now.slack,
        .peak = now.peak,
        .lanes = now.lanes,
        .budget = now.budget,
        .refused = now.refused,
        .generation = now.generation,
        .refills = now.refills,
        .pages = static_cast<std::uint32_t>(now.pages),
        .path = static_cast<std::uint32_t>(now.path),
    };
}

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
