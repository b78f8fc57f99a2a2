#include <memory_arena/inspect.hpp>

#include <algorithm>

#include "arena/arena_core.hpp"
#include "arena/arena_list.hpp"
#include "arena/show_parts.hpp"

namespace memory_arena::inline MEMORY_ARENA_ABI {

namespace {

class collector final : public detail::part_viewer {
public:
    explicit collector(arena_inspection& result) noexcept : result_(result) {}

    // The capacity of the vectors stays: a second turn, after a reset, is loads and stores alone.
    void begin(std::size_t shards, std::size_t lanes) override {
        result_.shards.clear();
        result_.shards.reserve(shards);
        result_.lanes.clear();
        // Not for as many leases as there may ever have been; beyond these, the vector grows.
        result_.lanes.reserve(std::min(lanes, usual_lanes));
    }
    void see(const inspected_shard& shard) override { result_.shards.push_back(shard); }
    void see(const inspected_lane& lane) override { result_.lanes.push_back(lane); }

private:
    static constexpr std::size_t usual_lanes = 1024;

    arena_inspection& result_;
};

}  // namespace

std::size_t arena_inspection::used_or_kept() const noexcept {
    std::size_t rest = frontier;
    const auto take = [&rest](const byte_range& range) {
        rest -= range.bytes() < rest ? range.bytes() : rest;
    };
    for (const inspected_shard& shard : shards) {
        take(shard.run);
        take(shard.shelf);
    }
    for (const inspected_lane& lane : lanes) {
        take(lane.tlab);
    }
    return rest;
}

namespace detail {

arena_inspection inspect(const arena_face& face) {
    const arena_core& core = *face.core;
    arena_inspection result;
    result.name = core.name();
    result.is_cpu_arena = core.kind() == lane_kind::cpu;
    result.capacity = core.capacity();
    result.block_bytes = core.block_bytes();
    collector all(result);
    result.usage = core.show_parts(all);
    result.frontier = result.usage.used + result.usage.slack;
    return result;
}

void visit_listed(listed_visitor visit, void* context) {
    struct call {
        listed_visitor visit;
        void* context;
    } mine{visit, context};
    walk_list(
        [](void* passed, const list_entry& entry) {
            const call& one = *static_cast<call*>(passed);
            one.visit(one.context, listed_arena(*entry.face, entry.kind));
        },
        &mine);
}

}  // namespace detail

}  // namespace memory_arena::inline MEMORY_ARENA_ABI
