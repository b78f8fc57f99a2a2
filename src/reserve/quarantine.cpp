#include "reserve/quarantine.hpp"

#include "os/process.hpp"

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

namespace {

/// As the next generation is to have the memory of this one, nobody gets any meanwhile.
std::uint64_t end_generation_here(frontier& edge, page_hold& hold, atomic_word& generation,
                                  region_pages& pages, std::size_t region) noexcept {
    // A handler that allocates must not wait for the thread that it has interrupted.
    const os::quiet_thread quiet;
    hold.begin(0);
    pages.clean(region, edge.touched());
    const std::uint64_t ended = generation.fetch_add(1, std::memory_order_acq_rel);
    edge.renew(generation, frontier::which::any);
    hold.lift();
    return ended;
}

}  // namespace

std::uint64_t end_generation_in_regions(frontier& edge, page_hold& hold, atomic_word& generation,
                                        region_pages& pages) noexcept {
    // One resetter at a time, until it has closed what it is to close: else one that is slow would
    // close a region that lives again. Nobody who allocates waits for it.
    hold.acquire();
    // Where its memory is, not where the next would begin: in the child of a fork another's reset
    // may have said so already, and never ended.
    const std::size_t ending = edge.region(generation.load(std::memory_order_relaxed));
    const std::size_t next = ending + 1 < edge.region_count() ? ending + 1 : 0;
    std::uint64_t ended = 0;
    // Opened before anybody is sent there, and closed after all were sent away: in the child of a
    // fork, too, where this may stop anywhere.
    if (pages.open(next)) {
        edge.begin_in(next);
        // Release and acquire: as in every reset (arena_core::reset).
        ended = generation.fetch_add(1, std::memory_order_acq_rel);
        // By then it has been noted how far the generation came that has ended.
        edge.renew(generation, frontier::which::any);
        pages.close(ending, edge.touched());
        edge.note_given_back(0);
    } else {
        ended = end_generation_here(edge, hold, generation, pages, ending);
    }
    hold.release();
    return ended;
}

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
