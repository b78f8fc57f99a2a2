#pragma once

#include "options.hpp"
#include "report/results.hpp"

namespace arena_bench {

/// A few objects, and then the whole arena goes: made anew each time, or kept and reset.
void run_churn(const options& asked, results& found);

}  // namespace arena_bench
