#include "report/text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace arena_bench {

std::string number(double value) {
    if (value > 0 && value < 0.01) return fmt::format("{:.4f}", value);
    if (value < 10) return fmt::format("{:.2f}", value);
    if (value < 1000) return fmt::format("{:.1f}", value);
    if (value < 1e6) return fmt::format("{:.0f}", value);
    if (value < 1e9) return fmt::format("{:.2f}M", value / 1e6);
    return fmt::format("{:.2f}G", value / 1e9);
}

std::string times(double ratio) {
    if (ratio > 0 && ratio < 0.01) return "<0.01x";
    if (ratio > 9999) return ">9999x";
    return number(ratio) + 'x';
}

std::string wrapped(std::string_view text, std::string_view indent) {
    std::string lines;
    while (text.size() + indent.size() > page_width) {
        std::size_t space = text.rfind(' ', page_width - indent.size());
        if (space == std::string_view::npos) space = text.find(' ');
        if (space == std::string_view::npos) break;
        lines += fmt::format("{}{}\n", indent, text.substr(0, space));
        text.remove_prefix(space + 1);
    }
    return lines + fmt::format("{}{}\n", indent, text);
}

std::string some_of(std::span<const std::string_view> names) {
    constexpr std::size_t most = 4;
    const std::span shown = names.first(std::min(most, names.size()));
    std::string list = fmt::format("{}", fmt::join(shown, ", "));
    if (names.size() == shown.size()) return list;
    return fmt::format("{} and {} more", list, names.size() - shown.size());
}

}  // namespace arena_bench
