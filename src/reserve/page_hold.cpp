#include "reserve/page_hold.hpp"

#include "os/process.hpp"

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

void page_hold::acquire() noexcept {
    const std::uint64_t me = os::process_id();
    std::uint64_t seen = 0;
    // One of another process is a thread that a fork has left behind: its place is free.
    while (!holder_.compare_exchange_strong(
        seen, me, std::memory_order_acquire, std::memory_order_relaxed)) {
        if (seen == me) {
            holder_.wait(seen, std::memory_order_relaxed);
            seen = 0;
        }
    }
}

void page_hold::release() noexcept {
    holder_.store(0, std::memory_order_release);
    holder_.notify_all();
}

void page_hold::lift() noexcept {
    from_.store(nowhere, std::memory_order_seq_cst);
    from_.notify_all();
}

void page_hold::wait(std::size_t end) noexcept {
    for (;;) {
        const std::uint64_t from = from_.load(std::memory_order_seq_cst);
        if (from >= end) {
            return;
        }
        const std::uint64_t holder = holder_.load(std::memory_order_relaxed);
        if (holder != 0 && holder != os::process_id()) {
            // In the child of a fork that came in between: nobody gives anything back here.
            const os::quiet_thread quiet;
            acquire();
            lift();
            release();
        } else {
            from_.wait(from, std::memory_order_relaxed);
        }
    }
}

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
