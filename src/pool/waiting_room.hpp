#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

#include "pool/bell.hpp"

/// \file
/// Where threads wait until something comes back (rank 5).

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

/// Who gives back does so, and then calls came_back(); who finds nothing, wait(). The lock is for
/// who waits, and for who has seen that somebody does.
class waiting_room {
public:
    using clock = std::chrono::steady_clock;

    void came_back() noexcept {
        if (bell_.is_awaited()) [[unlikely]] {
            wake_one();
        }
    }

    /// Calls `take()` until what it returns is true, for ever or up to `deadline`.
    template <class Take>
    auto wait(Take take, const clock::time_point* deadline) {
        std::unique_lock lock(mutex_);
        bell_.enter();
        auto got = take();
        while (!got) {
            if (deadline == nullptr) {
                something_came_.wait(lock);
            } else if (something_came_.wait_until(lock, *deadline) == std::cv_status::timeout) {
                // What woke this thread may be what it leaves without: so one more look.
                got = take();
                break;
            }
            got = take();
        }
        bell_.leave();
        return got;
    }

private:
    void wake_one() noexcept {
        // Whoever has found nothing since it came in is asleep once the lock is had.
        const std::lock_guard lock(mutex_);
        something_came_.notify_one();
    }

    bell bell_;
    std::mutex mutex_;
    std::condition_variable something_came_;
};

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
