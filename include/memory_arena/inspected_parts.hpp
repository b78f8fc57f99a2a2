#pragma once

#include <cstddef>
#include <cstdint>

#include <memory_arena/detail/version.hpp>

namespace memory_arena::inline MEMORY_ARENA_ABI {

/// Bytes [begin, end) of a reserve, counted from its first one. Two zeros where there are none.
struct byte_range {
    std::size_t begin = 0;
    std::size_t end = 0;

    [[nodiscard]] std::size_t bytes() const noexcept { return end - begin; }
};

/// One shard, as far as it is of the generation that was inspected. Bytes.
struct inspected_shard {
    std::size_t index = 0;
    byte_range run;                ///< what it has left to cut TLABs from; begins at its cursor
    byte_range shelf;              ///< whole blocks that were given back
    std::size_t direct_bytes = 0;  ///< used, and gone to threads past any lane

    [[nodiscard]] bool holds_something() const noexcept {
        return run.bytes() != 0 || shelf.bytes() != 0 || direct_bytes != 0;
    }
};

/// Whose a lane is.
enum class lane_owner : unsigned char { thread, cpu, lease };

/// One lane of the generation that was inspected. Bytes, but where said.
struct inspected_lane {
    lane_owner owner = lane_owner::thread;
    std::size_t index = 0;      ///< of the thread (the same in all arenas), the CPU, or the lease
    std::size_t used = 0;       ///< in this generation, in all TLABs and beside them
    std::uint32_t refills = 0;  ///< TLABs that it took or had extended
    /// Its TLAB. In a lease with an open scope: the chunk that the scope is in.
    byte_range tlab;
    std::size_t cursor = 0;  ///< within `tlab`: [tlab.begin, cursor) is used, the rest is not yet

    [[nodiscard]] std::size_t unused() const noexcept { return tlab.end - cursor; }
};

}  // namespace memory_arena::inline MEMORY_ARENA_ABI
