#pragma once

#include <cstddef>
#include <cstdint>

#include "reserve/atomic_word.hpp"
#include "reserve/frontier.hpp"
#include "reserve/page_hold.hpp"

/// \file
/// How a generation ends whose memory is to be inaccessible for a while (rank 1). tests/model tries
/// every interleaving.
///
/// The reserve is regions that generations have in turn: the one that ends is closed, and so are
/// those of the generations before it. Who takes memory need not look at any of this: a position is
/// in one region for ever. Only where a generation begins changes (frontier::begin_in).

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

/// What becomes of the regions' pages.
class region_pages {
public:
    region_pages() = default;
    region_pages(const region_pages&) = delete;
    region_pages& operator=(const region_pages&) = delete;
    virtual ~region_pages() = default;

    /// Makes a region accessible. Whether the system did.
    [[nodiscard]] virtual bool open(std::size_t region) noexcept = 0;
    /// Makes it inaccessible, and gives its pages back. At most so many bytes of it were used.
    virtual void close(std::size_t region, std::size_t used) noexcept = 0;
    /// Makes it fit for the next generation, at once.
    virtual void clean(std::size_t region, std::size_t used) noexcept = 0;
};

/// Ends the generation, and has the next one begin in the next region; in the same one, after a
/// clean(), where the system doesn't open the next. The generation that ended.
std::uint64_t end_generation_in_regions(frontier& edge, page_hold& hold, atomic_word& generation,
                                        region_pages& pages) noexcept;

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
