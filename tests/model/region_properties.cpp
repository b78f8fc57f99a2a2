#include "model/properties.hpp"

/// \file
/// What a quarantine adds: nobody is sent where a touch would end the process.

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

}  // namespace model
