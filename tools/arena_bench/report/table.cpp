#include "report/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <string_view>
#include <vector>

#include "backends/backend_list.hpp"
#include "measure/statistics.hpp"
#include "report/machine.hpp"
#include "report/rows.hpp"
#include "report/text.hpp"
#include "workloads/workload.hpp"

namespace arena_bench {

namespace {

/// What was measured once has no spread, which is not the same as a spread of nothing.
std::string spread(const summary& of) {
    return of.count == 1 ? "once" : fmt::format("±{}", number(of.spread));
}

/// How many times the arena's figure this one is: under 1, the arena loses.
std::string comparison(const cell& mine) {
    if (mine.compared == "baseline" || !mine.to_arena) return "";
    const std::string_view mark =
        mine.compared == "same"     ? " ~"
        : mine.compared == "noisy"  ? " ?"
        : mine.compared == "better" ? " loss"
                                    : "";
    return times(*mine.to_arena).append(mark);
}

/// Median, spread and comparison of one backend in one state; blank if there is no such figure.
std::string cells(const row* of, std::string_view backend) {
    const cell* const mine = of == nullptr ? nullptr : of->find(backend);
    if (mine == nullptr) return fmt::format("{:34}", "");
    return fmt::format("{:>12}{:>9}  {:<11}", number(mine->values.median), spread(mine->values),
                       comparison(*mine));
}

const row* find(const std::vector<row>& rows, const figure& what, state when) {
    for (const row& each : rows) {
        if (each.what == what && each.when == when) return &each;
    }
    return nullptr;
}

void trim_end(std::string& line) { line.erase(line.find_last_not_of(' ') + 1); }

std::string verdict_line(std::string_view when, const row* of) {
    if (of == nullptr || of->best.how == verdict::kind::alone) return {};
    return wrapped(fmt::format("best {}: {}", when, of->best.text), "      ");
}

/// One figure of its own: cold and warm beside each other.
std::string single_figure(const std::vector<row>& rows, const row& first) {
    const row* const cold = find(rows, first.what, state::cold);
    const row* const counted = find(rows, first.what, state::counted);
    const row* const warm = find(rows, first.what, state::warm);
    const row* const left = counted != nullptr ? counted : cold;
    const row* const names = left != nullptr ? left : warm;
    std::string text = fmt::format("  {}, {}\n", first.what.name, first.what.unit);
    for (const cell& each : names->cells) {
        std::string line = fmt::format("    {:<14}", each.backend);
        line += cells(left, each.backend) + "    " + cells(warm, each.backend);
        trim_end(line);
        text += line + '\n';
    }
    text += verdict_line(counted != nullptr ? "counted" : "cold", left);
    return text + verdict_line("warm", warm);
}

/// A sweep: a backend a line, a setting a column; and who was best at each.
std::string sweep(std::span<const row> rows) {
    const row& first = rows.front();
    std::string text = fmt::format("  {}, {}, {}, by {}\n", first.what.name, first.what.unit,
                                   name_of(first.when), first.what.at->name);
    text += fmt::format("    {:<15}", "");
    for (const row& each : rows) text += fmt::format("{:>9}", each.what.at->label());
    text += '\n';
    std::vector<std::string_view> backends;
    for (const row& each : rows) {
        for (const cell& one : each.cells) {
            if (std::find(backends.begin(), backends.end(), one.backend) == backends.end()) {
                backends.push_back(one.backend);
            }
        }
    }
    for (const std::string_view backend : backends) {
        std::string line = fmt::format("    {:<15}", backend);
        for (const row& each : rows) {
            const cell* const mine = each.find(backend);
            line += fmt::format("{:>9}", mine == nullptr ? "" : number(mine->values.median));
        }
        trim_end(line);
        text += line + '\n';
    }
    std::string line = fmt::format("    {:<15}", "best");
    for (const row& each : rows) {
        const bool named = each.best.how == verdict::kind::winner;
        const std::string best{named ? each.best.backends.front() : name_of(each.best.how)};
        line += fmt::format("{:>9}", best.substr(0, 8));
    }
    return text + line + '\n';
}

bool of_one_sweep(const row& a, const row& b) {
    return a.what.at && b.what.at && a.when == b.when && a.what.is_of_same_sweep(b.what);
}

/// At most so many columns fit beside the names.
constexpr std::size_t most_columns = 9;

std::string figures_of(std::string_view workload, const std::vector<row>& rows) {
    std::string text;
    for (std::size_t i = 0; i < rows.size();) {
        std::size_t end = i + 1;
        while (end < rows.size() && end - i < most_columns && of_one_sweep(rows[i], rows[end])) {
            ++end;
        }
        const row& first = rows[i];
        const auto begin = rows.begin() + static_cast<std::ptrdiff_t>(i);
        // A single figure's states are one table.
        const bool seen = std::any_of(
            rows.begin(), begin, [&](const row& earlier) { return earlier.what == first.what; });
        if (first.what.workload == workload && first.what.at) {
            text += sweep(std::span{rows}.subspan(i, end - i));
        } else if (first.what.workload == workload && !seen) {
            text += single_figure(rows, first);
        }
        i = end;
    }
    return text;
}

std::string notes(const results& found) {
    std::string lines;
    for (const results::note& each : found.notes()) {
        lines += wrapped(fmt::format("{}: {}.", each.workload, each.text), "  ");
    }
    return lines;
}

std::string peers(const results& found) {
    std::string text;
    const auto add = [&text](std::string_view name, std::string_view label) {
        text += fmt::format("{}{}: {}", text.empty() ? "" : "; ", name, label);
    };
    for_each_backend([&]<backend B>() { add(B::name, B::label); });
    for (const results::contender& each : found.contenders()) add(each.name, each.label);
    std::string lines = wrapped(text + ".", "  ");
    for (const missing_peer& each : missing_peers()) {
        lines += wrapped(fmt::format("{} skipped: {}.", each.name, each.why), "  ");
    }
    return lines;
}

std::string legend() {
    return wrapped(
        "cold: a fresh backend's first round, after malloc_trim(0); warm: after that and "
        "one unmeasured round. Each figure is a median ± the median deviation from it, of "
        "repetitions that take the backends in turn. 3.00x: three times the arena's; "
        "loss: the arena is the worse one; ~: no more than a tenth apart, or than the clock can "
        "tell; ?: the medians' 95 % intervals overlap, and that of the turns' differences is on "
        "both "
        "sides of zero.",
        "  ");
}

std::string colophon(const results& found) {
    const machine here = describe_machine();
    const build made = describe_build();
    std::string text = wrapped(
        fmt::format(
            "{}, {} cores, {}; {}, huge pages: {}, {}; {} {} ({}), commit {}; took {:.0f} s.",
            here.processor, here.cores, here.memory, here.kernel, here.huge_pages, here.c_library,
            made.compiler, made.type, made.flags, made.commit, found.seconds),
        "  ");
    if (!made.optimised) text += "  NOT OPTIMISED: these figures say nothing about speed.\n";
    if (found.partial) text += "  PARTIAL: interrupted, what came later is missing.\n";
    return text;
}

}  // namespace

std::string to_table(const results& found) {
    const std::vector<row> rows = rows_of(found);
    std::string table = fmt::format("{:<18}{:>12}{:>9}  {:<11}    {:>12}{:>9}  {}\n", "", "cold",
                                    "±", "to arena", "warm", "±", "to arena");
    std::string_view workload;
    for (const row& each : rows) {
        if (each.what.workload == workload) continue;
        workload = each.what.workload;
        table += fmt::format(
            "{}{}\n", workload, expects_loss(workload) ? " (an arena should lose here)" : "");
        table += figures_of(workload, rows);
    }
    table += '\n' + notes(found) + peers(found) + legend() + colophon(found) + '\n';
    for (const std::string& sentence : sum_up(rows, found)) table += wrapped(sentence, "  ");
    return table;
}

}  // namespace arena_bench
