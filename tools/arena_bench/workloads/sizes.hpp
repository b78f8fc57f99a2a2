#pragma once

#include "options.hpp"
#include "report/results.hpp"

namespace arena_bench {

/// Blocks of one size, then of the next, from 8 B to 1 MiB.
void run_sizes(const options& asked, results& found);

}  // namespace arena_bench
