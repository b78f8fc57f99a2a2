#pragma once

#include <bit>
#include <cstdint>
#include <string_view>

namespace arena_bench {

/// A checksum over values in the order of a walk.
class json_digest {
public:
    void add(std::uint64_t value) { sum_ = (std::rotl(sum_, 5) ^ value) * 0x9e3779b97f4a7c15U; }
    void add(double value) { add(std::bit_cast<std::uint64_t>(value)); }

    /// Reads each character, but not one by one into the sum.
    void add(std::string_view text) {
        std::uint64_t word = text.size();
        for (const char each : text) word = word * 31 + static_cast<unsigned char>(each);
        add(word);
    }

    [[nodiscard]] std::uint64_t sum() const { return sum_; }

private:
    std::uint64_t sum_ = 0;
};

}  // namespace arena_bench
