#pragma once

#include "options.hpp"
#include "report/results.hpp"

namespace arena_bench {

/// Several arenas, taken from in turn.
void run_alternating(const options& asked, results& found);

}  // namespace arena_bench
