#pragma once

#include <atomic>
#include <cstdint>

#include <memory_arena/detail/version.hpp>

/// \file
/// The atomic that the protocol's words are (rank 1). tests/model replaces this one file, to run
/// the protocol's own code under every interleaving of its loads and stores.

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

using atomic_word = std::atomic<std::uint64_t>;

/// One that decides nothing but a figure, and how far pages are given back.
using figure_word = std::atomic<std::uint64_t>;

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
