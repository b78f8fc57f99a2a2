#pragma once

#include <string>
#include <string_view>

#include <memory_arena/detail/version.hpp>

/// \file
/// Names in UTF-8, as they may be after having been cut off somewhere (rank 5).

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

/// U+FFFD, which stands for what is no text.
inline constexpr char32_t replacement = 0xfffd;

/// Takes the first character of `text`, which is not empty; `replacement` for a byte that begins
/// none (an overlong form, a surrogate and what lies above U+10FFFF are none), which is then taken.
[[nodiscard]] char32_t take_character(std::string_view& text) noexcept;

/// Adds `character` in UTF-8.
void append_character(std::string& text, char32_t character);

/// U+0000 to U+001F, U+007F to U+009F.
[[nodiscard]] constexpr bool is_control(char32_t character) noexcept {
    return character < 0x20 || (character >= 0x7f && character < 0xa0);
}

/// What a terminal or an XML document may be given of `text`: without control characters, each
/// replaced. Nothing is escaped.
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
