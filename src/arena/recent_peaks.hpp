#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include <memory_arena/detail/version.hpp>

/// \file
/// How much the last few generations used: what retain::adaptive goes by (rank 4).

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

/// Relaxed throughout: a heuristic, each of whose values is one that was noted.
class recent_peaks {
public:
    static constexpr std::uint64_t remembered = 8;

    void note(std::uint64_t generation, std::size_t bytes) noexcept {
        peak& mine = peaks_[generation % remembered];
        mine.generation.store(generation, std::memory_order_relaxed);
        mine.bytes.store(bytes, std::memory_order_relaxed);
    }

    /// The most that one of the last `remembered` generations, `generation` included, used.
    [[nodiscard]] std::size_t most(std::uint64_t generation) const noexcept {
        std::size_t highest = 0;
        for (const peak& one : peaks_) {
            if (generation - one.generation.load(std::memory_order_relaxed) < remembered) {
                highest = std::max(highest, one.bytes.load(std::memory_order_relaxed));
            }
        }
        return highest;
    }

private:
    struct peak {
        std::atomic<std::uint64_t> generation{0};
        std::atomic<std::size_t> bytes{0};
    };
    std::array<peak, remembered> peaks_{};
};

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
