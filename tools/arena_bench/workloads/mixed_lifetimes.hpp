#pragma once

#include "options.hpp"
#include "report/results.hpp"

namespace arena_bench {

/// Objects of very different lifetimes, freed one by one for hours.
void run_mixed_lifetimes(const options& asked, results& found);

}  // namespace arena_bench
