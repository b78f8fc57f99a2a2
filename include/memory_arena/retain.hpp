#pragma once

#include <cstddef>
#include <limits>

#include <memory_arena/detail/version.hpp>

namespace memory_arena::inline MEMORY_ARENA_ABI {

/// What a reset keeps of the pages that are committed; the rest goes back to the system, and is
/// committed anew, as zeros, at its next touch. What the next generation uses lies at the bottom of
/// the reserve, so that is what is kept. Nothing is where arena_options::quarantine is set.
class retain {
public:
    /// All: no system call, and the next generation finds its pages warm.
    static const retain all;

    /// Nothing.
    static const retain none;

    /// As much as the largest of the last eight generations that ended with it used, and a little
    /// more: after one that used far more the memory is given back within eight resets, all at
    /// once, while one that alternates between small and large, or returns to the same size again
    /// and again, keeps what it needs. Where up to a quarter more is committed than that, nothing
    /// is given back.
    static const retain adaptive;

    /// The first `bytes`, rounded up to the page.
    [[nodiscard]] static constexpr retain up_to(std::size_t bytes) noexcept {
        return {kind::up_to, bytes};
    }

    enum class kind : unsigned char { all, up_to, adaptive };
    [[nodiscard]] constexpr kind what() const noexcept { return what_; }
    [[nodiscard]] constexpr std::size_t bytes() const noexcept { return bytes_; }

private:
    // NOLINTNEXTLINE(google-explicit-constructor): private
    constexpr retain(kind what, std::size_t bytes) noexcept : bytes_(bytes), what_(what) {}

    std::size_t bytes_;
    kind what_;
};

inline constexpr retain retain::all{kind::all, std::numeric_limits<std::size_t>::max()};
inline constexpr retain retain::none{kind::up_to, 0};
inline constexpr retain retain::adaptive{kind::adaptive, 0};

}  // namespace memory_arena::inline MEMORY_ARENA_ABI
