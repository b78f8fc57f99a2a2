#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>

#include <memory_arena/detail/version.hpp>

/// \file
/// How much check-outs usually use: what a pool's arenas keep by (rank 5).

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

/// Relaxed throughout: a heuristic, each of whose values is one that was noted.
class usual_bytes {
public:
    static constexpr std::uint64_t remembered = 64;
    static constexpr std::size_t exceptions = 4;  ///< of those remembered may have used more

    /// Return number `number`, each of which there is once, was of a check-out that used `bytes`.
    /// Whether what is usual was determined anew: once in `remembered` times.
    bool note(std::uint64_t number, std::size_t bytes) noexcept {
        last_[number % remembered].store(bytes, std::memory_order_relaxed);
        if (number % remembered != remembered - 1) {
            return false;
        }
        determine();
        return true;
    }

    /// What suffices for all but the exceptions, and a quarter more; everything, as long as that
    /// isn't known.
    [[nodiscard]] std::size_t enough() const noexcept {
        return enough_.load(std::memory_order_relaxed);
    }

private:
    void determine() noexcept {
        // The largest so far, ascending; most of the others need one comparison each.
        std::array<std::size_t, exceptions + 1> largest{};
        for (const std::atomic<std::size_t>& each : last_) {
            const std::size_t bytes = each.load(std::memory_order_relaxed);
            if (bytes > largest.front()) {
                largest.front() = bytes;
                for (std::size_t i = 0; i < exceptions && largest[i] > largest[i + 1]; ++i) {
                    std::swap(largest[i], largest[i + 1]);
                }
            }
        }
        enough_.store(largest.front() + largest.front() / 4, std::memory_order_relaxed);
    }

    std::array<std::atomic<std::size_t>, remembered> last_{};
    std::atomic<std::size_t> enough_{std::numeric_limits<std::size_t>::max()};
};

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
