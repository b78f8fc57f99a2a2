#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

/// \file
/// Numbers that are the same on every machine and in every run, and cost next to nothing.

namespace test_support {

/// Spreads a number over 64 bits (the finaliser of splitmix64).
constexpr std::uint64_t mixed(std::uint64_t value) noexcept {
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9U;
    value = (value ^ (value >> 27)) * 0x94d049bb133111ebU;
    return value ^ (value >> 31);
}

class random_source {
public:
    explicit constexpr random_source(std::uint64_t seed) noexcept : state_(seed) {}

    constexpr std::uint64_t next() noexcept { return mixed(state_ += 0x9e3779b97f4a7c15U); }

    /// 0 to `bound` - 1.
    constexpr std::size_t below(std::size_t bound) noexcept {
        return static_cast<std::size_t>(next() % bound);
    }

    /// `least` to `most`.
    constexpr std::size_t between(std::size_t least, std::size_t most) noexcept {
        return least + below(most - least + 1);
    }

    /// `least` to `most`, each doubling as likely as the next: mostly small numbers.
    constexpr std::size_t skewed(std::size_t least, std::size_t most) noexcept {
        const auto width = static_cast<std::size_t>(std::bit_width(most / least));
        const std::size_t low = least << below(width);
        const std::size_t high = low > most / 2 ? most : 2 * low;
        return between(low, high);
    }

    constexpr bool one_in(std::size_t chances) noexcept { return below(chances) == 0; }

private:
    std::uint64_t state_;
};

}  // namespace test_support
