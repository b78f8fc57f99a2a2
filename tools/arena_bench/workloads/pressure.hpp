#pragma once

#include "options.hpp"
#include "report/results.hpp"

namespace arena_bench {

/// One thread makes small objects while the heap beside it is large, alive and full of holes.
void run_pressure(const options& asked, results& found);

}  // namespace arena_bench
