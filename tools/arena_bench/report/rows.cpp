#include "report/rows.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "report/text.hpp"

namespace arena_bench {

namespace {

double resolution_of(const figure& what, const results& found) {
    return what.by_tick_clock ? found.ticks.resolution_ns : what.resolution;
}

relation compare(const cell& a, const cell& b, double resolution) {
    return compare_turns(a.values, *a.samples, b.values, *b.samples, resolution);
}

std::string_view compared_with(const cell& mine, const cell& arena, double resolution) {
    switch (compare(mine, arena, resolution)) {
        case relation::alike: return "same";
        case relation::unclear: return "noisy";
        case relation::apart: break;
    }
    return mine.values.median < arena.values.median ? "better" : "worse";
}

void compare_with_arena(row& of) {
    const cell* const arena = of.find(baseline);
    if (arena == nullptr) return;
    for (cell& each : of.cells) {
        const bool is_arena = &each == arena;
        each.compared = is_arena ? "baseline" : compared_with(each, *arena, of.resolution);
        if (arena->values.median > 0) each.to_arena = each.values.median / arena->values.median;
    }
}

/// The winner is apart from everybody; where nobody is, `how` says whether it is for noise.
verdict judge(const row& of) {
    std::vector<const cell*> order;
    for (const cell& each : of.cells) order.push_back(&each);
    std::stable_sort(order.begin(), order.end(), [](const cell* a, const cell* b) {
        return a->values.median < b->values.median;
    });
    const cell& best = *order.front();
    verdict result{.how = verdict::kind::alone, .backends = {best.backend}, .text = {}};
    if (order.size() == 1) return result;

    result.how = verdict::kind::winner;
    for (const cell* other : order) {
        if (other == &best) continue;
        const relation how = compare(best, *other, of.resolution);
        if (how == relation::apart) continue;
        result.backends.push_back(other->backend);
        if (other == order[1]) {
            result.how = how == relation::alike ? verdict::kind::tie : verdict::kind::noisy;
        } else if (result.how == verdict::kind::winner) {
            result.how = verdict::kind::noisy;
        }
    }
    return result;
}

std::string share(double ratio) {
    return ratio < 10 ? fmt::format("{:.2f}", ratio) : fmt::format("{:.0f}", ratio);
}

/// Those that are as good as the best, and those of whom one cannot tell.
std::string text_of_tie(const verdict& of, const row& about) {
    const cell& best = *about.find(of.backends.front());
    std::vector<std::string_view> alike;
    std::vector<std::string_view> unclear;
    for (const std::string_view each : of.backends) {
        const relation how = compare(best, *about.find(each), about.resolution);
        (how == relation::alike ? alike : unclear).push_back(each);
    }
    const std::string text = fmt::format("no more than a tenth apart: {}", some_of(alike));
    return unclear.empty() ? text : fmt::format("{}; perhaps {}", text, some_of(unclear));
}

std::string text_of(const verdict& of, const row& about) {
    switch (of.how) {
        case verdict::kind::alone: return fmt::format("only {} was measured", of.backends.front());
        case verdict::kind::tie: return text_of_tie(of, about);
        case verdict::kind::noisy:
            return fmt::format("too noisy, or too few rounds, to tell: {}", some_of(of.backends));
        case verdict::kind::winner: break;
    }
    const cell* second = nullptr;
    for (const cell& each : about.cells) {
        if (each.backend == of.backends.front()) continue;
        if (second == nullptr || each.values.median < second->values.median) second = &each;
    }
    const double best = about.find(of.backends.front())->values.median;
    if (best <= 0) {
        return fmt::format("{}, next {}", of.backends.front(), second->backend);
    }
    return fmt::format("{}; {} takes {} times as much", of.backends.front(), second->backend,
                       share(second->values.median / best));
}

/// Where a series belongs: behind the last row of its sweep, or at the end.
row& row_for(const series& each, std::vector<row>& rows) {
    auto place = rows.end();
    for (auto known = rows.begin(); known != rows.end(); ++known) {
        if (known->when != each.when) continue;
        if (known->what == each.what) return *known;
        if (known->what.is_of_same_sweep(each.what)) place = known + 1;
    }
    return *rows.insert(place, {.what = each.what, .when = each.when, .cells = {}, .best = {}});
}

}  // namespace

std::string_view name_of(verdict::kind how) {
    switch (how) {
        case verdict::kind::winner: return "winner";
        case verdict::kind::tie: return "tie";
        case verdict::kind::noisy: return "noisy";
        case verdict::kind::alone: return "alone";
    }
    return "?";
}

const cell* row::find(std::string_view backend) const {
    for (const cell& each : cells) {
        if (each.backend == backend) return &each;
    }
    return nullptr;
}

std::vector<row> rows_of(const results& found) {
    std::vector<row> rows;
    for (const series& each : found.all()) {
        row_for(each, rows)
            .cells.push_back({.backend = each.backend,
                              .samples = &each.samples,
                              .values = summarise(each.samples),
                              .to_arena = std::nullopt,
                              .compared = ""});
    }
    for (row& each : rows) {
        each.resolution = resolution_of(each.what, found);
        const bool exact = is_counted_exactly(each.what.unit);
        for (cell& one : each.cells) one.values.exact = exact;
        compare_with_arena(each);
        each.best = judge(each);
        each.best.text = text_of(each.best, each);
    }
    return rows;
}

}  // namespace arena_bench
