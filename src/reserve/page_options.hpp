#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <memory_arena/detail/version.hpp>

#include "os/numa.hpp"

/// \file
/// What a reserve is to ask the system for beside address space (rank 1). By default nothing.

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

enum class page_size : unsigned char { standard, transparent_huge, explicit_huge };

struct page_options {
    page_size size = page_size::standard;
    os::numa_policy policy = os::numa_policy::none;
    std::uint64_t nodes = 0;  ///< a bit each, for the policy
    bool exclude_from_core_dumps = false;
    bool is_named = false;
    std::string_view name = {};
    std::size_t quarantine = 0;  ///< regions beside the one in use (quarantine.hpp)
};

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
