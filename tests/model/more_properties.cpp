#include "model/properties.hpp"

/// \file
/// The properties beside the protocol of frontier and shards: of direct bytes, and what a
/// quarantine adds, that nobody is sent where a touch would end the process.

namespace model {

/// Where the region ends that has `block`.
std::size_t properties::region_end(std::uint64_t block) const noexcept {
    const auto& shape = arena_.shape();
    return shape.position_of(shape.first_block_of(shape.region_of(block))) + shape.capacity();
}

void properties::check_regions(const world& at) {
    const auto& shape = arena_.shape();
    const std::uint64_t closed = at.words[arena_.closed_word()];
    const auto is_closed = [&](std::uint64_t block) {
        return (closed >> shape.region_of(block) & 1) != 0;
    };
    if (is_closed(arena_.edge_of(at.words).block)) {
        fail("the generation at hand is in a region that is closed");
    }
    for (const possession& one : at.granted) {
        if (one.generation == at.words[generation_word] &&
            is_closed(shape.block_of(one.bytes.begin))) {
            fail("the granted bytes " + std::to_string(one.bytes.begin) + " to " +
                 std::to_string(one.bytes.end) + " are in a region that is closed");
        }
    }
}

void properties::check_direct_bytes(const world& at) {
    const std::uint64_t generation = at.words[generation_word];
    std::size_t expected = 0;
    for (const possession& one : at.granted) {
        expected += one.generation == generation ? one.counted : 0;
    }
    std::size_t found = 0;
    for (std::size_t index = 0; index < arena_.shard_count(); ++index) {
        found +=
            arena_.layout().direct_bytes(at.words[arena_model::direct_word(index)], generation);
    }
    if (found != expected) {
        fail("direct bytes are " + std::to_string(found) + ", not " + std::to_string(expected));
    }
}

}  // namespace model
