#pragma once

#include <cstddef>
#include <cstdint>

#include <memory_arena/detail/align.hpp>

#include "reserve/atomic_word.hpp"
#include "reserve/geometry.hpp"

/// \file
/// One dispenser: a run of bytes that TLABs are cut from (rank 2).

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

/// The words of a shard. Zero bytes from the kernel are a shard that holds nothing.
struct alignas(isolation) shard {
    atomic_word run{0};     ///< what is left to cut from
    atomic_word direct{0};  ///< used bytes that went to threads without a lane
    atomic_word shelf{0};   ///< whole blocks that were given back
};
static_assert(sizeof(shard) == isolation);

/// What is left of a shard's run, in bytes from the reserve's beginning.
struct run_range {
    std::size_t cursor = 0;
    std::size_t end = 0;

    [[nodiscard]] std::size_t room() const noexcept { return end - cursor; }
};

/// Blocks that lie on a shard's shelf, from number `first` on.
struct shelved_blocks {
    std::uint64_t first = 0;
    std::uint64_t count = 0;
};

/// What a shard holds, in bytes from the reserve's beginning.
struct shard_view {
    run_range run;
    std::size_t shelf_begin = 0;
    std::size_t shelf_end = 0;
    std::size_t direct_bytes = 0;
};

/// How a shard's words are packed: the run as [generation | cursor in granules | blocks 6], the
/// blocks being those from the cursor's to the run's end (0 when the cursor stands there); the
/// direct bytes as [generation | granules]; the shelf as [generation | first block | blocks].
class shard_layout {
public:
    static constexpr unsigned run_bits = 6;

    explicit shard_layout(const geometry& shape) noexcept
        : shape_(shape), field_(shape, shape.granule_bits() + run_bits) {}

    [[nodiscard]] const generation_field& field() const noexcept { return field_; }

    [[nodiscard]] bool is_of(std::uint64_t word, std::uint64_t generation) const noexcept {
        return field_.is_of(word, generation);
    }

    /// The run in `word`, which is of the generation at hand.
    [[nodiscard]] run_range unpack(std::uint64_t word) const noexcept {
        const auto cursor = static_cast<std::size_t>((word >> run_bits) & granule_mask()) * granule;
        const std::uint64_t blocks = word & max_run_blocks;
        if (blocks == 0) {
            return {cursor, cursor};
        }
        return {cursor, shape_.position_of(shape_.block_of(cursor) + blocks)};
    }

    /// A run that ends where block `end_block` begins (or where the reserve ends).
    [[nodiscard]] std::uint64_t pack(std::uint64_t generation, std::size_t cursor,
                                     std::uint64_t end_block) const noexcept {
        const bool used_up = cursor >= shape_.position_of(end_block);
        const std::uint64_t blocks = used_up ? 0 : end_block - shape_.block_of(cursor);
        return field_.pack(generation) |
               (static_cast<std::uint64_t>(cursor / granule) << run_bits) | blocks;
    }

    /// The block that the run in `word` ends before.
    [[nodiscard]] std::uint64_t end_block(const run_range& run) const noexcept {
        return shape_.blocks_for(run.end);
    }

    [[nodiscard]] std::uint64_t pack_direct(std::uint64_t generation,
                                            std::size_t bytes) const noexcept {
        return field_.pack(generation) | (bytes / granule);
    }

    [[nodiscard]] std::size_t direct_bytes(std::uint64_t word,
                                           std::uint64_t generation) const noexcept {
        const std::uint64_t mask = (granule_mask() << run_bits) | max_run_blocks;
        return is_of(word, generation) ? static_cast<std::size_t>(word & mask) * granule : 0;
    }

    /// The blocks on the shelf in `word`, which is of the generation at hand.
    [[nodiscard]] shelved_blocks unpack_shelf(std::uint64_t word) const noexcept {
        const std::uint64_t first_mask = (std::uint64_t{1} << shape_.block_bits()) - 1;
        return {(word >> shelf_bits()) & first_mask, word & max_shelved()};
    }

    [[nodiscard]] std::uint64_t pack_shelf(std::uint64_t generation,
                                           const shelved_blocks& blocks) const noexcept {
        return field_.pack(generation) | (blocks.first << shelf_bits()) | blocks.count;
    }

    /// The most blocks that a shelf holds.
    [[nodiscard]] std::uint64_t max_shelved() const noexcept {
        return (std::uint64_t{1} << shelf_bits()) - 1;
    }

private:
    /// What the number of the first block leaves of the bits below the generation: 12 and more for
    /// blocks of 4 KiB, 7 and more for any.
    [[nodiscard]] unsigned shelf_bits() const noexcept {
        return shape_.granule_bits() + run_bits - shape_.block_bits();
    }
    [[nodiscard]] std::uint64_t granule_mask() const noexcept {
        return (std::uint64_t{1} << shape_.granule_bits()) - 1;
    }

    geometry shape_;
    generation_field field_;
};

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
