#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include <memory_arena/detail/align.hpp>

#include "model/world.hpp"

/// \file
/// Which bytes of a tiny arena belong to somebody, in steps of 16.

namespace model {

class byte_map {
public:
    static constexpr std::size_t most_bytes = 20'480;

    /// Marks `bytes`. False where some of them were marked before.
    bool add(const range& bytes) noexcept {
        bool free = true;
        std::size_t unit = bytes.begin / memory_arena::detail::tlab_boundary;
        const std::size_t end = bytes.end / memory_arena::detail::tlab_boundary;
        while (unit < end) {
            const std::size_t low = unit % 64;
            const std::size_t count = end - unit < 64 - low ? end - unit : 64 - low;
            const std::uint64_t mask = (~std::uint64_t{0} >> (64 - count)) << low;
            free = free && (units_[unit / 64] & mask) == 0;
            units_[unit / 64] |= mask;
            unit += count;
        }
        return free;
    }

    /// Marks what `other` has. False where some of it was marked before.
    bool add(const byte_map& other) noexcept {
        bool free = true;
        for (std::size_t index = 0; index < units_.size(); ++index) {
            free = free && (units_[index] & other.units_[index]) == 0;
            units_[index] |= other.units_[index];
        }
        return free;
    }

    [[nodiscard]] std::size_t bytes() const noexcept {
        std::size_t units = 0;
        for (const std::uint64_t word : units_) {
            units += static_cast<std::size_t>(std::popcount(word));
        }
        return units * memory_arena::detail::tlab_boundary;
    }

private:
    std::array<std::uint64_t, most_bytes / memory_arena::detail::tlab_boundary / 64> units_{};
};

}  // namespace model
