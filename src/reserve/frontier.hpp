#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include <memory_arena/detail/align.hpp>

#include "reserve/atomic_word.hpp"
#include "reserve/geometry.hpp"

/// \file
/// The reserve's cursor: below it, memory has been given out in this generation (rank 1).

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

/// One word. Its lowest 7 bits are the tag: 0 when settled, s + 1 when the last `blocks_on_way`
/// blocks are an extent on its way to shard s, which any thread may complete (shard_set::complete).
class frontier {
public:
    static constexpr unsigned tag_bits = 7;
    static constexpr unsigned run_bits = 6;

    explicit frontier(const geometry& shape) noexcept
        : shape_(shape),
          field_(shape, shape.block_bits() + run_bits + tag_bits),
          budget_(shape.capacity()) {}

    /// The word, unpacked, as `generation` sees it: a word of another generation is an empty
    /// reserve.
    struct state {
        std::uint64_t block = 0;          ///< the first that isn't given out
        std::uint64_t blocks_on_way = 0;  ///< the last of them
        unsigned tag = 0;
    };

    // Acquire (and seq_cst, for page_hold): whoever wrote the word had read its generation from the
    // arena, so a reader's later look at that generation can't find an older one: a word never runs
    // ahead of what it sees.
    [[nodiscard]] std::uint64_t load() const noexcept {
        return word_.load(std::memory_order_seq_cst);
    }

    [[nodiscard]] bool is_of(std::uint64_t word, std::uint64_t generation) const noexcept {
        return field_.is_of(word, generation);
    }

    [[nodiscard]] state seen_by(std::uint64_t word, std::uint64_t generation) const noexcept {
        return is_of(word, generation) ? unpack(word) : empty();
    }

    [[nodiscard]] std::uint64_t pack(std::uint64_t generation, const state& next) const noexcept {
        return field_.pack(generation) | (next.block << (run_bits + tag_bits)) |
               (next.blocks_on_way << tag_bits) | next.tag;
    }

    /// Moves the frontier from `word` to `next`, unless somebody was faster. Notes how far a
    /// generation came that ends by it.
    bool advance(std::uint64_t word, std::uint64_t generation, const state& next) noexcept {
        if (!is_of(word, generation) && !note_end_of(word)) {
            return false;
        }
        // Release: what this thread did before is seen by whoever acts on the new word. One order
        // with page_hold: see there.
        return word_.compare_exchange_strong(
            word, pack(generation, next), std::memory_order_seq_cst, std::memory_order_relaxed);
    }

    /// Moves a settled frontier on from `word`, which is of the generation at hand, by `blocks`.
    /// The new word is one addition away from the old: a chain of shifts and masks between the load
    /// and the swap would cost as much as the swap.
    bool advance_by(std::uint64_t word, std::uint64_t blocks) noexcept {
        return word_.compare_exchange_strong(word, word + (blocks << (run_bits + tag_bits)),
                                             std::memory_order_seq_cst, std::memory_order_relaxed);
    }

    /// Bytes given out in `generation`.
    [[nodiscard]] std::size_t bytes(std::uint64_t generation) const noexcept {
        return shape_.bytes_before(seen_by(load(), generation).block);
    }

    /// Where the frontier stands in its region, whatever generation it is of.
    [[nodiscard]] std::size_t position() const noexcept {
        return shape_.bytes_before(unpack(load()).block);
    }

    /// The region that `generation`, the one at hand, has or would begin in, and where that is.
    [[nodiscard]] std::size_t region(std::uint64_t generation) const noexcept {
        return shape_.region_of(seen_by(load(), generation).block);
    }
    [[nodiscard]] std::size_t region_begin(std::uint64_t generation) const noexcept {
        return shape_.position_of(shape_.first_block_of(region(generation)));
    }
    [[nodiscard]] std::size_t region_count() const noexcept { return shape_.region_count(); }
    /// Has later generations begin in `region`. By who ends one (quarantine.hpp), before.
    void begin_in(std::size_t region) noexcept {
        // Relaxed: who finds the next generation finds this, which was stored before.
        first_block_.store(shape_.first_block_of(region), std::memory_order_relaxed);
    }

    /// Bytes that `generation` may still take.
    [[nodiscard]] std::size_t room(std::uint64_t generation) const noexcept {
        return room_behind(seen_by(load(), generation).block);
    }

    /// The highest frontier of any generation, in bytes.
    [[nodiscard]] std::size_t peak() const noexcept {
        const std::size_t now = position();
        const std::size_t before = peak_.load(std::memory_order_relaxed);
        return now > before ? now : before;
    }

    /// The highest frontier, in bytes, since pages were last given back.
    [[nodiscard]] std::size_t touched() const noexcept {
        const std::size_t now = position();
        const std::size_t before = touched_bytes(touched_.load(std::memory_order_relaxed));
        return now > before ? now : before;
    }

    /// The pages up to `bytes` were committed by other means.
    void note_touched(std::size_t bytes) noexcept {
        raise_touched(touched_.load(std::memory_order_relaxed), bytes);
    }

    /// By who gives back, while page_hold keeps all behind `bytes` from use: that is done, and the
    /// frontier's word is of the generation at hand.
    void note_given_back(std::size_t bytes) noexcept;

    /// The most bytes that the frontier may reach.
    [[nodiscard]] std::size_t budget() const noexcept {
        return budget_.load(std::memory_order_relaxed);
    }
    /// How many blocks of its generation lie before `block`, and how many it may still take.
    struct place {
        std::uint64_t before = 0;
        std::uint64_t behind = 0;
    };
    [[nodiscard]] place place_of(std::uint64_t block) const noexcept {
        const std::size_t bytes = budget();
        if (bytes == shape_.span()) [[likely]] {
            return {block, shape_.all_blocks() - block};
        }
        return place_within(block, bytes);
    }
    /// What is left behind block `block`, in blocks and in bytes.
    [[nodiscard]] std::uint64_t blocks_behind(std::uint64_t block) const noexcept {
        return place_of(block).behind;
    }
    [[nodiscard]] std::size_t room_behind(std::uint64_t block) const noexcept {
        return shape_.position_of(block + blocks_behind(block)) - shape_.position_of(block);
    }
    void set_budget(std::size_t bytes) noexcept {
        // Relaxed: who takes memory at the same time goes by the old one or by the new one.
        budget_.store(
            bytes < shape_.capacity() ? bytes : shape_.capacity(), std::memory_order_relaxed);
    }

    /// Gives a word of another generation a fresh stamp: one that is a quarter of the way round
    /// behind, or any. Generations only grow, so one look at `generation` after the word is enough
    /// (see load()).
    enum class which : unsigned char { old, any };
    void renew(const atomic_word& generation, which words) noexcept;

    [[nodiscard]] const generation_field& field() const noexcept { return field_; }

private:
    [[nodiscard]] state unpack(std::uint64_t word) const noexcept {
        const std::uint64_t block_mask = (std::uint64_t{1} << shape_.block_bits()) - 1;
        return {(word >> (run_bits + tag_bits)) & block_mask, (word >> tag_bits) & max_run_blocks,
                static_cast<unsigned>(word & ((1U << tag_bits) - 1))};
    }

    /// What a generation sees that has nothing yet.
    [[nodiscard]] state empty() const noexcept {
        return {first_block_.load(std::memory_order_relaxed), 0, 0};
    }

    /// place_of() with a budget, and in one region of several.
    [[nodiscard]] place place_within(std::uint64_t block, std::size_t bytes) const noexcept;

    /// Raises peak_ and touched_ to the position of `word`, of a generation that has ended. Whether
    /// it is still the frontier's.
    bool note_end_of(std::uint64_t word) noexcept;

    /// Raises touched_ to `bytes`, unless pages were given back since it was `seen`.
    void raise_touched(std::uint64_t seen, std::size_t bytes) noexcept;

    static constexpr unsigned touched_bits = 40;  // granules; above them, how often it fell
    [[nodiscard]] static std::size_t touched_bytes(std::uint64_t touched) noexcept {
        return static_cast<std::size_t>(touched & ((std::uint64_t{1} << touched_bits) - 1)) *
               granule;
    }

    geometry shape_;
    generation_field field_;
    std::atomic<std::size_t> budget_;
    figure_word first_block_{0};  ///< of the generation at hand, or of the next in a moment
    alignas(isolation) atomic_word word_{0};
    std::atomic<std::size_t> peak_{0};
    figure_word touched_{0};
};

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
