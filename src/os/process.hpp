#pragma once

#include <cstdint>

#include <memory_arena/detail/version.hpp>

/// \file
/// The process that this is, and its signals (rank 0).

namespace memory_arena::inline MEMORY_ARENA_ABI::os {

/// Never 0; another one in the child of a fork.
[[nodiscard]] std::uint64_t process_id() noexcept;

/// While one lives, no signal handler runs on its thread (unless the system refuses).
class quiet_thread {
public:
    quiet_thread() noexcept;
    quiet_thread(const quiet_thread&) = delete;
    quiet_thread& operator=(const quiet_thread&) = delete;
    ~quiet_thread();

private:
    /// Room for the system's set of signals.
    struct alignas(8) signal_set {
        unsigned char bytes[128];
    };
    signal_set before_{};
    bool blocked_;
};

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::os
