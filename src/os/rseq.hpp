#pragma once

#include <cstdint>

#include <memory_arena/detail/rseq_area.hpp>

/// \file
/// Whether this process has restartable sequences, and how its CPUs are numbered (rank 0).

namespace memory_arena::inline MEMORY_ARENA_ABI::os {

enum class cpu_numbering : unsigned char {
    none,    ///< no sequences: `why` says why
    mm_cid,  ///< dense: below the number of threads and of CPUs
    cpu_id,  ///< the kernel's CPU numbers
};

struct rseq_support {
    cpu_numbering numbering = cpu_numbering::none;
    /// Always safe to use: without support it leads to an area that no thread has registered, or
    /// says that it leads to none.
    detail::rseq_location location;
    const char* why = "";
};

/// Found out once; the calling thread's area stands for those of all threads of the process. (A
/// thread that has none nevertheless is recognised by its own cpu_id, at each allocation.)
[[nodiscard]] const rseq_support& rseq() noexcept;

/// Those of a process without, for an arena that does without them: a memory checker watches it.
[[nodiscard]] const rseq_support& watched_rseq() noexcept;

/// A number that tells threads apart. Not a thread-local's address: in a build with
/// MEMORY_ARENA_DLOPEN the first look at one calls malloc, and a signal handler may come here.
[[nodiscard]] std::uintptr_t thread_mark() noexcept;

/// The calling thread's number now, by rseq().location; negative without an area.
[[nodiscard]] int current_index(const detail::rseq_location& location) noexcept;

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::os
