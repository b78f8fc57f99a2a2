#include "reserve/frontier.hpp"

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

bool frontier::note_end_of(std::uint64_t word) noexcept {
    // Before the second look: who gives pages back replaces such a word first, and what they fell
    // to is no higher for what was true before.
    const std::uint64_t touched = touched_.load(std::memory_order_acquire);
    if (load() != word) {
        return false;
    }
    const std::size_t reached = shape_.bytes_before(unpack(word).block);
    // Relaxed: a figure for queries, that nothing else depends on.
    std::size_t highest = peak_.load(std::memory_order_relaxed);
    while (highest < reached &&
           !peak_.compare_exchange_weak(highest, reached, std::memory_order_relaxed)) {
    }
    raise_touched(touched, reached);
    return true;
}

frontier::place frontier::place_within(std::uint64_t block, std::size_t bytes) const noexcept {
    const std::uint64_t before = shape_.blocks_before(block);
    const std::uint64_t last =
        bytes == shape_.capacity() ? shape_.block_count() : shape_.block_of(bytes);
    return {before, last > before ? last - before : 0};
}

void frontier::raise_touched(std::uint64_t seen, std::size_t bytes) noexcept {
    const std::uint64_t falls = seen >> touched_bits;
    while (seen >> touched_bits == falls && touched_bytes(seen) < bytes &&
           !touched_.compare_exchange_weak(seen, falls << touched_bits | bytes / granule,
                                           std::memory_order_relaxed, std::memory_order_relaxed)) {
    }
}

void frontier::note_given_back(std::size_t bytes) noexcept {
    std::uint64_t seen = touched_.load(std::memory_order_relaxed);
    std::uint64_t next = 0;
    do {
        next = (((seen >> touched_bits) + 1) << touched_bits) | bytes / granule;
    } while (!touched_.compare_exchange_weak(
        seen, next, std::memory_order_release, std::memory_order_relaxed));
}

void frontier::renew(const atomic_word& generation, which words) noexcept {
    for (;;) {
        const std::uint64_t word = load();
        const std::uint64_t now = generation.load(std::memory_order_acquire);
        const bool due = words == which::old ? field_.is_old(word, now) : !is_of(word, now);
        if (!due || advance(word, now, empty())) {
            return;
        }
    }
}

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
