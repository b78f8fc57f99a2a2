// copy_string: every character type, and the terminator that isn't counted.

#include <gtest/gtest.h>

#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

#include <memory_arena/arena.hpp>

#include "support/figures.hpp"

namespace {

using memory_arena::arena;
using test_support::is_aligned;

constexpr std::size_t mebibyte = std::size_t{1} << 20;

/// Characters with traits of their own.
struct own_traits : std::char_traits<char> {};

template <class C>
void expect_copied(arena& a, std::basic_string_view<C> text) {
    const auto copy = a.copy_string(text);
    static_assert(std::is_same_v<decltype(copy), const std::basic_string_view<C>>);
    EXPECT_TRUE(copy == text);
    EXPECT_EQ(copy.data()[copy.size()], C{});
    EXPECT_NE(static_cast<const void*>(copy.data()), static_cast<const void*>(text.data()));
    EXPECT_TRUE(a.contains(copy.data()));
    EXPECT_TRUE(is_aligned(copy.data(), alignof(C)));

    const auto tried = a.try_copy_string(text);
    ASSERT_TRUE(tried.has_value());
    EXPECT_TRUE(*tried == text);
}

TEST(copy_string, copies_every_character_type) {
    arena a(mebibyte);
    expect_copied(a, std::string_view("narrow"));
    expect_copied(a, std::wstring_view(L"wide"));
    expect_copied(a, std::u8string_view(u8"\u00e9"));
    expect_copied(a, std::u16string_view(u"\u20ac"));
    expect_copied(a, std::u32string_view(U"\U0001f600"));
}

TEST(copy_string, takes_what_converts_to_a_view) {
    arena a(mebibyte);
    EXPECT_EQ(a.copy_string("literal"), "literal");
    EXPECT_EQ(a.copy_string(std::string("string")), "string");
    EXPECT_TRUE(a.copy_string(L"literal") == L"literal");
    EXPECT_TRUE(a.copy_string(u"literal") == u"literal");
    EXPECT_TRUE(a.copy_string(U"literal") == U"literal");
    EXPECT_TRUE(a.copy_string(u8"literal") == u8"literal");
    EXPECT_TRUE(a.copy_string(std::u16string(u"string")) == u"string");
    EXPECT_EQ(a.try_copy_string("literal"), "literal");
    EXPECT_EQ(a.try_copy_string(std::string("string")), "string");
}

TEST(copy_string, keeps_the_traits_of_the_view) {
    arena a(mebibyte);
    using view = std::basic_string_view<char, own_traits>;
    const view text("own", 3);
    static_assert(std::is_same_v<decltype(a.copy_string(text)), view>);
    EXPECT_TRUE(a.copy_string(text) == text);
}

TEST(copy_string, copies_nul_characters_too) {
    arena a(mebibyte);
    const std::string_view text("a\0b\0", 4);
    const std::string_view copy = a.copy_string(text);
    EXPECT_EQ(copy.size(), 4U);
    EXPECT_EQ(copy, text);
    EXPECT_EQ(copy.data()[4], '\0');
}

TEST(copy_string, writes_its_terminator_also_in_memory_used_before) {
    arena a(mebibyte);
    std::memset(a.allocate_bytes(64 << 10), 0xff, 64 << 10);
    a.reset();
    for (std::size_t length = 0; length < 100; ++length) {
        const std::string_view copy = a.copy_string(std::string(length, 'x'));
        ASSERT_EQ(std::strlen(copy.data()), length);
    }
}

TEST(copy_string, of_an_empty_text_is_an_empty_c_string) {
    arena a(mebibyte);
    const std::string_view copy = a.copy_string(std::string_view());
    EXPECT_TRUE(copy.empty());
    ASSERT_NE(copy.data(), nullptr);
    EXPECT_EQ(*copy.data(), '\0');
    EXPECT_EQ(a.used_bytes(), 8U);
}

TEST(copy_string, takes_the_characters_and_the_terminator) {
    arena a(mebibyte);
    static_cast<void>(a.copy_string("1234567"));
    EXPECT_EQ(a.used_bytes(), 8U);
    static_cast<void>(a.copy_string("12345678"));
    EXPECT_EQ(a.used_bytes(), 24U);
    static_cast<void>(a.copy_string(U"12"));
    EXPECT_EQ(a.used_bytes(), 40U);
}

TEST(copy_string, may_copy_what_lies_in_the_same_arena) {
    arena a(mebibyte);
    std::string_view newest = a.copy_string(std::string(300, 'x') + "end");
    for (int copies = 0; copies < 1000; ++copies) {
        newest = a.copy_string(newest);
    }
    EXPECT_EQ(newest, std::string(300, 'x') + "end");
}

TEST(copy_string, copies_texts_larger_than_a_tlab) {
    arena a(4 * mebibyte);
    const std::string text(mebibyte, 'y');
    EXPECT_EQ(a.copy_string(text), text);
}

}  // namespace
