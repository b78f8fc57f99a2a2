#pragma once

#include "options.hpp"
#include "report/results.hpp"

namespace arena_bench {

/// Threads each construct many std::int64_t of value 42 in one shared arena, and drop them all.
void run_contention(const options& asked, results& found);

}  // namespace arena_bench
