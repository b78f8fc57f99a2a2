#include "inspect/numbers.hpp"

#include <array>
#include <charconv>

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

std::string with_decimals(double value, int decimals) {
    std::array<char, 400> text{};  // the largest double has 309 digits before its point
    const auto end = std::to_chars(
        text.data(), text.data() + text.size(), value, std::chars_format::fixed, decimals);
    return {text.data(), end.ptr};
}

std::string in_units(std::size_t bytes) {
    constexpr std::array<const char*, 4> units = {" KiB", " MiB", " GiB", " TiB"};
    if (bytes < 1024) {
        return std::to_string(bytes) + " B";
    }
    double value = static_cast<double>(bytes) / 1024;
    std::size_t unit = 0;
    // What would be written as "1024.0" is 1 of the next unit.
    while (value >= 1023.95 && unit + 1 < units.size()) {
        value /= 1024;
        ++unit;
    }
    return with_decimals(value, 1) + units[unit];
}

std::string in_groups(std::size_t value) {
    const std::string digits = std::to_string(value);
    std::string result;
    for (std::size_t place = 0; place < digits.size(); ++place) {
        if (place != 0 && (digits.size() - place) % 3 == 0) {
            result += ',';
        }
        result += digits[place];
    }
    return result;
}

std::string percentage(std::size_t part, std::size_t whole) {
    return whole == 0
               ? "–"
               : with_decimals(100 * static_cast<double>(part) / static_cast<double>(whole), 1) +
                     " %";
}

const char* text_of(lane_owner owner) noexcept {
    switch (owner) {
        case lane_owner::cpu: return "CPU";
        case lane_owner::lease: return "lease";
        default: return "thread";
    }
}

const char* text_of(lane_path path) noexcept {
    switch (path) {
        case lane_path::mm_cid: return "mm_cid";
        case lane_path::cpu_id: return "cpu_id";
        case lane_path::shards: return "shards";
        default: return "per_thread";
    }
}

const char* text_of(page_kind pages) noexcept {
    switch (pages) {
        case page_kind::transparent_huge: return "transparent_huge";
        case page_kind::explicit_huge: return "explicit_huge";
        default: return "standard";
    }
}

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
