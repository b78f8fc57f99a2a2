#pragma once

#include <cstdint>

#include <memory_arena/detail/version.hpp>

/// \file
/// Stands in for src/os/process.hpp: one process, without signals.

namespace memory_arena::inline MEMORY_ARENA_ABI::os {

inline std::uint64_t process_id() noexcept { return 1; }

class quiet_thread {
public:
    quiet_thread() noexcept {}  // NOLINT(modernize-use-equals-default): a variable of it is used
};

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::os
