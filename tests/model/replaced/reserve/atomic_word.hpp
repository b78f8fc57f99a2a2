#pragma once

#include <memory_arena/detail/version.hpp>

#include "model/word.hpp"

/// \file
/// Stands in for src/reserve/atomic_word.hpp, which comes later in the include path: the protocol's
/// own code, compiled with this, gives every access to the scheduler.

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

using atomic_word = model::word;
using figure_word = model::figure;

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
