#pragma once

#include <memory_arena/detail/rseq_area.hpp>

/// \file
/// Chooses the restartable sequences of this build (rank 3).

#if MEMORY_ARENA_HAS_CPU_SEQUENCES
#include <memory_arena/detail/cpu_lane_x86_64.hpp>  // IWYU pragma: export
#else
#include <memory_arena/detail/cpu_lane_none.hpp>  // IWYU pragma: export
#endif
