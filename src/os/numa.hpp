#pragma once

#include <cstddef>
#include <cstdint>
#include <system_error>

#include <memory_arena/detail/version.hpp>

/// \file
/// On which memory nodes pages lie (rank 0).

namespace memory_arena::inline MEMORY_ARENA_ABI::os {

enum class numa_policy : unsigned char {
    none,        ///< the process's own
    interleave,  ///< on the nodes in turn
    bind,        ///< on them and nowhere else
};

/// Places the pages of [begin, begin + bytes), on page boundaries and not touched yet, on `nodes`,
/// a bit each; does nothing without a policy. What the system says when it refuses: of several
/// nodes it needs only one.
[[nodiscard]] std::error_code place(std::byte* begin, std::size_t bytes, numa_policy policy,
                                    std::uint64_t nodes) noexcept;

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::os
