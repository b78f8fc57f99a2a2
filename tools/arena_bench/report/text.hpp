#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace arena_bench {

/// Every line of what is printed fits into so many columns.
inline constexpr std::size_t page_width = 100;

/// In at most nine columns.
std::string number(double value);

/// How many times something: "2.50x", in at most six columns.
std::string times(double ratio);

/// `text` in lines of at most page_width, each after `indent`. Only a word that is longer sticks
/// out.
std::string wrapped(std::string_view text, std::string_view indent);

/// The first four, and how many more there are.
std::string some_of(std::span<const std::string_view> names);

}  // namespace arena_bench
