#pragma once

#include <span>
#include <string_view>

#include "options.hpp"
#include "report/results.hpp"

namespace arena_bench {

/// One thing to measure. A new one is a file beside this one, and a line in workload.cpp.
struct workload {
    std::string_view name;
    std::string_view summary;
    void (*run)(const options&, results&);
    bool in_demo = false;       ///< part of the demo, too
    bool expects_loss = false;  ///< what an arena isn't for: kept so that one sees by how much
};

std::span<const workload> all_workloads();
bool expects_loss(std::string_view workload_name);

/// All that were asked for, one after the other, until done or interrupted.
void run_workloads(const options& asked, results& found);

}  // namespace arena_bench
