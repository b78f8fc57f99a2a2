#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <system_error>

#include <memory_arena/detail/contract.hpp>
#include <memory_arena/detail/lane.hpp>

#include "lanes/chunk_tape.hpp"
#include "lanes/free_list.hpp"
#include "reserve/atomic_word.hpp"

/// \file
/// The lanes of an arena's leases: made as they are needed, each used by one lease after another
/// (rank 3).

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

/// A lane that a lease bumps through, and what the lease's owner has to remember beside it. Zero
/// bytes are one that holds nothing.
struct lease_lane : lane {
    /// What the lease sees in its place where a memory checker is to be told of every allocation:
    /// a lane that is always empty.
    [[nodiscard]] lane& facade() noexcept { return facade_; }

    /// How far behind a lane its facade lies, the last member.
    static constexpr std::size_t to_facade() noexcept { return sizeof(lease_lane) - sizeof(lane); }

    // The owner's alone. The lease that comes after it takes them over by the table's free list.
    std::uint64_t book_generation = 0;  ///< what follows is of this generation, or void
    std::size_t open_scopes = 0;
    std::size_t used_before_scopes = 0;  ///< of the lane, when the outermost open scope began
    std::size_t largest_scope = 0;       ///< the most bytes that any scope used
    [[no_unique_address]] scope_serials serials;
    chunk_tape chunks;  ///< while a scope is open, the one taken last is the lane's TLAB

    std::uint32_t number = 0;  ///< in the table; written before the lane is first used
    atomic_word next_free{0};  ///< the table's

private:
    lane facade_;
};

class lease_table {
public:
    lease_table() noexcept = default;
    lease_table(const lease_table&) = delete;
    lease_table& operator=(const lease_table&) = delete;
    ~lease_table();

    /// A lane for a new lease: the one given back last, which may still hold a TLAB, else a fresh
    /// one. Null, and why, where the system has no memory for it. Lock-free.
    [[nodiscard]] lease_lane* take(std::error_code& error) noexcept;

    void give_back(lease_lane& free) noexcept;

    /// One more than the highest number of a lane that was ever taken.
    [[nodiscard]] std::size_t ever_taken() const noexcept {
        return ever_taken_.load(std::memory_order_acquire);
    }

    /// Lane `number`, below ever_taken().
    [[nodiscard]] lease_lane& operator[](std::size_t number) const noexcept;

private:
    // Segment 0 has 64 lanes, each further one as many as all before it.
    static constexpr std::size_t first_segment = 64;
    static constexpr std::size_t segment_count = 15;
    static constexpr std::uint32_t most = std::uint32_t{1} << 20;

    static constexpr std::size_t segment_of(std::size_t number) noexcept {
        return static_cast<std::size_t>(std::bit_width(number / first_segment));
    }
    static constexpr std::size_t first_in(std::size_t segment) noexcept {
        return segment == 0 ? 0 : first_segment << (segment - 1);
    }
    static constexpr std::size_t lanes_in(std::size_t segment) noexcept {
        return segment == 0 ? first_segment : first_in(segment);
    }

    /// Where the free list finds its words.
    [[nodiscard]] auto next_of() const noexcept {
        return [this](std::uint32_t number) noexcept -> atomic_word& {
            return (*this)[number].next_free;
        };
    }
    [[nodiscard]] std::error_code map_segment(std::size_t segment) noexcept;

    std::array<std::atomic<lease_lane*>, segment_count> segments_{};
    std::atomic<std::uint32_t> ever_taken_{0};
    free_list free_;
};

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
