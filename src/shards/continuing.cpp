#include <algorithm>

#include <memory_arena/detail/align.hpp>

#include "shards/shard_set.hpp"

/// \file
/// What was granted grows in place (rank 2).

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

std::size_t shard_set::room_behind(std::size_t home, std::size_t position,
                                   std::uint64_t generation) const noexcept {
    const std::uint64_t word = load(home);
    const frontier::state edge = frontier_.seen_by(frontier_.load(), generation);
    std::size_t end = position;
    if (layout_.is_of(word, generation) && layout_.unpack(word).cursor == position) {
        end = layout_.unpack(word).end;
    }
    return end - position +
           (end == shape_.position_of(edge.block) ? frontier_.room_behind(edge.block) : 0);
}

shard_set::continuation shard_set::claim_behind(
    std::size_t home, std::size_t position, std::size_t bytes, std::uint64_t generation) noexcept {
    std::uint64_t word = load(home);
    const std::uint64_t edge_word = frontier_.load();
    // No second look at the generation: something ends at `position` in this one, so words that
    // stand there are of it, and are replaced by words of it; that is nobody's loss where it has
    // ended.
    const run_range run = layout_.is_of(word, generation) ? layout_.unpack(word) : run_range{};
    if (run.room() != 0 && run.cursor == position) {
        const std::size_t end = position + std::min(round_up(bytes, tlab_boundary), run.room());
        const bool taken = shards_[home].run.compare_exchange_strong(
            word, layout_.pack(generation, end, layout_.end_block(run)), std::memory_order_acq_rel,
            std::memory_order_relaxed);
        return {taken ? end : position};
    }
    const frontier::state edge = frontier_.seen_by(edge_word, generation);
    if (edge.tag != 0 || shape_.position_of(edge.block) != position ||
        bytes > frontier_.room_behind(edge.block)) {
        return {position};
    }
    const std::uint64_t end_block = edge.block + shape_.blocks_for(bytes);
    const bool taken = frontier_.advance(edge_word, generation, {end_block, 0, 0});
    return {taken ? shape_.position_of(end_block) : position, true};
}

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
