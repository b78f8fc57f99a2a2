#pragma once

#include "options.hpp"
#include "report/results.hpp"

namespace arena_bench {

/// Fills a concurrent skip list, as a database's table in memory is, and drops it.
void run_memtable(const options& asked, results& found);

}  // namespace arena_bench
