#pragma once

#include <cstddef>
#include <cstdint>

#include <memory_arena/detail/align.hpp>

/// \file
/// A block that is to have another size where it is (rank 0).

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

struct block_change {
    std::uintptr_t begin = 0;
    std::size_t bytes = 0;   ///< it has
    std::size_t wanted = 0;  ///< it is to have

    /// Where it ends, in granules, and where it is to end.
    [[nodiscard]] constexpr std::uintptr_t end() const noexcept {
        return round_up(begin + bytes, granule);
    }
    [[nodiscard]] constexpr std::uintptr_t wanted_end() const noexcept {
        return round_up(begin + wanted, granule);
    }
    /// By how much, where that is more.
    [[nodiscard]] constexpr std::size_t growth() const noexcept { return wanted_end() - end(); }
};

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
