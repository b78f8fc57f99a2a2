#include <fmt/format.h>

#include <algorithm>

#include "report/rows.hpp"

namespace arena_bench {

namespace {

/// What somebody waits for: the time of rounds whose memory isn't new.
bool is_waited_for(const row& each) {
    return each.when == state::warm && is_time(each.what.unit) &&
           !each.what.name.starts_with("CPU");
}

std::string share(double ratio) {
    if (ratio < 10) return fmt::format("{:.1f}", ratio);
    return fmt::format("{:.0f}", ratio);
}

std::string name_of(const row& each) {
    const std::string figure = fmt::format("{}: {}", each.what.workload, each.what.name);
    return each.what.at ? fmt::format("{}, {}", figure, each.what.at->label()) : figure;
}

std::string beside_malloc(const std::vector<const row*>& timings) {
    std::vector<double> gains;
    std::size_t slower = 0;
    for (const row* each : timings) {
        const cell* const peer = each->find("malloc");
        if (peer == nullptr || !peer->to_arena) continue;
        gains.push_back(*peer->to_arena);
        if (peer->compared == "better") ++slower;
    }
    if (gains.empty()) return "Nothing was timed on both the arena and malloc.";
    std::sort(gains.begin(), gains.end());
    return fmt::format(
        "Where memory is warm, malloc took {} times the arena's time in the median of {} timings, "
        "from {} to {} times; in {} of them it was clearly faster than the arena.",
        share(percentile(gains, 0.5)), gains.size(), share(gains.front()), share(gains.back()),
        slower == 0 ? "none" : fmt::format("{}", slower));
}

std::string wins_and_losses(const std::vector<const row*>& timings) {
    std::size_t compared = 0;
    std::size_t first = 0;
    std::size_t beaten = 0;
    const cell* worst = nullptr;
    const row* worst_row = nullptr;
    for (const row* each : timings) {
        if (each->find(baseline) == nullptr || each->cells.size() < 2) continue;
        ++compared;
        const auto& best = each->best.backends;
        if (std::find(best.begin(), best.end(), baseline) != best.end()) ++first;
        bool lost = false;
        for (const cell& other : each->cells) {
            if (other.compared != "better" || !other.to_arena) continue;
            lost = true;
            if (worst == nullptr || *other.to_arena < *worst->to_arena) {
                worst = &other;
                worst_row = each;
            }
        }
        if (lost) ++beaten;
    }
    std::string text = fmt::format(
        "Among everything measured the arena was the fastest, or not told apart from the fastest, "
        "in {} of {} timings, and clearly beaten by somebody in {}",
        first, compared, beaten);
    if (worst == nullptr) return text + '.';
    const double ratio = *worst->to_arena;
    return text + (ratio > 0 ? fmt::format("; worst in \"{}\", where it took {} times {}'s time.",
                                           name_of(*worst_row), share(1 / ratio), worst->backend)
                             : fmt::format("; worst in \"{}\", against {}.", name_of(*worst_row),
                                           worst->backend));
}

std::string how_sure(const std::vector<row>& rows, const results& found) {
    std::size_t contested = 0;
    std::size_t named = 0;
    std::size_t tied = 0;
    for (const row& each : rows) {
        if (each.best.how == verdict::kind::alone) continue;
        ++contested;
        if (each.best.how == verdict::kind::winner) ++named;
        if (each.best.how == verdict::kind::tie) ++tied;
    }
    return fmt::format(
        "Of {} comparisons {} name a winner, {} are within a tenth of each other, and {} were too "
        "noisy on this machine, or had too few rounds, to name one{}.",
        contested, named, tied, contested - named - tied,
        found.partial ? "; the run was cut short, so there would have been more" : "");
}

}  // namespace

std::vector<std::string> sum_up(const std::vector<row>& rows, const results& found) {
    std::vector<const row*> timings;
    for (const row& each : rows) {
        if (is_waited_for(each)) timings.push_back(&each);
    }
    return {beside_malloc(timings), wins_and_losses(timings), how_sure(rows, found)};
}

}  // namespace arena_bench
