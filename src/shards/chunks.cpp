#include <algorithm>

#include "shards/shard_set.hpp"

/// \file
/// Chunks: whole blocks that a lease takes for its scopes, and the shelves on which it lays them
/// when it needs them no longer (rank 2).
///
/// A shelf is one word that describes all that lies on it. So a compare-and-swap that finds the
/// word that was read finds the same blocks there, whatever happened between.

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

grant shard_set::claim_chunk(std::size_t home, const request& wanted, std::size_t size) noexcept {
    grant result;
    for (;;) {
        const std::uint64_t edge_word = frontier_.load();
        const std::uint64_t generation = now();
        const frontier::state edge = frontier_.seen_by(edge_word, generation);
        if (edge.tag != 0) {
            static_cast<void>(complete(edge_word, generation, nullptr, nullptr));
            continue;
        }
        const need taken = need_at(shape_.position_of(edge.block), generation, wanted);
        outcome got = outcome::no_room;
        if (!taken.extends) {
            got = take_from_shelves(home, generation, wanted, size, result);
        }
        if (got == outcome::no_room) {
            got = take_chunk(edge_word, generation, taken, size, result);
        }
        if (got == outcome::granted) {
            return result;
        }
        if (got == outcome::no_room) {
            return claim(home, {wanted.bytes, wanted.alignment, nullptr});
        }
    }
}

/// Whole blocks from the frontier. Like take_blocks(), but for as many as are useful, and without a
/// rest for anybody else.
shard_set::outcome shard_set::take_chunk(std::uint64_t edge_word, std::uint64_t generation,
                                         const need& taken, std::size_t size,
                                         grant& result) noexcept {
    const frontier::state edge = frontier_.seen_by(edge_word, generation);
    const std::size_t begin = shape_.position_of(edge.block);
    const std::uint64_t left = frontier_.blocks_behind(edge.block);
    if (!taken.possible || taken.least > shape_.position_of(edge.block + left) - begin) {
        return outcome::no_room;
    }
    const std::uint64_t blocks = std::min(shape_.blocks_for(std::max(taken.least, size)), left);
    const std::uint64_t end_block = edge.block + blocks;
    if (!frontier_.advance(edge_word, generation, {end_block, 0, 0})) {
        return outcome::start_again;
    }
    const auto what = taken.extends ? grant::kind::extension : grant::kind::tlab;
    result = {what, begin, shape_.position_of(end_block), generation};
    return outcome::granted;
}

/// The front of what lies on the first shelf with room for `wanted`: `size` bytes of it if there
/// are that many, else what claim() would take.
shard_set::outcome shard_set::take_from_shelves(std::size_t home, std::uint64_t generation,
                                                const request& wanted, std::size_t size,
                                                grant& result) noexcept {
    for (std::size_t step = 0; step < count_; ++step) {
        const outcome got =
            take_from_shelf((home + step) % count_, generation, wanted, size, result);
        if (got != outcome::no_room) {
            return got;
        }
    }
    return outcome::no_room;
}

shard_set::outcome shard_set::take_from_shelf(std::size_t index, std::uint64_t generation,
                                              const request& wanted, std::size_t size,
                                              grant& result) noexcept {
    atomic_word& shelf = shards_[index].shelf;
    std::uint64_t word = shelf.load(std::memory_order_acquire);
    if (now() != generation) {
        return outcome::start_again;
    }
    if (!layout_.is_of(word, generation)) {
        return outcome::no_room;
    }
    const shelved_blocks there = layout_.unpack_shelf(word);
    const std::size_t begin = shape_.position_of(there.first);
    const std::size_t room = shape_.position_of(there.first + there.count) - begin;
    const need taken = need_at(begin, generation, wanted);
    if (!taken.possible || taken.least > room) {
        return outcome::no_room;
    }
    const std::size_t useful = std::max(taken.least, size != 0 ? size : taken.wanted);
    const std::uint64_t blocks = std::min(shape_.blocks_for(useful), there.count);
    if (!shelf.compare_exchange_strong(
            word, layout_.pack_shelf(generation, {there.first + blocks, there.count - blocks}),
            std::memory_order_acq_rel, std::memory_order_relaxed)) {
        return outcome::start_again;
    }
    const auto what = taken.extends                ? grant::kind::extension
                      : size != 0 || taken.as_tlab ? grant::kind::tlab
                                                   : grant::kind::bytes;
    result = {what, begin, shape_.position_of(there.first + blocks), generation};
    return outcome::granted;
}

std::size_t shard_set::shelve(std::size_t home, std::size_t begin, std::size_t end,
                              std::uint64_t generation) noexcept {
    while (begin < end) {
        const std::uint64_t first = shape_.block_of(begin);
        const std::uint64_t count = std::min(shape_.blocks_for(end) - first, layout_.max_shelved());
        if (!shelve_blocks(home, {first, count}, generation)) {
            break;
        }
        begin = shape_.position_of(first + count);
    }
    return begin;
}

/// Lays all of `mine` on one shelf. Whether one had room.
bool shard_set::shelve_blocks(std::size_t home, const shelved_blocks& mine,
                              std::uint64_t generation) noexcept {
    for (std::size_t step = 0; step < count_; ++step) {
        atomic_word& shelf = shards_[(home + step) % count_].shelf;
        std::uint64_t word = shelf.load(std::memory_order_acquire);
        if (now() != generation) {
            return false;
        }
        shelved_blocks next = mine;
        const shelved_blocks there =
            layout_.is_of(word, generation) ? layout_.unpack_shelf(word) : shelved_blocks{};
        if (there.count != 0) {
            // What lies there may continue what comes, or be continued by it.
            if (there.first + there.count != mine.first && mine.first + mine.count != there.first) {
                continue;
            }
            next = {std::min(there.first, mine.first), there.count + mine.count};
        }
        if (next.count <= layout_.max_shelved() &&
            shelf.compare_exchange_strong(word, layout_.pack_shelf(generation, next),
                                          std::memory_order_acq_rel, std::memory_order_relaxed)) {
            return true;
        }
    }
    return false;
}

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
