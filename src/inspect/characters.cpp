#include "inspect/characters.hpp"

#include <cstddef>

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

namespace {

/// What the first byte of a character says: how many follow, its own bits, and the least character
/// that needs so many.
struct lead {
    std::size_t following = 0;
    char32_t bits = 0;
    char32_t least = 0;
};

lead lead_of(unsigned char byte) noexcept {
    if (byte >= 0xc0 && byte < 0xe0) {
        return {1, byte & 0x1fU, 0x80};
    }
    if (byte >= 0xe0 && byte < 0xf0) {
        return {2, byte & 0x0fU, 0x800};
    }
    if (byte >= 0xf0 && byte < 0xf8) {
        return {3, byte & 0x07U, 0x10000};
    }
    return {};
}

}  // namespace

char32_t take_character(std::string_view& text) noexcept {
    const auto first = static_cast<unsigned char>(text.front());
    if (first < 0x80) {
        text.remove_prefix(1);
        return first;
    }
    const lead begun = lead_of(first);
    char32_t result = begun.bits;
    bool whole = begun.following != 0 && begun.following < text.size();
    for (std::size_t index = 1; whole && index <= begun.following; ++index) {
        const auto next = static_cast<unsigned char>(text[index]);
        whole = (next & 0xc0U) == 0x80;
        result = (result << 6) | (next & 0x3fU);
    }
    const bool surrogate = result >= 0xd800 && result < 0xe000;
    if (!whole || result < begun.least || result > 0x10ffff || surrogate) {
        text.remove_prefix(1);
        return replacement;
    }
    text.remove_prefix(begun.following + 1);
    return result;
}

void append_character(std::string& text, char32_t character) {
    const auto add = [&text](char32_t byte) { text += static_cast<char>(byte); };
    const auto add_following = [&](unsigned shift) { add(0x80 | ((character >> shift) & 0x3f)); };
    if (character < 0x80) {
        add(character);
    } else if (character < 0x800) {
        add(0xc0 | (character >> 6));
        add_following(0);
    } else if (character < 0x10000) {
        add(0xe0 | (character >> 12));
        add_following(6);
        add_following(0);
    } else {
        add(0xf0 | (character >> 18));
        add_following(12);
        add_following(6);
        add_following(0);
    }
}

std::string printable(std::string_view text) {
    std::string result;
    while (!text.empty()) {
        const char32_t character = take_character(text);
        // The last two are no characters, and XML refuses them.
        const bool refused = is_control(character) || character == 0xfffe || character == 0xffff;
        append_character(result, refused ? replacement : character);
    }
    return result;
}

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
