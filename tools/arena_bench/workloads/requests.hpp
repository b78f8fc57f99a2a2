#pragma once

#include "options.hpp"
#include "report/results.hpp"

namespace arena_bench {

/// Latency of requests that arrive when they arrive, whether or not the server is ready for them.
void run_requests(const options& asked, results& found);

}  // namespace arena_bench
