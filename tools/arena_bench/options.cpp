#include "options.hpp"

#include <algorithm>

namespace arena_bench {

bool options::wants_workload(std::string_view name) const {
    return std::find(workloads.begin(), workloads.end(), name) != workloads.end();
}

bool options::wants_backend(std::string_view name) const {
    return std::find(backends.begin(), backends.end(), name) != backends.end();
}

}  // namespace arena_bench
