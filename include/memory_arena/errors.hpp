#pragma once

#include <array>
#include <cstddef>
#include <new>
#include <string_view>

#include <memory_arena/detail/compiler.hpp>
#include <memory_arena/usage.hpp>

namespace memory_arena::inline MEMORY_ARENA_ABI {

/// Thrown when an arena can't serve a request. The arena is unchanged and goes on serving what
/// fits. Its text lies inside it: making and copying one takes nothing from the heap.
class MEMORY_ARENA_API arena_exhausted : public std::bad_alloc {
public:
    arena_exhausted(std::string_view arena_name, std::size_t requested_bytes, std::size_t alignment,
                    const arena_usage& now) noexcept;

    /// Names the arena, the bytes and alignment asked for and the bytes left; ends with the five
    /// figures: reserved, committed, used, slack, peak.
    [[nodiscard]] const char* what() const noexcept override { return text_.data(); }

    [[nodiscard]] std::size_t requested_bytes() const noexcept { return requested_bytes_; }

    /// The lesser of capacity and budget, − used, at the time: an upper bound of what could still
    /// be had.
    [[nodiscard]] std::size_t remaining_bytes() const noexcept { return remaining_bytes_; }

private:
    std::size_t requested_bytes_;
    std::size_t remaining_bytes_;
    std::array<char, 384> text_{};
};

/// Called with the text of a failure that would be thrown, in a build without exceptions; when it
/// returns, the process aborts.
using failure_handler = void (*)(const char* text) noexcept;

/// Replaces the handler, which at first writes the text to the standard error stream; null
/// restores that one. Returns the one before. Thread safe. Does nothing else in a build with
/// exceptions, where failures are thrown.
MEMORY_ARENA_API failure_handler set_failure_handler(failure_handler handler) noexcept;

}  // namespace memory_arena::inline MEMORY_ARENA_ABI
