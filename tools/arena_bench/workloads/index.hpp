#pragma once

#include "options.hpp"
#include "report/results.hpp"

namespace arena_bench {

/// An inverted index of real text, built by several threads, asked, and dropped.
void run_index(const options& asked, results& found);

}  // namespace arena_bench
