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

namespace {

struct scaled {
    double value = 0;
    const char* unit = "";
};

/// From 1 KiB on.
scaled scale(std::size_t bytes) noexcept {
    constexpr std::array<const char*, 4> units = {" KiB", " MiB", " GiB", " TiB"};
    double value = static_cast<double>(bytes) / 1024;
    std::size_t unit = 0;
    // What would be written as "1024.0" is 1 of the next unit.
    while (value >= 1023.95 && unit + 1 < units.size()) {
        value /= 1024;
        ++unit;
    }
    return {value, units[unit]};
}

}  // namespace

std::string in_units(std::size_t bytes) {
    if (bytes < 1024) {
        return std::to_string(bytes) + " B";
    }
    const scaled size = scale(bytes);
    return with_decimals(size.value, 1) + size.unit;
}

std::string position_in_units(std::size_t bytes) {
    if (bytes < 1024) {
        return std::to_string(bytes);
    }
    const scaled place = scale(bytes);
    std::string text = with_decimals(place.value, 3);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') {
        text.pop_back();
    }
    return text + place.unit;
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
    if (whole == 0) {
        return "–";
    }
    const double percent = 100 * static_cast<double>(part) / static_cast<double>(whole);
    return part != 0 && percent < 0.1 ? "< 0.1 %" : with_decimals(percent, 1) + " %";
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
