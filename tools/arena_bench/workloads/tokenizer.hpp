#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace arena_bench {

/// Letters, digits, underscores, and every byte of what is not ASCII.
inline constexpr auto is_word_byte = [] {
    std::array<bool, 256> table{};
    for (std::size_t byte = 0; byte < table.size(); ++byte) {
        table[byte] = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                      (byte >= '0' && byte <= '9') || byte == '_' || byte >= 0x80;
    }
    return table;
}();

/// Calls `visit(word, line)` for each word of `text`, the first line being 1.
template <typename Visit>
void for_each_token(std::string_view text, Visit&& visit) {
    std::uint32_t line = 1;
    std::size_t at = 0;
    while (at < text.size()) {
        if (!is_word_byte[static_cast<unsigned char>(text[at])]) {
            line += text[at] == '\n' ? 1U : 0U;
            ++at;
            continue;
        }
        const std::size_t begin = at;
        while (at < text.size() && is_word_byte[static_cast<unsigned char>(text[at])]) ++at;
        visit(text.substr(begin, at - begin), line);
    }
}

}  // namespace arena_bench
