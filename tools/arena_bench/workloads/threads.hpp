#pragma once

#include "options.hpp"
#include "report/results.hpp"

namespace arena_bench {

/// As contention, from one thread to four times the cores.
void run_threads(const options& asked, results& found);

}  // namespace arena_bench
