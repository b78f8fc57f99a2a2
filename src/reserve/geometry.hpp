#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include <memory_arena/detail/align.hpp>

/// \file
/// How a reserve is divided, and how its packed words are laid out (rank 1).
///
/// The frontier counts blocks, a shard counts granules. Both words carry the low bits of the
/// generation that they belong to above the position, as many as the capacity leaves of 64:
///
///     frontier  [generation | block | blocks on the way 6 | tag 7]
///     shard     [generation | cursor in granules | blocks left 6]
///
/// A reserve with a quarantine (quarantine.hpp) is several regions, one behind the other, of which
/// a generation has one. Positions and blocks are numbered through all of them.

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

/// An extent and a shard's run of extents have at most this many blocks: what 6 bits hold.
inline constexpr std::uint64_t max_run_blocks = 63;

/// The regions of a reserve. Where there are several, their length and their distance are whole
/// blocks, and between one's end and the next one's beginning lies a block at least.
struct region_table {
    std::size_t count = 1;
    std::size_t stride = 0;  ///< bytes from one's beginning to the next one's; 0 for a single one
};

class geometry {
public:
    /// `capacity`, of a region, is a multiple of tlab_boundary. `max_generation_bits` narrows the
    /// generations of the packed words, for tests of their wrapping.
    explicit geometry(std::size_t capacity, unsigned max_generation_bits = 64,
                      const region_table& regions = {}) noexcept
        : capacity_(capacity),
          span_(regions.count == 1 ? capacity : regions.count * regions.stride),
          block_shift_(block_shift_for(capacity)),
          block_count_(blocks_for(capacity)),
          all_blocks_(blocks_for(span_)),
          region_blocks_(regions.stride >> block_shift_),
          block_bits_(static_cast<unsigned>(std::bit_width(all_blocks_))),
          granule_bits_(static_cast<unsigned>(std::bit_width(span_ / granule))),
          max_generation_bits_(max_generation_bits) {}

    /// Bytes that one generation can have, and the blocks of them.
    [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }
    [[nodiscard]] std::uint64_t block_count() const noexcept { return block_count_; }

    /// Those of all regions: positions are below this.
    [[nodiscard]] std::size_t span() const noexcept { return span_; }
    [[nodiscard]] std::uint64_t all_blocks() const noexcept { return all_blocks_; }

    [[nodiscard]] std::size_t region_count() const noexcept {
        return region_blocks_ == 0 ? 1 : static_cast<std::size_t>(all_blocks_ / region_blocks_);
    }
    /// The first block of region `index`.
    [[nodiscard]] std::uint64_t first_block_of(std::size_t index) const noexcept {
        return index * region_blocks_;
    }
    /// The region that has `block`, which may be the one that it ends before.
    [[nodiscard]] std::size_t region_of(std::uint64_t block) const noexcept {
        return region_blocks_ == 0 ? 0 : static_cast<std::size_t>(block / region_blocks_);
    }
    /// How many blocks of its region, and how many bytes, lie before `block`.
    [[nodiscard]] std::uint64_t blocks_before(std::uint64_t block) const noexcept {
        return region_blocks_ == 0 ? block : block % region_blocks_;
    }
    [[nodiscard]] std::size_t bytes_before(std::uint64_t block) const noexcept {
        // In this order: in a single region it costs no more than position_of().
        if (block < block_count_) {
            return static_cast<std::size_t>(block << block_shift_);
        }
        return region_blocks_ == 0 ? capacity_
                                   : static_cast<std::size_t>(blocks_before(block) << block_shift_);
    }

    [[nodiscard]] std::size_t block_bytes() const noexcept {
        return std::size_t{1} << block_shift_;
    }
    [[nodiscard]] unsigned block_shift() const noexcept { return block_shift_; }
    [[nodiscard]] unsigned block_bits() const noexcept { return block_bits_; }
    [[nodiscard]] unsigned granule_bits() const noexcept { return granule_bits_; }

    /// Where block number `block` begins; the last one ends with the reserve.
    [[nodiscard]] std::size_t position_of(std::uint64_t block) const noexcept {
        return block >= all_blocks_ ? span_ : static_cast<std::size_t>(block << block_shift_);
    }

    /// The block that holds `position`.
    [[nodiscard]] std::uint64_t block_of(std::size_t position) const noexcept {
        return position >> block_shift_;
    }

    /// The blocks that `bytes` fill, the last one perhaps in part.
    [[nodiscard]] std::uint64_t blocks_for(std::size_t bytes) const noexcept {
        return (std::uint64_t{bytes} + block_bytes() - 1) >> block_shift_;
    }

    /// The first extents: 16 KiB, less in a reserve where that is over a sixteenth.
    [[nodiscard]] std::uint64_t first_extent_blocks() const noexcept {
        const std::uint64_t share = block_count_ / 16;
        const std::uint64_t usual = (std::uint64_t{16} << 10) >> block_shift_;
        return share < 1 ? 1 : (share < usual ? share : usual);
    }

    /// Requests over a quarter of the largest extent come from the frontier itself.
    [[nodiscard]] std::size_t large_bytes() const noexcept {
        return static_cast<std::size_t>(max_run_blocks << block_shift_) / 4;
    }

    /// The largest TLAB that fits this reserve's extents.
    [[nodiscard]] std::size_t largest_tlab_bytes() const noexcept {
        return static_cast<std::size_t>((max_run_blocks + 1) << block_shift_) / 2;
    }

    /// A generation's low bits, as far as a word with `position_bits` below them holds them.
    [[nodiscard]] unsigned generation_bits(unsigned position_bits) const noexcept {
        const unsigned left = 64 - position_bits;
        return left < max_generation_bits_ ? left : max_generation_bits_;
    }

private:
    /// Blocks are 4 KiB, and less (down to 512 bytes) where there would be fewer than 64 of them.
    static unsigned block_shift_for(std::size_t capacity) noexcept {
        const std::size_t wanted = capacity / 64;
        const std::size_t bytes = wanted < 512 ? 512 : (wanted > 4096 ? 4096 : wanted);
        return static_cast<unsigned>(std::bit_width(bytes)) - 1;
    }

    std::size_t capacity_;
    std::size_t span_;
    unsigned block_shift_;
    std::uint64_t block_count_;
    std::uint64_t all_blocks_;
    std::uint64_t region_blocks_;  ///< from one's first to the next one's; 0 for a single one
    unsigned block_bits_;
    unsigned granule_bits_;
    unsigned max_generation_bits_;
};

/// The generation field at the top of a packed word.
class generation_field {
public:
    generation_field(const geometry& shape, unsigned position_bits) noexcept
        : shift_(position_bits), mask_(low_bits(shape.generation_bits(position_bits))) {}

    /// `generation`, where the word keeps it.
    [[nodiscard]] std::uint64_t pack(std::uint64_t generation) const noexcept {
        return (generation & mask_) << shift_;
    }

    /// Whether `word` belongs to `generation`: by its low bits, which is enough because reset
    /// renews every word before they come round again (shard_set::renew).
    [[nodiscard]] bool is_of(std::uint64_t word, std::uint64_t generation) const noexcept {
        return word >> shift_ == (generation & mask_);
    }

    /// Whether `word` is a quarter of the way round behind `generation`, or more.
    [[nodiscard]] bool is_old(std::uint64_t word, std::uint64_t generation) const noexcept {
        return ((generation - (word >> shift_)) & mask_) >= quarter();
    }

    /// A quarter of the way round, in generations.
    [[nodiscard]] std::uint64_t quarter() const noexcept { return (mask_ >> 2) + 1; }

private:
    static constexpr std::uint64_t low_bits(unsigned count) noexcept {
        return ~std::uint64_t{0} >> (64 - count);
    }

    unsigned shift_;
    std::uint64_t mask_;
};

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
