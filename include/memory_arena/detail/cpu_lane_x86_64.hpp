#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include <memory_arena/detail/compiler.hpp>
#include <memory_arena/detail/lane.hpp>
#include <memory_arena/detail/rseq_area.hpp>

/// \file
/// The restartable sequences of a per-CPU lane on x86-64 Linux (rank 3).
///
/// **The kernel's contract.** A thread stores the address of a descriptor into its area's
/// `rseq_cs`. The descriptor names a range of instructions and an abort address. If the thread is
/// preempted, migrated, or interrupted by a signal while its instruction pointer is within the
/// range, the kernel clears `rseq_cs` and resumes it at the abort address (before which the four
/// bytes of a signature must stand). The last instruction of the range is a single store, the
/// *commit*: before it nothing has happened that anybody may rely on; after it everything has. So a
/// sequence that isn't aborted ran alone on its CPU, and needs no atomic instruction to change what
/// belongs to that CPU.
///
/// **The lane under it.** `limit == 0` is a closed lane: no cursor is at or below it, so nothing
/// fits. Every sequence has one committing store:
///
///     bump      needs the arena's generation and cursor + n <= limit           commits cursor
///     extend    needs generation and limit unchanged                           commits limit
///     install   needs the known lane, dead, closed or nearly used up           commits limit
///     retract   needs the block to be the newest                               commits cursor
///
/// install writes several words before it commits. Its first store closes the lane, so whatever
/// runs on this CPU after an abort in the middle finds it closed, never an old cursor beside a new
/// limit or generation.
///
/// Each descriptor and abort handler is in a section of the group of the inline function that it
/// belongs to (the "?" flag): else two translation units don't link.

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

// The offsets that the sequences are written with (where they are used at all).
static_assert(sizeof(void*) != 8 ||
              (offsetof(lane, cursor) == 0 && offsetof(lane, limit) == 8 &&
               offsetof(lane, generation) == 16 && offsetof(lane, start) == 32 &&
               offsetof(lane, settled) == 40 && offsetof(lane, announced_used) == 48 &&
               offsetof(lane, announced_generation) == 56 && offsetof(lane, revision) == 64 &&
               offsetof(lane, refills) == 68 && sizeof(lane) == 128));

// Version and flags 0; the range 1 to 2; the abort address 4.
#define MEMORY_ARENA_RSEQ_DESCRIPTOR      \
    ".pushsection __rseq_cs, \"aw?\"\n\t" \
    ".balign 32\n"                        \
    "9:\n\t"                              \
    ".long 0, 0\n\t"                      \
    ".quad 1f, 2f - 1f, 4f\n\t"           \
    ".popsection\n\t"

// Announces the sequence and begins it: from 1 on it restarts. A thread whose area isn't registered
// (cpu_id negative) is on no CPU that it could know. Then %[at] is the lane's address.
#define MEMORY_ARENA_RSEQ_BEGIN         \
    "leaq 9b(%%rip), %[at]\n\t"         \
    "movq %[at], %%fs:8(%[area])\n"     \
    "1:\n\t"                            \
    "cmpl $0, %%fs:4(%[area])\n\t"      \
    "jl %l[missed]\n\t"                 \
    "movslq %%fs:(%[index]), %[at]\n\t" \
    "shlq $7, %[at]\n\t"                \
    "addq %[lanes], %[at]\n\t"

// Ends it after the commit. The abort handler stands apart, behind the kernel's signature, which is
// dressed as an instruction (ud1) for whoever disassembles it.
#define MEMORY_ARENA_RSEQ_END                  \
    "2:\n\t"                                   \
    ".pushsection __rseq_failure, \"ax?\"\n\t" \
    ".byte 0x0f, 0xb9, 0x3d\n\t"               \
    ".long 0x53053053\n"                       \
    "4:\n\t"                                   \
    "jmp %l[missed]\n\t"                       \
    ".popsection\n\t"

/// Takes `bytes` (a multiple of the granule, so small that no sum wraps) at `alignment` from the
/// lane of this thread's CPU. `lanes` is lane 0.
MEMORY_ARENA_ALWAYS_INLINE bool bump_on_cpu(
    lane* lanes, const rseq_location& location, const std::atomic<std::uint64_t>& generation,
    std::size_t bytes, std::size_t alignment, std::uintptr_t& result) noexcept {
    std::uintptr_t at = 0;
    std::uintptr_t position = 0;
    std::uintptr_t next = 0;
    if (alignment <= granule) {
        asm volatile goto(
            MEMORY_ARENA_RSEQ_DESCRIPTOR MEMORY_ARENA_RSEQ_BEGIN
            "movq 16(%[at]), %[next]\n\t"
            "cmpq %[generation], %[next]\n\t"
            "jne %l[missed]\n\t"
            "movq (%[at]), %[position]\n\t"
            "leaq (%[position], %[bytes]), %[next]\n\t"
            "cmpq 8(%[at]), %[next]\n\t"
            "ja %l[missed]\n\t"
            "movq %[next], (%[at])\n" MEMORY_ARENA_RSEQ_END
            : [at] "=&r"(at), [position] "=&r"(position), [next] "=&r"(next)
            : [area] "r"(location.area), [index] "r"(location.index), [lanes] "r"(lanes),
              [generation] "m"(generation), [bytes] "r"(bytes)
            : "cc", "memory"
            : missed);
    } else {
        asm volatile goto(
            MEMORY_ARENA_RSEQ_DESCRIPTOR MEMORY_ARENA_RSEQ_BEGIN
            "movq 16(%[at]), %[next]\n\t"
            "cmpq %[generation], %[next]\n\t"
            "jne %l[missed]\n\t"
            "movq (%[at]), %[position]\n\t"
            "addq %[above], %[position]\n\t"
            "andq %[mask], %[position]\n\t"
            "leaq (%[position], %[bytes]), %[next]\n\t"
            "cmpq 8(%[at]), %[next]\n\t"
            "ja %l[missed]\n\t"
            "movq %[next], (%[at])\n" MEMORY_ARENA_RSEQ_END
            : [at] "=&r"(at), [position] "=&r"(position), [next] "=&r"(next)
            : [area] "r"(location.area), [index] "r"(location.index), [lanes] "r"(lanes),
              [generation] "m"(generation), [bytes] "r"(bytes), [above] "er"(alignment - 1),
              [mask] "er"(std::size_t{0} - alignment)
            : "cc", "memory"
            : missed);
    }
    result = position;
    return true;
missed:
    return false;
}

/// Moves the limit of the lane from `from` to `to`, if its TLAB of `generation` still ends there.
inline bool extend_on_cpu(lane* lanes, const rseq_location& location, std::uint64_t generation,
                          std::uintptr_t from, std::uintptr_t to) noexcept {
    std::uintptr_t at = 0;
    asm volatile goto(
        MEMORY_ARENA_RSEQ_DESCRIPTOR MEMORY_ARENA_RSEQ_BEGIN
        "cmpq %[generation], 16(%[at])\n\t"
        "jne %l[missed]\n\t"
        "cmpq %[from], 8(%[at])\n\t"
        "jne %l[missed]\n\t"
        "movq %[to], 8(%[at])\n" MEMORY_ARENA_RSEQ_END
        : [at] "=&r"(at)
        : [area] "r"(location.area), [index] "r"(location.index), [lanes] "r"(lanes),
          [generation] "r"(generation), [from] "r"(from), [to] "r"(to)
        : "cc", "memory"
        : missed);
    return true;
missed:
    return false;
}

/// Gives the lane the TLAB [start, limit) of `generation`, which must still be the arena's, unless
/// it holds one of this generation with as much room, or isn't the one that is `known`: queries
/// have been told of that one, and the thread may be on another CPU by now. The lane's used bytes
/// stay what they are: they are announced (src/lanes/lane_ledger.hpp) while cursor and start
/// change, and a sequence that was aborted between is recognised by the odd revision and takes the
/// announced sum.
inline bool install_on_cpu(lane* lanes, const rseq_location& location,
                           const std::atomic<std::uint64_t>& current, std::uint64_t generation,
                           std::uintptr_t start, std::uintptr_t limit, const lane& known) noexcept {
    std::uintptr_t at = 0;
    std::uintptr_t used = 0;
    const lane* const wanted = &known;
    asm volatile goto(
        MEMORY_ARENA_RSEQ_DESCRIPTOR MEMORY_ARENA_RSEQ_BEGIN
        "cmpq %[wanted], %[at]\n\t"
        "jne %l[missed]\n\t"
        "cmpq %[current], %[generation]\n\t"
        "jne %l[missed]\n\t"
        "testl $1, 64(%[at])\n\t"
        "jnz 5f\n\t"
        // An even revision: the lane is whole.
        "xorl %k[used], %k[used]\n\t"
        "cmpq %[generation], 16(%[at])\n\t"
        "je 3f\n\t"
        "movl $0, 68(%[at])\n\t"  // refills of this generation
        "jmp 6f\n"
        "3:\n\t"
        "movq 8(%[at]), %[used]\n\t"
        "testq %[used], %[used]\n\t"
        "jz 7f\n\t"
        "subq (%[at]), %[used]\n\t"  // the room that it has
        "addq %[start], %[used]\n\t"
        "cmpq %[limit], %[used]\n\t"
        "jae %l[missed]\n"
        "7:\n\t"
        "movq 40(%[at]), %[used]\n\t"  // settled + (cursor - start)
        "addq (%[at]), %[used]\n\t"
        "subq 32(%[at]), %[used]\n"
        "6:\n\t"
        "movq $0, 8(%[at])\n\t"  // closed
        "movq %[used], 48(%[at])\n\t"
        "movq %[generation], 56(%[at])\n\t"
        "incl 64(%[at])\n\t"
        "jmp 8f\n"
        // An odd revision: an aborted install has announced what was used.
        "5:\n\t"
        "movq 48(%[at]), %[used]\n\t"
        "cmpq %[generation], 56(%[at])\n\t"
        "je 8f\n\t"
        "xorl %k[used], %k[used]\n\t"
        "movq %[used], 48(%[at])\n\t"
        "movq %[generation], 56(%[at])\n"
        "8:\n\t"
        "movq %[used], 40(%[at])\n\t"
        "movq %[start], 32(%[at])\n\t"
        "movq %[start], (%[at])\n\t"
        "movq %[generation], 16(%[at])\n\t"
        "incl 64(%[at])\n\t"
        "movq %[limit], 8(%[at])\n" MEMORY_ARENA_RSEQ_END
        : [at] "=&r"(at), [used] "=&r"(used)
        : [area] "r"(location.area), [index] "r"(location.index), [lanes] "r"(lanes),
          [current] "m"(current), [generation] "r"(generation), [start] "r"(start),
          [limit] "r"(limit), [wanted] "m"(wanted)
        : "cc", "memory"
        : missed);
    return true;
missed:
    return false;
}

/// Moves the cursor back from `end` to `begin`, if the lane's newest allocation of `generation`
/// ends there and begins within its TLAB.
inline bool retract_on_cpu(lane* lanes, const rseq_location& location, std::uint64_t generation,
                           std::uintptr_t begin, std::uintptr_t end) noexcept {
    std::uintptr_t at = 0;
    asm volatile goto(
        MEMORY_ARENA_RSEQ_DESCRIPTOR MEMORY_ARENA_RSEQ_BEGIN
        "cmpq %[generation], 16(%[at])\n\t"
        "jne %l[missed]\n\t"
        "cmpq $0, 8(%[at])\n\t"
        "je %l[missed]\n\t"
        "cmpq %[end], (%[at])\n\t"
        "jne %l[missed]\n\t"
        "cmpq %[begin], 32(%[at])\n\t"
        "ja %l[missed]\n\t"
        "movq %[begin], (%[at])\n" MEMORY_ARENA_RSEQ_END
        : [at] "=&r"(at)
        : [area] "r"(location.area), [index] "r"(location.index), [lanes] "r"(lanes),
          [generation] "r"(generation), [begin] "r"(begin), [end] "r"(end)
        : "cc", "memory"
        : missed);
    return true;
missed:
    return false;
}

#undef MEMORY_ARENA_RSEQ_DESCRIPTOR
#undef MEMORY_ARENA_RSEQ_BEGIN
#undef MEMORY_ARENA_RSEQ_END

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
