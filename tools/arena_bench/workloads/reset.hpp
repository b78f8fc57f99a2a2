#pragma once

#include "options.hpp"
#include "report/results.hpp"

namespace arena_bench {

/// What it costs to drop everything, by objects, threads and bytes.
void run_reset(const options& asked, results& found);

}  // namespace arena_bench
