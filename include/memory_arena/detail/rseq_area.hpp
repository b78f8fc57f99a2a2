#pragma once

#include <cstddef>

#include <memory_arena/detail/compiler.hpp>
#include <memory_arena/detail/sanitizer.hpp>

/// \file
/// Where a thread's restartable-sequence area lies, and which of its fields numbers the lane
/// (rank 0). The area is the one that the C library registered with the kernel. Its fields are the
/// kernel's: they are read, never written, but for `rseq_cs`, by which a thread announces the
/// sequence that it is about to run.

#if defined(__x86_64__) && defined(__linux__) && !defined(__ILP32__) && \
    !defined(MEMORY_ARENA_UNDER_TSAN)
#define MEMORY_ARENA_HAS_CPU_SEQUENCES 1
#else
#define MEMORY_ARENA_HAS_CPU_SEQUENCES 0
#endif

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

/// Whether this build has restartable sequences: those of x86-64 Linux (the x32 ABI is another),
/// and none under ThreadSanitizer, which can't see into them.
inline constexpr bool has_cpu_sequences = MEMORY_ARENA_HAS_CPU_SEQUENCES != 0;

/// Offsets from the thread pointer, the same in every thread.
struct rseq_location {
    std::ptrdiff_t area = 0;   ///< of the area
    std::ptrdiff_t index = 0;  ///< of the field that numbers lanes: mm_cid or cpu_id

    /// Whether there is an area to run a sequence on. Nothing is asked where a thread-local of ours
    /// stands in for one that the C library doesn't have: it needs a fixed offset.
    [[nodiscard]] bool has_area() const noexcept { return has_fixed_tls || area != 0; }
};

/// Offsets within the area (the kernel's ABI).
inline constexpr std::size_t rseq_cpu_id_offset = 4;
inline constexpr std::size_t rseq_cs_offset = 8;
inline constexpr std::size_t rseq_mm_cid_offset = 24;

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
