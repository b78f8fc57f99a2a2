#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

#include <memory_arena/inspect.hpp>
#include <memory_arena/retain.hpp>

#include "fuzz/operations/turn.hpp"
#include "fuzz/system_calls.hpp"

namespace fuzz {

using memory_arena::retain;

void query(turn& now) {
    const auto figures = now.on.usage();
    FUZZ_REQUIRE(figures.used <= figures.reserved && figures.peak <= figures.reserved);
    FUZZ_REQUIRE(figures.used + figures.slack <= figures.reserved);
    const auto parts = now.on.with_arena([](auto& source) { return source.inspect(); });
    std::size_t used = 0;
    for (const auto& shard : parts.shards) {
        FUZZ_REQUIRE(shard.run.end <= parts.frontier && shard.shelf.end <= parts.frontier);
        used += shard.direct_bytes;
    }
    for (const auto& lane : parts.lanes) {
        FUZZ_REQUIRE(lane.tlab.begin <= lane.cursor && lane.cursor <= lane.tlab.end);
        FUZZ_REQUIRE(lane.tlab.end <= parts.frontier);
        used += lane.used;
    }
    FUZZ_REQUIRE(!now.alone || used == figures.used);
    if (now.alone) {
        now.on.require_sound();
    }
}

void trim(turn& now) {
    const std::size_t keep = now.choices.size(now.on.capacity());
    const account figures(now);
    const refusals refused((now.choices.byte() & 7U) == 7 ? 1 : 0);
    now.on.with_arena([keep](auto& source) { source.trim(keep); });
    figures.require_unchanged();
}

void set_budget(turn& now) {
    const std::size_t bytes =
        now.choices.flag() ? now.on.capacity() : now.choices.size(now.on.capacity());
    const account figures(now);
    now.on.with_arena([bytes](auto& source) { source.set_budget(bytes); });
    figures.require_unchanged();
    const std::size_t budget = now.on.usage().budget;
    FUZZ_REQUIRE(!now.alone || budget <= bytes);
    FUZZ_REQUIRE(!now.alone || bytes < now.on.capacity() || budget == now.on.capacity());
}

namespace {

retain some_retain(turn& now, std::uint8_t kind) {
    switch (kind & 3U) {
        case 0: return retain::all;
        case 1: return retain::none;
        case 2: return retain::adaptive;
        default: return retain::up_to(now.choices.size(now.on.capacity()));
    }
}

/// Nothing of the `used` bytes that were there can be read.
void require_clean(turn& now, std::size_t used) {
    const std::size_t bytes = std::clamp(used, std::size_t{64}, std::size_t{1} << 18);
    now.on.with_arena([bytes](auto& source) {
        if (void* const place = source.try_allocate_bytes(bytes, 8)) {
            const std::span all(static_cast<const unsigned char*>(place), bytes);
            FUZZ_REQUIRE(std::all_of(all.begin(), all.end(), subject::is_clean));
            source.deallocate_bytes(place, bytes);
        }
    });
}

}  // namespace

void reset(turn& now) {
    const std::uint8_t how = now.choices.byte();
    const retain kept = some_retain(now, how);
    const auto before = now.on.usage();
    refusals refused((how & 0x0cU) == 0x0c ? static_cast<std::uint8_t>(how >> 4) : std::uint8_t{0});
    now.on.reset([kept](auto& source) { source.reset(kept); });
    const std::size_t refusals_now = refused.end();
    const auto after = now.on.usage();
    FUZZ_REQUIRE(after.used == 0 && after.slack == 0);
    FUZZ_REQUIRE(after.generation == before.generation + 1);
    FUZZ_REQUIRE(after.refused == before.refused + refusals_now);
    FUZZ_REQUIRE(after.peak >= before.peak && after.budget == before.budget);
    if (now.on.owns_pages() && (how & 3U) == 1 && refusals_now == 0) {
        FUZZ_REQUIRE(after.committed == 0);
    }
    if (now.on.wipes()) {
        require_clean(now, before.used);
    }
}

}  // namespace fuzz
