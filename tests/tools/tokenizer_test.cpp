#include "workloads/tokenizer.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace arena_bench {
namespace {

using tokens = std::vector<std::pair<std::string, std::uint32_t>>;

tokens tokens_of(std::string_view text) {
    tokens found;
    for_each_token(text, [&found](std::string_view word, std::uint32_t line) {
        found.emplace_back(word, line);
    });
    return found;
}

TEST(tokenizer, splits_at_what_is_in_no_word) {
    EXPECT_EQ(
        tokens_of("int main_2(a, b);"), (tokens{{"int", 1}, {"main_2", 1}, {"a", 1}, {"b", 1}}));
}

TEST(tokenizer, counts_lines_from_one) {
    EXPECT_EQ(tokens_of("a\n\nb\nc"), (tokens{{"a", 1}, {"b", 3}, {"c", 4}}));
}

TEST(tokenizer, keeps_other_scripts_whole) {
    EXPECT_EQ(tokens_of("naïve Größe"), (tokens{{"naïve", 1}, {"Größe", 1}}));
}

TEST(tokenizer, finds_nothing_in_nothing) {
    EXPECT_EQ(tokens_of(""), tokens{});
    EXPECT_EQ(tokens_of(" \n\t;"), tokens{});
}

}  // namespace
}  // namespace arena_bench
