#pragma once

#include <cstddef>

#include <memory_arena/detail/version.hpp>

/// \file
/// The record of one registered destructor, which lies in the arena directly before what it
/// destroys (rank 0).

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

struct cleanup_record {
    cleanup_record* next;                   ///< registered before this one, or null
    void (*run)(cleanup_record*) noexcept;  ///< destroys what follows the record
};

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
