#pragma once

#include <string>

#include "report/results.hpp"

namespace arena_bench {

/// The one table: every figure of every backend, cold and warm, beside the arena's; then what was
/// timed, and on what. At most 100 columns wide.
std::string to_table(const results& found);

}  // namespace arena_bench
