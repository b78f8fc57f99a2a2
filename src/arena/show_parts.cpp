#include "arena/show_parts.hpp"

#include <algorithm>

#include "arena/arena_core.hpp"
#include "lanes/lane_ledger.hpp"

/// \file
/// What inspect() reads. Loads alone: nothing here writes where allocations read.

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

namespace {

/// [begin, end) within the capacity; none where it is empty.
byte_range range_of(std::size_t begin, std::size_t end, std::size_t capacity) noexcept {
    const std::size_t last = std::min(end, capacity);
    return begin < last ? byte_range{begin, last} : byte_range{};
}

inspected_shard shown(const shard_view& seen, std::size_t index, std::size_t region,
                      std::size_t capacity) noexcept {
    return {index, range_of(seen.run.cursor - region, seen.run.end - region, capacity),
            range_of(seen.shelf_begin - region, seen.shelf_end - region, capacity),
            std::min(seen.direct_bytes, capacity)};
}

inspected_lane shown(const lane_view& seen, lane_owner owner, std::size_t index,
                     std::uintptr_t base, std::size_t capacity) noexcept {
    inspected_lane result;
    result.owner = owner;
    result.index = index;
    result.used = std::min(seen.figures.used, capacity);
    result.refills = seen.figures.refills;
    const tlab_range& tlab = seen.tlab;
    // A TLAB lies in the reserve; that it does in what a race has let us read is made sure here.
    if (tlab.start >= base && tlab.limit > tlab.start && tlab.limit - base <= capacity) {
        result.tlab = {tlab.start - base, tlab.limit - base};
        result.cursor = std::clamp(tlab.cursor, tlab.start, tlab.limit) - base;
    }
    return result;
}

}  // namespace

arena_usage arena_core::show_parts(part_viewer& viewer) const {
    for (;;) {
        const std::uint64_t generation = now();
        const std::size_t region = shards_.edge().region_begin(generation);
        const std::size_t count = lanes_in_use();
        const std::size_t leases = leases_.ever_taken();
        viewer.begin(shards_.count(), count + leases);
        for (std::size_t index = 0; index < shards_.count(); ++index) {
            viewer.see(shown(shards_.view_of(index, generation), index, region, capacity()));
        }
        const auto show = [&](const lane& any, lane_owner owner, std::size_t index) {
            const lane_view seen = view_of(any);
            if (seen.figures.generation == generation) {
                viewer.see(shown(seen, owner, index, address_of(region), capacity()));
            }
        };
        for (std::size_t index = 0; index < count; ++index) {
            show(lanes_[index], kind_ == lane_kind::cpu ? lane_owner::cpu : lane_owner::thread,
                 index);
        }
        for (std::size_t number = 0; number < leases; ++number) {
            show(leases_[number], lane_owner::lease, number);
        }
        // After the parts, and it reads the frontier last: no part ends above it. Of the same
        // generation at its end, and so was all that came before.
        const arena_usage figures = usage();
        if (figures.generation == generation - face_.generation_base) {
            return figures;
        }
    }
}

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
