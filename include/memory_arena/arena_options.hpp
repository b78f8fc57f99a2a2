#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include <memory_arena/detail/version.hpp>

namespace memory_arena::inline MEMORY_ARENA_ABI {

/// What an arena is made from. Every member has a default; `capacity` or `buffer` must be given.
/// A value outside its range is `std::invalid_argument` where the arena is made.
struct arena_options {
    /// Bytes of the reserve: 1 to `max_capacity`, rounded up to a multiple of 16. It is address
    /// space: pages are committed at first touch. Must be 0 when `buffer` is given.
    std::size_t capacity = 0;

    /// Names the arena in messages. Copied; at most 63 bytes, the rest is cut off.
    std::string_view name = {};

    /// Dispensers that hand out TLABs, 1 to 64. Fewer is less slack, more is less contention.
    std::size_t shard_count = 64;

    /// The largest TLAB, in bytes, 1 KiB to 128 KiB. TLABs start at 4 KiB (or at this, if it is
    /// less) in each generation and double with use. A request over a quarter of it goes past the
    /// TLAB to the shard. Small arenas use smaller ones.
    std::size_t max_tlab_bytes = std::size_t{64} << 10;

    /// Threads that get a lane of their own in this arena, 1 to 4,096. Further threads work, at
    /// the speed of a shard, and what they take is cut in multiples of 16 bytes (the difference is
    /// slack). A lane costs memory (128 bytes) from its first use on. A cpu_arena has as many lanes
    /// as the machine has CPUs instead.
    std::size_t lane_count = 1024;

    /// The caller's own memory in place of a mapping. It must outlive the arena, which writes
    /// nothing outside what it hands out: lanes and shards live elsewhere. It is trimmed to
    /// 16-byte boundaries, and 16 bytes must be left. Never given to the kernel.
    std::span<std::byte> buffer = {};
};

/// The largest reserve: 1 TiB, or half of a 32-bit address space. What the packed words hold
/// (docs/design.md says how the widths follow from the capacity).
inline constexpr std::size_t max_capacity =
    sizeof(std::size_t) > 4 ? static_cast<std::size_t>(1ULL << 40) : (std::size_t{1} << 31) - 4096;

}  // namespace memory_arena::inline MEMORY_ARENA_ABI
