#include "os/process.hpp"

#include <new>

#include <unistd.h>
#include <csignal>

namespace memory_arena::inline MEMORY_ARENA_ABI::os {

std::uint64_t process_id() noexcept { return static_cast<std::uint64_t>(getpid()); }

quiet_thread::quiet_thread() noexcept {
    static_assert(sizeof(signal_set) >= sizeof(sigset_t));
    static_assert(alignof(signal_set) >= alignof(sigset_t));
    sigset_t all;
    sigfillset(&all);
    blocked_ = pthread_sigmask(SIG_SETMASK, &all, ::new (&before_) sigset_t) == 0;
}

quiet_thread::~quiet_thread() {
    if (blocked_) {
        pthread_sigmask(SIG_SETMASK, reinterpret_cast<const sigset_t*>(&before_), nullptr);
    }
}

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::os
