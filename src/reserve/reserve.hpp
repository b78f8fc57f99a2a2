#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <system_error>

#include <memory_arena/detail/version.hpp>

#include "os/prefault.hpp"
#include "os/virtual_memory.hpp"
#include "reserve/geometry.hpp"
#include "reserve/page_options.hpp"

/// \file
/// The region that an arena owns, or was lent (rank 1).

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

class reserve {
public:
    reserve() noexcept = default;

    /// Maps `capacity` bytes, rounded up to 16, that begin `colour` bytes (a multiple of 16, less
    /// than a page) behind a page's beginning, a huge one's where those are asked for. (Explicit
    /// ones do without the colour where it would cost a page more.) Called once, before anything
    /// else. Only address space can be missing: whatever else of `asked` the system refuses is
    /// counted, and the reserve does without. With a quarantine the capacity is whole pages, and
    /// there are several regions of it, of which the first is open.
    [[nodiscard]] std::error_code map(std::size_t capacity, std::size_t colour,
                                      const page_options& asked = {}) noexcept;

    /// Uses the caller's memory: what lies between its 16-byte boundaries. Called in place of map.
    void borrow(std::span<std::byte> buffer) noexcept;

    [[nodiscard]] std::byte* begin() const noexcept { return begin_; }
    [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }

    /// How `count` regions of `capacity` bytes lie. Each has its pages for itself.
    [[nodiscard]] static region_table table_of(std::size_t capacity, std::size_t count) noexcept;
    [[nodiscard]] const region_table& regions() const noexcept { return regions_; }

    /// Whether `pointer` points into the region that begins at position `begin`.
    [[nodiscard]] bool contains(const void* pointer, std::size_t begin = 0) const noexcept;

    /// Has region `index` accessible; inaccessible; without pages. Whether the system did it.
    [[nodiscard]] bool open_region(std::size_t index) const noexcept;
    [[nodiscard]] bool close_region(std::size_t index) const noexcept;
    [[nodiscard]] bool discard_region(std::size_t index) const noexcept;

    /// Whether the pages are the arena's own, and not a caller's.
    [[nodiscard]] bool owns_pages() const noexcept { return own_.begin() != nullptr; }

    /// Gives back the pages that begin within [begin, end), positions from the reserve's beginning,
    /// and the first one of all. Whether the system did. Not of a borrowed one.
    [[nodiscard]] bool discard(std::size_t begin, std::size_t end) const noexcept;

    /// Overwrites `bytes` from position `begin` on with zeros.
    void wipe(std::size_t begin, std::size_t bytes) const noexcept;

    /// Commits the first `bytes`, or the capacity (os/prefault.hpp). Called once, after map(),
    /// before anything is given out.
    void prefault(std::size_t bytes, os::prefault_progress progress, void* context) noexcept;

    /// Bytes that prefault() committed: from the beginning, unless the system had no more.
    [[nodiscard]] std::size_t prefaulted_bytes() const noexcept { return prefaulted_bytes_; }

    /// What the pages are: as asked for, or what the system gave in place of it.
    [[nodiscard]] page_size pages() const noexcept { return page_size_; }

    /// In what pieces pages are committed and given back.
    [[nodiscard]] std::size_t page_bytes() const noexcept { return page_bytes_; }

    /// Calls by which the system refused what map() and prefault() asked for, and could do without.
    [[nodiscard]] std::size_t refused_by_map() const noexcept { return refused_by_map_; }

private:
    [[nodiscard]] std::error_code map_pages(std::size_t bytes, page_size asked) noexcept;
    [[nodiscard]] bool map_from_pool(std::size_t capacity, std::size_t colour) noexcept;
    [[nodiscard]] std::byte* region(std::size_t index) const noexcept {
        return own_.begin() + index * regions_.stride;
    }
    void count_if(const std::error_code& refusal) noexcept { refused_by_map_ += refusal ? 1U : 0U; }

    os::pages own_;  ///< none for a borrowed one
    std::byte* begin_ = nullptr;
    std::size_t capacity_ = 0;  ///< of a region
    region_table regions_;
    std::size_t page_bytes_ = 0;  ///< in which pages are given back
    std::size_t refused_by_map_ = 0;
    std::size_t prefaulted_bytes_ = 0;
    page_size page_size_ = page_size::standard;
};

/// The bytes of `buffer` between its 16-byte boundaries.
[[nodiscard]] std::span<std::byte> usable_part(std::span<std::byte> buffer) noexcept;

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
