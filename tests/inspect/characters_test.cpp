#include "inspect/characters.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "inspect/numbers.hpp"

namespace {

using namespace memory_arena::detail;
using namespace std::string_view_literals;

std::u32string characters_of(std::string_view text) {
    std::u32string result;
    while (!text.empty()) {
        result += take_character(text);
    }
    return result;
}

TEST(take_character, reads_every_length) {
    EXPECT_EQ(characters_of("a\x7f"sv), U"a\x7f");
    EXPECT_EQ(characters_of("\xc2\x80\xdf\xbf"sv), U"\x80\x7ff");
    EXPECT_EQ(characters_of("\xe0\xa0\x80\xef\xbf\xbf"sv), U"\x800\xffff");
    EXPECT_EQ(characters_of("\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"sv), U"\x10000\x10ffff");
    EXPECT_EQ(characters_of("\0"sv), std::u32string(1, U'\0'));
}

TEST(take_character, replaces_each_byte_of_what_is_no_character) {
    EXPECT_EQ(characters_of("\x80z"sv), U"\xfffdz");
    EXPECT_EQ(characters_of("\xc0\xafz"sv), U"\xfffd\xfffdz");                  // overlong
    EXPECT_EQ(characters_of("\xe0\x9f\xbfz"sv), U"\xfffd\xfffd\xfffdz");        // overlong
    EXPECT_EQ(characters_of("\xed\xa0\x80z"sv), U"\xfffd\xfffd\xfffdz");        // a surrogate
    EXPECT_EQ(characters_of("\xf4\x90\x80\x80"sv), std::u32string(4, 0xfffd));  // above U+10FFFF
    EXPECT_EQ(characters_of("\xff"sv), U"\xfffd");
    EXPECT_EQ(characters_of("\xe6\xb1"sv), U"\xfffd\xfffd");  // cut off
    EXPECT_EQ(characters_of("\xe6zz"sv), U"\xfffdzz");
    const std::string_view whole = "\xe6\xb1\x89"sv;
    EXPECT_EQ(characters_of(whole.substr(0, 2)), U"\xfffd\xfffd");  // what follows isn't read
}

TEST(append_character, writes_what_take_character_reads) {
    for (const char32_t character : {U'\0', U'a', U'\x7f', U'\x80', U'\x7ff', U'\x800', U'\xd7ff',
                                     U'\xe000', U'\xffff', U'\x10000', U'\x10ffff'}) {
        std::string text;
        append_character(text, character);
        EXPECT_EQ(characters_of(text), std::u32string(1, character));
    }
}

TEST(printable, replaces_what_terminals_and_xml_refuse) {
    EXPECT_EQ(printable("a\tb\x1b\xc2\x85\xef\xbf\xbf\xc3\xbc"),
              "a\xef\xbf\xbd"
              "b\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xc3\xbc");
}

TEST(in_units, changes_the_unit_before_1024_is_written) {
    EXPECT_EQ(in_units(0), "0 B");
    EXPECT_EQ(in_units(1023), "1023 B");
    EXPECT_EQ(in_units(1024), "1.0 KiB");
    EXPECT_EQ(in_units((1U << 20) - 1), "1.0 MiB");
    EXPECT_EQ(in_units((1U << 20) - 64), "1023.9 KiB");
    EXPECT_EQ(position_in_units(1'179'648), "1.125 MiB");
    EXPECT_EQ(position_in_units(128U << 10), "128 KiB");
    EXPECT_EQ(in_groups(0), "0");
    EXPECT_EQ(in_groups(999), "999");
    EXPECT_EQ(in_groups(1000), "1,000");
    EXPECT_EQ(in_groups(1'234'567), "1,234,567");
    EXPECT_EQ(percentage(1, 0), "–");
    EXPECT_EQ(percentage(0, 10), "0.0 %");
    EXPECT_EQ(percentage(1, 100'000), "< 0.1 %");
    EXPECT_EQ(percentage(1, 8), "12.5 %");
}

}  // namespace
