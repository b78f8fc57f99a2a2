#pragma once

#include <cstddef>
#include <cstdint>

#include "reserve/atomic_word.hpp"
#include "reserve/frontier.hpp"
#include "reserve/geometry.hpp"
#include "shards/request.hpp"
#include "shards/shard.hpp"

/// \file
/// The dispensers of an arena, and the protocol by which extents pass from the frontier to them and
/// TLABs from them to lanes (rank 2). Lock-free: a thread that stops anywhere, for ever, keeps
/// nobody from going on. docs/design.md argues it.

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

class shard_set {
public:
    static constexpr std::size_t max_shards = 64;

    struct options {
        std::size_t shard_count = max_shards;
        std::size_t max_tlab_bytes = std::size_t{64} << 10;
    };

    /// `shards` is an array of `options.shard_count`, `base` the reserve's first byte, `generation`
    /// the arena's. All outlive this.
    shard_set(const geometry& shape, const options& chosen, shard* shards, const std::byte* base,
              const atomic_word& generation) noexcept;

    /// The home shard of lane (or thread) number `index`: Fibonacci hashing, so that neighbours
    /// land apart.
    [[nodiscard]] std::size_t home_of(std::uint64_t index) const noexcept {
        const std::uint64_t hash = (index * 0x9E37'79B9'7F4A'7C15U) >> 32;
        return static_cast<std::size_t>((hash * count_) >> 32);
    }

    /// Room for `wanted` from shard `home`, else from the frontier, else from any shard.
    [[nodiscard]] grant claim(std::size_t home, const request& wanted) noexcept;

    /// The short way to a large request (over geometry::large_bytes()): whole blocks from a
    /// frontier that has them, and that nobody is in the way of, in `generation` if that is the
    /// arena's, unless shard `home` has blocks on its shelf. Where it fails, claim() may succeed.
    /// (What is over of the last block stays with the request: it can be extended into it, and
    /// given back whole.)
    struct bytes_range {
        std::size_t begin = 0;
        std::size_t end = 0;  ///< 0: nothing was taken
    };
    [[nodiscard]] bytes_range take_large(std::size_t home, std::size_t bytes, std::size_t alignment,
                                         std::uint64_t generation) noexcept;

    /// How far what ends at `position` can be continued, as far as one look tells.
    [[nodiscard]] std::size_t room_behind(std::size_t home, std::size_t position,
                                          std::uint64_t generation) const noexcept;

    /// Continues what ends at `position` by `bytes`, or by as many as shard `home` has there; from
    /// the frontier by whole blocks. Where it ends then: at `position` if nobody continues it.
    struct continuation {
        std::size_t end = 0;
        bool from_frontier = false;
    };
    [[nodiscard]] continuation claim_behind(std::size_t home, std::size_t position,
                                            std::size_t bytes, std::uint64_t generation) noexcept;

    /// Whole blocks for a lease, of which `wanted` is served: more of the run that it holds
    /// (`wanted.tlab`) where that ends at the frontier, else from a shelf, else from the frontier;
    /// `size` bytes of them if there are that many. When nothing of this is left, what claim()
    /// gives a thread without a lane.
    [[nodiscard]] grant claim_chunk(std::size_t home, const request& wanted,
                                    std::size_t size) noexcept;

    /// Lays [begin, end), whole blocks of a grant, on shelves: for claim_chunk(), and for claim()
    /// when nothing else is left. Where what the shelves had no room for begins.
    [[nodiscard]] std::size_t shelve(std::size_t home, std::size_t begin, std::size_t end,
                                     std::uint64_t generation) noexcept;

    /// Gives the tail [begin, end) of a grant back to shard `home`, where that still stands at its
    /// end; else it stays slack until the reset. Whether it did.
    bool give_back(std::size_t home, std::size_t begin, std::size_t end,
                   std::uint64_t generation) noexcept;

    /// Counts `bytes` that a thread without a lane took in `generation`, at shard `home`.
    void count_direct(std::size_t home, std::size_t bytes, std::uint64_t generation) noexcept;

    /// The bytes so counted in `generation` at shard `home`.
    [[nodiscard]] std::size_t direct_bytes_at(std::size_t home,
                                              std::uint64_t generation) const noexcept {
        return layout_.direct_bytes(
            shards_[home].direct.load(std::memory_order_acquire), generation);
    }

    /// The bytes so counted in `generation`, over all shards.
    [[nodiscard]] std::size_t direct_bytes(std::uint64_t generation) const noexcept;

    [[nodiscard]] std::size_t count() const noexcept { return count_; }

    /// What shard `index` holds in `generation`, if that is still the arena's afterwards.
    [[nodiscard]] shard_view view_of(std::size_t index, std::uint64_t generation) const noexcept {
        const shard& any = shards_[index];
        shard_view result;
        if (const std::uint64_t word = load(index); layout_.is_of(word, generation)) {
            result.run = layout_.unpack(word);
        }
        const std::uint64_t word = any.shelf.load(std::memory_order_acquire);
        if (layout_.is_of(word, generation)) {
            const shelved_blocks shelf = layout_.unpack_shelf(word);
            result.shelf_begin = shape_.position_of(shelf.first);
            result.shelf_end = shape_.position_of(shelf.first + shelf.count);
        }
        result.direct_bytes = direct_bytes_at(index, generation);
        return result;
    }

    /// Words that reset must keep from coming round: each renew() looks at one.
    [[nodiscard]] std::size_t renewable_words() const noexcept { return count_ + 1; }
    void renew(std::size_t index) noexcept;

    /// The bytes of a TLAB for a lane that has used `used` bytes in this generation: 4 KiB at
    /// first, doubling with use.
    [[nodiscard]] std::size_t tlab_bytes(std::size_t used) const noexcept;

    [[nodiscard]] const geometry& shape() const noexcept { return shape_; }
    [[nodiscard]] const frontier& edge() const noexcept { return frontier_; }
    [[nodiscard]] frontier& edge() noexcept { return frontier_; }
    [[nodiscard]] const generation_field& run_field() const noexcept { return layout_.field(); }

private:
    /// What a request takes of a run whose cursor stands at `position`.
    struct need {
        bool possible = false;
        bool extends = false;    ///< the held TLAB ends at `position`
        bool as_tlab = false;    ///< small enough to be served from a TLAB
        std::size_t least = 0;   ///< bytes without which the request can't be served
        std::size_t wanted = 0;  ///< what it takes where there is that much
    };
    [[nodiscard]] need need_at(std::size_t position, std::uint64_t generation,
                               const request& wanted) const noexcept;
    [[nodiscard]] static grant make_grant(const need& taken, std::size_t begin, std::size_t room,
                                          std::uint64_t generation) noexcept;

    enum class outcome : unsigned char { granted, no_room, start_again };

    outcome take(std::size_t index, std::uint64_t word, std::uint64_t generation,
                 const request& wanted, grant& result) noexcept;
    outcome take_from_frontier(std::size_t home, std::uint64_t home_word, std::uint64_t generation,
                               const request& wanted, grant& result) noexcept;
    outcome take_blocks(std::size_t home, std::uint64_t edge_word, std::uint64_t generation,
                        const request& wanted, grant& result) noexcept;
    outcome open_extent(std::size_t home, std::uint64_t home_word, std::uint64_t edge_word,
                        std::uint64_t generation, const request& wanted, grant& result) noexcept;
    outcome complete(std::uint64_t edge_word, std::uint64_t generation, const request* own,
                     grant* result) noexcept;
    outcome probe(std::size_t home, std::uint64_t edge_word, std::uint64_t generation,
                  const request& wanted, grant& result) noexcept;
    void offer_rest(std::size_t home, std::size_t begin, std::uint64_t generation) noexcept;
    /// Whether blocks lie on its shelf: a guess, checked by who takes them.
    [[nodiscard]] bool holds_blocks(std::size_t index, std::uint64_t generation) const noexcept {
        const std::uint64_t word = shards_[index].shelf.load(std::memory_order_relaxed);
        return layout_.is_of(word, generation) && layout_.unpack_shelf(word).count != 0;
    }
    outcome take_from_shelf(std::size_t index, std::uint64_t generation, const request& wanted,
                            std::size_t size, grant& result) noexcept;
    outcome take_from_shelves(std::size_t home, std::uint64_t generation, const request& wanted,
                              std::size_t size, grant& result) noexcept;
    bool shelve_blocks(std::size_t home, const shelved_blocks& mine,
                       std::uint64_t generation) noexcept;
    outcome take_chunk(std::uint64_t edge_word, std::uint64_t generation, const need& taken,
                       std::size_t size, grant& result) noexcept;
    void renew_word(atomic_word& word) noexcept;

    // Acquire: see frontier::load. Every loop reads its word first and the generation second, and
    // acts on the word only if the generation is still the one that it works under.
    [[nodiscard]] std::uint64_t now() const noexcept {
        return generation_.load(std::memory_order_acquire);
    }
    [[nodiscard]] std::uint64_t load(std::size_t index) const noexcept {
        return shards_[index].run.load(std::memory_order_acquire);
    }

    geometry shape_;
    shard_layout layout_;
    std::size_t count_;
    std::size_t largest_tlab_;
    std::size_t smallest_tlab_;
    shard* shards_;
    const std::byte* base_;
    const atomic_word& generation_;
    frontier frontier_;
};

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
