#pragma once

#include "options.hpp"
#include "report/results.hpp"

namespace arena_bench {

/// New memory beside memory that was used before.
void run_first_touch(const options& asked, results& found);

}  // namespace arena_bench
