#include "workloads/json_rounds.hpp"

namespace arena_bench {

void measure_rapidjson(const json_plan& /*of*/, const json_documents& /*documents*/,
                       const options& /*asked*/, results& found) {
    found.add_note(
        json_workload,
        "RapidJSON left out: not found when this program was configured; make bench-deps "
        "installs it");
}

}  // namespace arena_bench
