#pragma once

#include "options.hpp"
#include "report/results.hpp"

namespace arena_bench {

/// Temporaries that are freed at once, the newest first.
void run_lifo(const options& asked, results& found);

}  // namespace arena_bench
