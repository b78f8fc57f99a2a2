#pragma once

#include <cstddef>

#include <memory_arena/inspected_parts.hpp>

/// \file
/// Who is shown an arena's parts (rank 4).

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

/// Shards come first, then lanes, each by index; and all over again where a reset came between.
class part_viewer {
public:
    part_viewer() = default;
    part_viewer(const part_viewer&) = delete;
    part_viewer& operator=(const part_viewer&) = delete;
    virtual ~part_viewer() = default;

    /// What was seen before is void. So many shards will come, and at most so many lanes.
    virtual void begin(std::size_t shards, std::size_t lanes) = 0;
    virtual void see(const inspected_shard& shard) = 0;
    virtual void see(const inspected_lane& lane) = 0;
};

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
