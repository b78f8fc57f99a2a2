#pragma once

#include <string>
#include <vector>

#include "backends/arena_backend.hpp"
#include "backends/backend.hpp"
#include "backends/malloc_backend.hpp"
#include "backends/monotonic_backend.hpp"
#include "backends/synchronized_pool_backend.hpp"

namespace arena_bench {

/// Calls `visit.operator()<B>()` for every backend B, the arena first: the table compares with it.
/// A new peer is one file beside this one, and its name here.
template <typename Visit>
void for_each_backend(Visit&& visit) {
    const auto each = [&visit]<backend... Backends>() {
        (visit.template operator()<Backends>(), ...);
    };
    each.template
    operator()<arena_backend, malloc_backend, synchronized_pool_backend, monotonic_backend>();
}

inline std::vector<std::string> backend_names() {
    std::vector<std::string> names;
    for_each_backend([&names]<backend B>() { names.emplace_back(B::name); });
    return names;
}

}  // namespace arena_bench
