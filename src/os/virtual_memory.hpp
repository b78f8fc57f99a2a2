#pragma once

#include <cstddef>
#include <system_error>
#include <utility>

#include <memory_arena/detail/version.hpp>

/// \file
/// Address space from the operating system (rank 0). Nothing above this rank knows a system call.

namespace memory_arena::inline MEMORY_ARENA_ABI::os {

/// Bytes of a page.
[[nodiscard]] std::size_t page_bytes() noexcept;

/// Bytes of a huge page, transparent or from the pool.
inline constexpr std::size_t huge_page_bytes = std::size_t{2} << 20;

/// Pages that belong to one owner, zeroed and committed at first touch. Where the system refuses to
/// unmap them at the end (a process may have only so many mappings, and taking one from the middle
/// of what the kernel has joined makes one more), they are discarded: only their addresses are
/// lost.
class pages {
public:
    pages() noexcept = default;
    /// Takes over what release() let go.
    pages(std::byte* begin, std::size_t bytes) noexcept : begin_(begin), bytes_(bytes) {}
    pages(pages&& other) noexcept;
    pages(const pages&) = delete;
    pages& operator=(const pages&) = delete;
    pages& operator=(pages&&) = delete;
    ~pages();

    /// Maps `bytes`, rounded up to the page, which don't count against the system's commit limit
    /// before they are touched. Called once. What the system says when it refuses.
    [[nodiscard]] std::error_code map(std::size_t bytes) noexcept;

    /// The same, at a multiple of `boundary`, a power of two from a page up: maps more, and gives
    /// back at once what is too much (or at the end, where the system refuses that).
    [[nodiscard]] std::error_code map_on_boundary(std::size_t bytes, std::size_t boundary) noexcept;

    /// Maps `bytes`, rounded up to the huge page, out of the pool that the administrator has set
    /// aside. They are reserved there at once, so a pool that is too small refuses here and not at
    /// the touch, which would kill the process.
    [[nodiscard]] std::error_code map_from_pool(std::size_t bytes) noexcept;

    [[nodiscard]] std::byte* begin() const noexcept { return begin_; }
    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

    /// Calls by which the system refused to take back what map_on_boundary had too much.
    [[nodiscard]] std::size_t surpluses() const noexcept {
        return (before_ != 0 ? 1U : 0U) + (behind_ != 0 ? 1U : 0U);
    }

    /// Leaves them to the caller, who gives them to another owner later, with the bytes that were
    /// mapped.
    std::byte* release() noexcept { return std::exchange(begin_, nullptr); }

private:
    [[nodiscard]] std::error_code map_with(int flags, std::size_t bytes) noexcept;

    std::byte* begin_ = nullptr;
    std::size_t bytes_ = 0;
    std::size_t before_ = 0;  ///< surplus before the beginning
    std::size_t behind_ = 0;  ///< and behind the end
};

/// Gives the pages of [begin, begin + bytes), on page boundaries, back to the system: they read as
/// zeros, and are committed anew at their next touch. What the system says when it refuses.
[[nodiscard]] std::error_code discard(std::byte* begin, std::size_t bytes) noexcept;

/// Has a touch of [begin, begin + bytes), on page boundaries, end the process by a signal from now
/// on; or no longer. What the pages hold stays. What the system says when it refuses.
[[nodiscard]] std::error_code make_inaccessible(std::byte* begin, std::size_t bytes) noexcept;
[[nodiscard]] std::error_code make_accessible(std::byte* begin, std::size_t bytes) noexcept;

/// The system call that pages::map makes, for messages.
inline constexpr const char* map_call = "mmap";

/// Where an error comes from: that call, or what is called `ours`.
[[nodiscard]] inline const char* origin_of(const std::error_code& error,
                                           const char* ours) noexcept {
    return error.category() == std::system_category() ? map_call : ours;
}

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::os
