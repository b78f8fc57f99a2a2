#include "workloads/workload.hpp"

#include <array>

#include "measure/interrupt.hpp"
#include "measure/stopwatch.hpp"
#include "workloads/alternating.hpp"
#include "workloads/churn.hpp"
#include "workloads/contention.hpp"
#include "workloads/first_touch.hpp"
#include "workloads/index.hpp"
#include "workloads/instructions.hpp"
#include "workloads/json.hpp"
#include "workloads/json_document.hpp"
#include "workloads/lifo.hpp"
#include "workloads/memtable.hpp"
#include "workloads/mixed_lifetimes.hpp"
#include "workloads/pressure.hpp"
#include "workloads/requests.hpp"
#include "workloads/reset.hpp"
#include "workloads/sizes.hpp"
#include "workloads/threads.hpp"

namespace arena_bench {

namespace {

constexpr std::array workloads{
    workload{
        "contention", "many threads make small objects in one shared arena", run_contention, true},
    workload{"threads", "the same from one thread to four times the cores", run_threads},
    workload{"sizes", "one thread makes blocks of 8 B to 1 MiB", run_sizes, true},
    workload{"instructions", "how many instructions an allocation takes", run_instructions, true},
    workload{"alternating", "one thread takes from 1 to 16 arenas in turn", run_alternating},
    workload{"churn", "a hundred objects and then the whole arena goes, again and again", run_churn,
             true},
    workload{"reset", "dropping everything, by objects, threads and bytes", run_reset, true},
    workload{"first_touch", "new memory beside memory that was used before", run_first_touch},
    workload{"pressure", "small objects beside a large, fragmented live heap, and without it",
             run_pressure, true},
    workload{
        "index", "an inverted index of real text, built on all cores and dropped", run_index, true},
    workload{"json", "real documents, parsed by Boost.JSON and by RapidJSON, and dropped", run_json,
             true},
    workload{"requests", "how long requests take that come when they come", run_requests, true},
    workload{"memtable", "a skip list that all threads fill, as a database's table in memory",
             run_memtable},
    workload{.name = "lifo",
             .summary = "temporaries that are freed at once, the newest first",
             .run = run_lifo,
             .expects_loss = true},
    workload{.name = "mixed_lifetimes",
             .summary = "a cache whose objects are replaced one by one",
             .run = run_mixed_lifetimes,
             .expects_loss = true},
};

}  // namespace

std::span<const workload> all_workloads() { return workloads; }

bool expects_loss(std::string_view workload_name) {
    for (const workload& each : workloads) {
        if (each.name == workload_name) return each.expects_loss;
    }
    return false;
}

void run_workloads(const options& asked, results& found) {
    const stopwatch watch;
    if (asked.wants_workload("json")) expect_document(asked);
    found.ticks = calibrate_ticks();
    for (const workload& each : workloads) {
        if (!interrupted() && asked.wants_workload(each.name)) each.run(asked, found);
    }
    found.partial = interrupted();
    found.seconds = watch.seconds();
}

}  // namespace arena_bench
