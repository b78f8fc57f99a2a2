#include "reserve/frontier.hpp"

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

void frontier::note_peak(std::uint64_t word) noexcept {
    const std::size_t reached = shape_.position_of(unpack(word).block);
    // Relaxed: a figure for queries, that nothing else depends on.
    std::size_t highest = peak_.load(std::memory_order_relaxed);
    while (highest < reached &&
           !peak_.compare_exchange_weak(highest, reached, std::memory_order_relaxed)) {
    }
}

void frontier::renew(const atomic_word& generation) noexcept {
    for (;;) {
        const std::uint64_t word = load();
        const std::uint64_t now = generation.load(std::memory_order_acquire);
        if (!field_.is_old(word, now) || advance(word, now, {})) {
            return;
        }
    }
}

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
