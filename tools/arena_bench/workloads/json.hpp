#pragma once

#include "options.hpp"
#include "report/results.hpp"

namespace arena_bench {

/// Parses real and generated JSON on each backend, walks it and drops it.
void run_json(const options& asked, results& found);

}  // namespace arena_bench
