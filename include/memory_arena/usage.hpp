#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <memory_arena/detail/version.hpp>

namespace memory_arena::inline MEMORY_ARENA_ABI {

/// How an arena finds the TLAB of an allocation.
enum class lane_path : unsigned char {
    per_thread,  ///< arena: by a thread-local index
    mm_cid,      ///< cpu_arena: by the kernel's dense numbering of the CPUs that the process is on
    cpu_id,      ///< cpu_arena: by CPU number
    shards,      ///< cpu_arena without restartable sequences: no lanes
};

/// Of what size an arena's pages are.
enum class page_kind : unsigned char {
    standard,          ///< the system's usual ones: 4 KiB
    transparent_huge,  ///< 2 MiB where the kernel finds them, else as usual
    explicit_huge,     ///< 2 MiB out of the pool that the administrator has set aside
};

/// An arena's figures, all in bytes but where said. `used + slack` is the frontier, always. At
/// rest each is exact; read beside allocations, each lies between its true values at the call's
/// start and at its end (but that what a lease's scope undoes meanwhile may be counted or not).
/// Nothing exceeds the capacity at any moment.
struct arena_usage {
    std::size_t reserved = 0;  ///< address space of the reserve: the capacity
    /// Pages below the highest frontier since pages were given back, and those prefaulted; explicit
    /// huge pages count as such, transparent ones as the standard pages that they replace.
    std::size_t committed = 0;
    std::size_t used = 0;          ///< asked for, plus rounding to 8 bytes and alignment padding
    std::size_t slack = 0;         ///< given out to shards and lanes, not to callers
    std::size_t peak = 0;          ///< the highest frontier of any generation
    std::uint64_t generation = 0;  ///< 1 at first; advanced by reset
    std::uint64_t refills = 0;     ///< TLABs that lanes took or had extended in this generation
    std::size_t lanes = 0;         ///< lanes, of leases too, used in this generation
    std::size_t budget = 0;        ///< the most that the frontier may reach: the capacity at first
    std::size_t refused = 0;       ///< calls, so far, by which the system refused what it was asked
    page_kind pages = page_kind::standard;  ///< what the arena asked for and the system agreed to
    lane_path path = lane_path::per_thread;
    std::string_view path_reason;  ///< why there are no lanes; else empty
};

}  // namespace memory_arena::inline MEMORY_ARENA_ABI
