#pragma once

#include <string_view>

#include "options.hpp"
#include "report/results.hpp"

namespace arena_bench {

/// How many instructions an allocation and its share of the drop take: the one figure that no other
/// work on the machine disturbs.
void run_instructions(const options& asked, results& found);

/// The argument with which the program starts itself under callgrind, and what it does then.
inline constexpr std::string_view count_under_callgrind = "--count-under-callgrind";
void execute_what_is_counted();

}  // namespace arena_bench
