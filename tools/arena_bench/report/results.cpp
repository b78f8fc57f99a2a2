#include "report/results.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace arena_bench {

bool is_time(std::string_view unit) {
    const std::string_view name = unit.substr(0, unit.find('/'));
    return name == "ns" || name == "us" || name == "ms" || name == "s";
}

std::string_view name_of(state when) {
    switch (when) {
        case state::cold: return "cold";
        case state::warm: return "warm";
        case state::counted: return "counted";
    }
    return "?";
}

bool is_counted_exactly(std::string_view unit) { return unit.starts_with("instructions"); }

std::string setting::label() const {
    if (unit.empty()) return fmt::format("{:.10g}", value);  // a million is 1000000, not 1e+06
    if (unit != "B") return fmt::format("{:.10g} {}", value, unit);
    if (value < 1024) return fmt::format("{:g} B", value);
    if (value < 1024 * 1024) return fmt::format("{:g} KiB", value / 1024);
    return fmt::format("{:g} MiB", value / (1024 * 1024));
}

void results::add(const figure& what, std::string_view backend, state when, double round) {
    series& of = series_of(what, backend, when);
    if (of.turn != turn_ || turn_ == 0) {
        of.turn = turn_;
        of.rounds.clear();
        of.samples.emplace_back();
    }
    of.rounds.push_back(round);
    of.samples.back() = median(of.rounds);
}

series& results::series_of(const figure& what, std::string_view backend, state when) {
    for (series& known : all_) {
        if (known.what == what && known.backend == backend && known.when == when) return known;
    }
    return all_.emplace_back(series{.what = what, .backend = backend, .when = when, .samples = {}});
}

void results::add_note(std::string_view workload, std::string text) {
    const auto same = [&](const note& n) { return n.workload == workload && n.text == text; };
    if (std::none_of(notes_.begin(), notes_.end(), same)) {
        notes_.push_back({workload, std::move(text)});
    }
}

/// All backends of a workload do the same work, so a second value is a bug in one of them.
void results::add_checksum(std::string_view workload, std::string_view backend,
                           std::uint64_t checksum, const std::string& work) {
    bool known = false;
    for (const verified& other : checksums_) {
        if (other.workload != workload || other.work != work) continue;
        known = known || other.backend == backend;
        if (other.checksum == checksum) continue;
        throw std::runtime_error{fmt::format(
            "{}{}{}: {} made {:016x}, but {} made {:016x}", workload, work.empty() ? "" : ", ",
            work, backend, checksum, other.backend, other.checksum)};
    }
    if (!known) checksums_.push_back({workload, backend, checksum, work});
}

const series* results::find(const figure& what, std::string_view backend, state when) const {
    for (const series& known : all_) {
        if (known.what == what && known.backend == backend && known.when == when) return &known;
    }
    return nullptr;
}

void results::add_contender(const contender& known) {
    const auto same = [&](const contender& c) { return c.name == known.name; };
    if (std::none_of(contenders_.begin(), contenders_.end(), same)) contenders_.push_back(known);
}

}  // namespace arena_bench
