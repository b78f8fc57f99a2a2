#include "report/comparison.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <string_view>
#include <vector>

#include "report/results.hpp"
#include "report/text.hpp"

namespace arena_bench {

namespace {

enum class change { better, worse, same, unclear };

std::string_view name_of(change how) {
    switch (how) {
        case change::better: return "better";
        case change::worse: return "worse";
        case change::same: return "same";
        case change::unclear: return "unclear";
    }
    return "?";
}

std::string name_of(const stored_row& of) {
    const std::string name = fmt::format("{}: {}, {}", of.workload, of.figure, of.state);
    return of.at.empty() ? name : fmt::format("{}, {}", name, of.at);
}

/// One backend's figure in both runs.
struct pair_of_cells {
    const stored_row* row;
    const stored_cell* older;
    const stored_cell* newer;
    change how;

    /// None where it was nothing before.
    [[nodiscard]] std::optional<double> ratio() const {
        if (older->values.median <= 0) return std::nullopt;
        return newer->values.median / older->values.median;
    }

    /// The same for twice and half as much.
    [[nodiscard]] double size() const {
        const double old_median = older->values.median;
        const double new_median = newer->values.median;
        if (old_median == new_median) return 0;
        if (old_median <= 0 || new_median <= 0) return std::numeric_limits<double>::infinity();
        return std::abs(std::log(new_median / old_median));
    }
};

struct pair_of_rows {
    const stored_row* older;
    const stored_row* newer;
};

change judge(const stored_cell& older, const stored_cell& newer, double resolution) {
    switch (compare(older.values, newer.values, resolution)) {
        case relation::alike: return change::same;
        case relation::unclear: return change::unclear;
        case relation::apart: break;
    }
    return newer.values.median < older.values.median ? change::better : change::worse;
}

const stored_cell* find_cell(const stored_row& in, std::string_view backend) {
    for (const stored_cell& each : in.cells) {
        if (each.backend == backend) return &each;
    }
    return nullptr;
}

const stored_row* find_row(const stored_run& in, const stored_row& like) {
    for (const stored_row& each : in.rows) {
        if (each.matches(like)) return &each;
    }
    return nullptr;
}

std::vector<pair_of_rows> common_rows(const stored_run& older, const stored_run& newer) {
    std::vector<pair_of_rows> found;
    for (const stored_row& each : older.rows) {
        if (const stored_row* const other = find_row(newer, each)) found.push_back({&each, other});
    }
    return found;
}

std::vector<pair_of_cells> common_cells(const std::vector<pair_of_rows>& rows) {
    std::vector<pair_of_cells> found;
    for (const pair_of_rows& both : rows) {
        const double resolution = std::max(both.older->resolution, both.newer->resolution);
        for (const stored_cell& each : both.older->cells) {
            const stored_cell* const other = find_cell(*both.newer, each.backend);
            if (other == nullptr) continue;
            found.push_back({both.older, &each, other, judge(each, *other, resolution)});
        }
    }
    return found;
}

// How much the peers drifted ----------------------------------------------------------------------

/// What the peers' timings became from one run to the other, though nobody changed them.
struct drift {
    std::size_t timings = 0;
    double ratio = 1;    ///< the median of new to old
    double scatter = 1;  ///< half of them changed by this factor or more, up or down

    /// Is it no larger than what the peers changed by?
    [[nodiscard]] bool hides(const pair_of_cells& each) const {
        return is_time(each.row->unit) && each.size() <= std::abs(std::log(ratio));
    }
};

drift drift_of(const std::vector<pair_of_cells>& pairs) {
    std::vector<double> logarithms;
    std::vector<double> sizes;
    for (const pair_of_cells& each : pairs) {
        if (each.older->ours || !is_time(each.row->unit) || std::isinf(each.size())) continue;
        sizes.push_back(each.size());
        logarithms.push_back(
            std::copysign(each.size(), each.newer->values.median - each.older->values.median));
    }
    if (sizes.empty()) return {};
    return {.timings = sizes.size(),
            .ratio = std::exp(median(logarithms)),
            .scatter = std::exp(median(sizes))};
}

void hide_in_drift(std::vector<pair_of_cells>& pairs, const drift& of) {
    for (pair_of_cells& each : pairs) {
        const bool changed = each.how == change::better || each.how == change::worse;
        if (changed && each.older->ours && of.hides(each)) each.how = change::unclear;
    }
}

/// "30 %" for 1.3, and for 1 / 1.3.
std::string percent(double factor) {
    return fmt::format("{:.0f} %", 100 * (std::exp(std::abs(std::log(factor))) - 1));
}

std::string text_of(const drift& of) {
    if (of.timings == 0) return "No timing of a peer is in both: how noisy they are isn't known.";
    return fmt::format(
        "The peers, whom no change of ours concerns, took {:.2f} times as long in the median of {} "
        "timings, and half of them changed by {} or more, up or down: a timing of ours that "
        "changed by no more than those {} is called unclear.",
        of.ratio, of.timings, percent(of.scatter), percent(of.ratio));
}

// What was found ----------------------------------------------------------------------------------

std::string counts(const std::vector<pair_of_cells>& pairs) {
    std::string text;
    for (const change how : {change::better, change::worse, change::same, change::unclear}) {
        const auto count = std::count_if(
            pairs.begin(), pairs.end(), [how](const pair_of_cells& p) { return p.how == how; });
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, name_of(how));
    }
    return text;
}

std::vector<pair_of_cells> those_of(bool ours, const std::vector<pair_of_cells>& pairs) {
    std::vector<pair_of_cells> found;
    for (const pair_of_cells& each : pairs) {
        if (each.older->ours == ours) found.push_back(each);
    }
    return found;
}

std::string verdict(const std::vector<pair_of_cells>& pairs) {
    const std::vector<pair_of_cells> ours = those_of(true, pairs);
    return fmt::format("{} figures compared: {}; of these {} are of our own arenas: {}.",
                       pairs.size(), counts(pairs), ours.size(), counts(ours));
}

std::vector<std::string> warnings(const stored_run& older, const stored_run& newer) {
    std::vector<std::string> found;
    for (std::size_t i = 0; i < older.conditions.size(); ++i) {
        const auto& [name, before] = older.conditions[i];
        const std::string& now = newer.conditions[i].second;
        if (before != now) found.push_back(fmt::format("another {}: {} / {}", name, before, now));
    }
    for (const stored_run* each : {&older, &newer}) {
        if (each->partial) found.push_back(fmt::format("{} is of a partial run", each->name));
    }
    return found;
}

std::string line_of(const pair_of_cells& each) {
    const std::string head = fmt::format("    {:<7}{:<14}", name_of(each.how), each.older->backend);
    const std::string indent(head.size(), ' ');
    const std::string what = fmt::format("{} ({})", name_of(*each.row), each.row->unit);
    const std::optional<double> ratio = each.ratio();
    const std::string numbers =
        fmt::format("{:>9}{:>9}{:>8}", number(each.older->values.median),
                    number(each.newer->values.median), ratio ? times(*ratio) : "");
    const std::size_t left = page_width - head.size() - numbers.size();
    if (what.size() < left) return fmt::format("{}{:<{}}{}\n", head, what, left, numbers);
    // What is too long has lines of its own.
    std::string lines = wrapped(what, indent);
    lines.replace(0, head.size(), head);
    return lines + fmt::format("{:>{}}\n", numbers, page_width);
}

std::string table(std::string_view title, std::vector<pair_of_cells> pairs) {
    std::erase_if(pairs, [](const pair_of_cells& each) {
        return each.how == change::same || each.how == change::unclear;
    });
    if (pairs.empty()) return fmt::format("  {}: none better or worse\n", title);
    std::stable_sort(
        pairs.begin(), pairs.end(),
        [](const pair_of_cells& a, const pair_of_cells& b) { return a.size() > b.size(); });
    std::string text = fmt::format("  {:<72}{:>9}{:>9}{:>8}\n", title, "old", "new", "ratio");
    for (const pair_of_cells& each : pairs) text += line_of(each);
    return text;
}

// What is in one of them only ---------------------------------------------------------------------

std::string only_in(const stored_run& one, const stored_run& other) {
    std::size_t count = 0;
    std::vector<std::string> names;
    for (const stored_row& row : one.rows) {
        const stored_row* const there = find_row(other, row);
        for (const stored_cell& each : row.cells) {
            if (there != nullptr && find_cell(*there, each.backend) != nullptr) continue;
            ++count;
            const std::string name =
                there == nullptr ? fmt::format("{}: {}", row.workload, row.figure) : each.backend;
            if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
        }
    }
    if (count == 0) return {};
    const std::vector<std::string_view> views{names.begin(), names.end()};
    return wrapped(
        fmt::format("Only in {}: {} figures ({}).", one.name, count, some_of(views)), "  ");
}

// Would both say the same? ------------------------------------------------------------------------

std::string agreement(const std::vector<pair_of_rows>& rows) {
    std::size_t both = 0;
    std::size_t alike = 0;
    std::string others;
    for (const pair_of_rows& each : rows) {
        if (each.older->winner.empty() || each.newer->winner.empty()) continue;
        ++both;
        if (each.older->winner == each.newer->winner) {
            ++alike;
        } else {
            others += wrapped(fmt::format("{}: {}, then {}", name_of(*each.older),
                                          each.older->winner, each.newer->winner),
                              "    ");
        }
    }
    return wrapped(fmt::format("Both name a winner in {} rows, and the same one in {} of them{}",
                               both, alike, others.empty() ? "." : "; not in:"),
                   "  ") +
           others;
}

/// The two smallest medians are further apart than what is always alike, so a winner could be
/// named.
bool could_be_decided(const stored_row& of) {
    std::vector<double> medians;
    for (const stored_cell& each : of.cells) medians.push_back(each.values.median);
    if (medians.size() < 2) return false;
    std::sort(medians.begin(), medians.end());
    return !is_alike(medians[0], medians[1], of.resolution);
}

std::string decided(const stored_run& in) {
    std::size_t all = 0;
    std::size_t named = 0;
    for (const stored_row& each : in.rows) {
        if (!could_be_decided(each)) continue;
        ++all;
        if (!each.winner.empty()) ++named;
    }
    if (all == 0) return fmt::format("none in {}", in.name);
    return fmt::format("{} of {} ({:.0f} %) in {}", named, all,
                       100 * static_cast<double>(named) / static_cast<double>(all), in.name);
}

std::string heading(const stored_run& older, const stored_run& newer) {
    return wrapped(fmt::format("{} (commit {}) against {} (commit {})", newer.name, newer.commit,
                               older.name, older.commit),
                   "");
}

}  // namespace

std::string to_comparison(const document& older, const document& newer) {
    const stored_run before = parse_run(older);
    const stored_run now = parse_run(newer);
    const std::vector<pair_of_rows> rows = common_rows(before, now);
    std::vector<pair_of_cells> pairs = common_cells(rows);
    const drift peers = drift_of(pairs);
    hide_in_drift(pairs, peers);

    std::string text = heading(before, now) + wrapped(verdict(pairs), "  ");
    for (const std::string& each : warnings(before, now)) {
        text += wrapped(fmt::format("WARNING, {}.", each), "  ");
    }
    text += wrapped(text_of(peers), "  ");
    text += wrapped(
        "Separate runs differ by where their code and pages lie and by what else the machine did: "
        "what differs between them holds less than what differs within one, whose backends take "
        "turns.",
        "  ");
    text += '\n' + table("our own", those_of(true, pairs));
    text += '\n' + table("the peers", those_of(false, pairs)) + '\n';
    text += only_in(before, now) + only_in(now, before) + agreement(rows);
    return text + wrapped(fmt::format("Where the best two are more than a tenth apart, a winner is "
                                      "named in {}, and in {}.",
                                      decided(before), decided(now)),
                          "  ");
}

}  // namespace arena_bench
