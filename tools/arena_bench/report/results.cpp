#include "report/results.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace arena_bench {

std::string_view name_of(state when) {
    switch (when) {
        case state::cold: return "cold";
        case state::warm: return "warm";
        case state::unmeasured: return "unmeasured";
    }
    return "?";
}

void results::add(const figure& what, std::string_view backend, state when, double sample) {
    for (series& known : all_) {
        if (known.what == what && known.backend == backend && known.when == when) {
            known.samples.push_back(sample);
            return;
        }
    }
    all_.push_back({.what = what, .backend = backend, .when = when, .samples = {sample}});
}

void results::add_note(std::string_view workload, std::string text) {
    notes_.push_back({workload, std::move(text)});
}

/// All backends of a workload do the same work, so a second value is a bug in one of them.
void results::add_checksum(std::string_view workload, std::string_view backend,
                           std::uint64_t checksum) {
    for (const verified& other : checksums_) {
        if (other.workload != workload || other.checksum == checksum) continue;
        throw std::runtime_error{fmt::format("{}: {} made {:016x}, but {} made {:016x}", workload,
                                             backend, checksum, other.backend, other.checksum)};
    }
    const auto same = [&](const verified& v) {
        return v.workload == workload && v.backend == backend;
    };
    if (std::none_of(checksums_.begin(), checksums_.end(), same)) {
        checksums_.push_back({workload, backend, checksum});
    }
}

const series* results::find(const figure& what, std::string_view backend, state when) const {
    for (const series& known : all_) {
        if (known.what == what && known.backend == backend && known.when == when) return &known;
    }
    return nullptr;
}

std::vector<figure> results::figures() const {
    std::vector<figure> found;
    for (const series& known : all_) {
        if (std::find(found.begin(), found.end(), known.what) == found.end()) {
            found.push_back(known.what);
        }
    }
    return found;
}

std::vector<std::string_view> results::backends_of(const figure& what) const {
    std::vector<std::string_view> found;
    for (const series& known : all_) {
        if (known.what != what) continue;
        if (std::find(found.begin(), found.end(), known.backend) == found.end()) {
            found.push_back(known.backend);
        }
    }
    return found;
}

}  // namespace arena_bench
