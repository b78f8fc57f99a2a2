#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <memory_arena/detail/version.hpp>
#include <memory_arena/usage.hpp>

namespace memory_arena::inline MEMORY_ARENA_ABI {

/// Called when the frontier of an arena has passed its soft limit, with the arena's figures.
using soft_limit_callback = void (*)(void* context, const arena_usage& now) noexcept;

/// Called while an arena commits pages before their first use: `done` of `all` bytes are there.
using prefault_callback = void (*)(void* context, std::size_t done, std::size_t all) noexcept;

/// On which memory nodes the pages of an arena lie.
enum class numa_placement : unsigned char {
    first_touch,  ///< on that of the thread that touches them first, as the system does
    interleave,   ///< on arena_options::numa_nodes in turn
    bind,         ///< on arena_options::numa_nodes and nowhere else
};

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

    /// The most bytes that the frontier may reach; 0 for the capacity. See basic_arena::set_budget.
    std::size_t budget = 0;

    /// `on_soft_limit` is called once in each generation whose frontier passes so many bytes, by
    /// the thread whose refill finds it so, at the end of that refill; 0 for never. It may allocate
    /// and query, and must neither reset nor trim. A cpu_arena calls it from the calls that throw
    /// alone, because the others may run in a signal handler.
    std::size_t soft_limit = 0;
    soft_limit_callback on_soft_limit = nullptr;
    void* soft_limit_context = nullptr;

    /// Of what size the pages of the reserve are to be: the whole huge pages that fit into it.
    /// Where the system has none, the arena works with the next smaller kind: usage().pages says.
    /// Explicit ones are taken out of the pool when the arena is made, up to the next 2 MiB; a
    /// child that fork leaves with them is killed at a touch where the pool has no page for its
    /// copy. Not with a buffer.
    page_kind pages = page_kind::standard;

    /// So many bytes (at most the capacity), from the reserve's beginning, are committed by the
    /// constructor, on several threads, whose signals are blocked; `on_prefault` hears of the
    /// progress, every few MiB, on one thread at a time. Where memory ends before that, the rest is
    /// committed at first touch as ever, and usage().refused counts it. Not with a buffer.
    std::size_t prefault_bytes = 0;
    prefault_callback on_prefault = nullptr;
    void* prefault_context = nullptr;

    /// Where the pages of the reserve lie, and a bit for each node that `interleave` and `bind` may
    /// use, who need one at least (`first_touch` needs none). Linux asks that one of them exists. A
    /// machine without NUMA refuses, which usage().refused counts. Not with a buffer.
    numa_placement numa = numa_placement::first_touch;
    std::uint64_t numa_nodes = 0;

    /// What was allocated is left out of core dumps. (The arena's own figures and lanes are in
    /// them, for whoever looks for what went wrong.) Not with a buffer.
    bool exclude_from_core_dumps = false;

    /// The arena's mappings carry its name in /proc/self/maps, as [anon:memory_arena:NAME]: those
    /// that are made with it. usage().refused counts two where the kernel has no names (Linux
    /// before 5.17, or built without CONFIG_ANON_VMA_NAME), and one for explicit huge pages, which
    /// can't have any. Not with a buffer.
    bool named_mappings = false;

    /// What was handed out is overwritten with zeros at each reset, which then is O(bytes), and at
    /// the arena's destruction: for secrets.
    bool wipe_at_reset = false;

    /// for_each_arena finds the arena (<memory_arena/inspect.hpp>).
    bool listed = false;

    /// For so many resets, up to `max_quarantine`, a touch of what a reset has ended the life of
    /// ends the process by SIGSEGV, with or without a sanitizer: a pointer that outlives its
    /// generation is found at its first use. Generations use memory in turn, each its own copy of
    /// the capacity (rounded up to the page), so this costs 1 + quarantine times the address space,
    /// a page more for each, which together must not exceed max_capacity; and two mappings more.
    /// Each reset then is some microseconds: two system calls, and a third, by which its pages go
    /// back, where the generation had any. It keeps none, whatever `retain` says, so each
    /// generation commits its pages anew; trim has nothing to do, and a prefault is for the first
    /// generation. Resets at once come one after another. Where the system refuses to close what
    /// ended, it stays accessible; where it refuses to open the next copy, the next generation uses
    /// the memory of the one that ended: usage().refused counts each. Not with a buffer, and not
    /// with explicit huge pages.
    std::size_t quarantine = 0;
};

/// The most resets that arena_options::quarantine may cover.
inline constexpr std::size_t max_quarantine = 255;

/// The largest reserve: 1 TiB, or half of a 32-bit address space. What the packed words hold
/// (docs/design.md says how the widths follow from the capacity).
inline constexpr std::size_t max_capacity =
    sizeof(std::size_t) > 4 ? static_cast<std::size_t>(1ULL << 40) : (std::size_t{1} << 31) - 4096;

}  // namespace memory_arena::inline MEMORY_ARENA_ABI
