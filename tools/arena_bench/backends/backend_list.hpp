#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "backends/backend.hpp"
#include "found_backends.hpp"  // made by CMake: those whose libraries it found, and the others' names

namespace arena_bench {

/// Calls `visit.operator()<B>()` for every backend B that was found, the arena first: the table
/// compares with it. A new peer is one file beside this one, and a line in CMakeLists.txt.
template <typename Visit>
void for_each_backend(Visit&& visit) {
    const auto each = [&visit]<backend... Backends>(backend_types<Backends...>) {
        (visit.template operator()<Backends>(), ...);
    };
    each(found_backends{});
}

/// Those that were found and can be used here.
inline std::vector<std::string> backend_names() {
    std::vector<std::string> names;
    for_each_backend([&names]<backend B>() {
        if (why_missing<B>().empty()) names.emplace_back(B::name);
    });
    return names;
}

struct missing_peer {
    std::string name;
    std::string why;
};

/// The others, with the reason.
inline std::vector<missing_peer> missing_peers() {
    std::vector<missing_peer> missing;
    missing.reserve(peers_not_found.size());
    for (const std::string_view name : peers_not_found) {
        missing.push_back({std::string{name}, "not found when this program was configured"});
    }
    for_each_backend([&missing]<backend B>() {
        if (std::string why = why_missing<B>(); !why.empty()) {
            missing.push_back({std::string{B::name}, std::move(why)});
        }
    });
    return missing;
}

}  // namespace arena_bench
