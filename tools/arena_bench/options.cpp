#include "options.hpp"

#include <algorithm>

namespace arena_bench {

std::string_view name_of(effort how_long) {
    return by_effort<std::string_view>{.full = "full", .demo = "demo", .quick = "quick"}.of(
        how_long);
}

bool options::wants_workload(std::string_view name) const {
    return std::find(workloads.begin(), workloads.end(), name) != workloads.end();
}

bool options::wants_backend(std::string_view name) const {
    return std::find(backends.begin(), backends.end(), name) != backends.end();
}

}  // namespace arena_bench
