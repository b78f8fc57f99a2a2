#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <system_error>

#include <memory_arena/detail/version.hpp>

#include "os/virtual_memory.hpp"

/// \file
/// The region that an arena owns, or was lent (rank 1).

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

class reserve {
public:
    reserve() noexcept = default;

    /// Maps `capacity` bytes, rounded up to 16, that begin `colour` bytes (a multiple of 16) behind
    /// a page's beginning. Called once, before anything else.
    [[nodiscard]] std::error_code map(std::size_t capacity, std::size_t colour) noexcept;

    /// Uses the caller's memory: what lies between its 16-byte boundaries. Called in place of map.
    void borrow(std::span<std::byte> buffer) noexcept;

    [[nodiscard]] std::byte* begin() const noexcept { return begin_; }
    [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }
    [[nodiscard]] bool contains(const void* pointer) const noexcept;

    /// Whether the pages are the arena's own, and not a caller's.
    [[nodiscard]] bool owns_pages() const noexcept { return own_.begin() != nullptr; }

    /// Gives back the pages that begin within [begin, end), positions from the reserve's beginning,
    /// and the first one of all. Whether the system did. Not of a borrowed one.
    [[nodiscard]] bool discard(std::size_t begin, std::size_t end) const noexcept;

    /// In what pieces they go back; 0 for a borrowed one.
    [[nodiscard]] std::size_t page_bytes() const noexcept { return page_bytes_; }

    /// Overwrites [0, end) with zeros.
    void wipe(std::size_t end) const noexcept;

    /// Of what map() asked for beside the address space, how much the system refused.
    [[nodiscard]] std::size_t refused_by_map() const noexcept { return refused_by_map_; }

private:
    os::pages own_;  ///< none for a borrowed one
    std::byte* begin_ = nullptr;
    std::size_t capacity_ = 0;
    std::size_t page_bytes_ = 0;  ///< in which pages are given back
    std::size_t refused_by_map_ = 0;
};

/// The bytes of `buffer` between its 16-byte boundaries.
[[nodiscard]] std::span<std::byte> usable_part(std::span<std::byte> buffer) noexcept;

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
