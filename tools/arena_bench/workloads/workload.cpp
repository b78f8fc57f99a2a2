#include "workloads/workload.hpp"

#include <array>

#include "measure/interrupt.hpp"
#include "measure/stopwatch.hpp"
#include "workloads/contention.hpp"
#include "workloads/index.hpp"
#include "workloads/pressure.hpp"

namespace arena_bench {

namespace {

constexpr std::array workloads{
    workload{"contention", "many threads make small objects in one shared arena", run_contention},
    workload{"pressure", "small objects beside a large, fragmented live heap", run_pressure},
    workload{"index", "an inverted index of real text, built on all cores and dropped", run_index},
};

}  // namespace

std::span<const workload> all_workloads() { return workloads; }

void run_workloads(const options& asked, results& found) {
    const stopwatch watch;
    found.ticks = calibrate_ticks();
    for (const workload& each : workloads) {
        if (!interrupted() && asked.wants_workload(each.name)) each.run(asked, found);
    }
    found.partial = interrupted();
    found.seconds = watch.seconds();
}

}  // namespace arena_bench
