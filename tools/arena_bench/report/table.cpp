#include "report/table.hpp"

#include <fmt/format.h>

#include <optional>
#include <string_view>

#include "backends/backend_list.hpp"
#include "measure/statistics.hpp"
#include "report/machine.hpp"

namespace arena_bench {

namespace {

constexpr std::string_view baseline = "arena";
constexpr std::size_t page_width = 100;

std::string number(double value) {
    if (value > 0 && value < 0.01) return fmt::format("{:.4f}", value);
    if (value < 10) return fmt::format("{:.2f}", value);
    if (value < 1000) return fmt::format("{:.1f}", value);
    if (value < 1e6) return fmt::format("{:.0f}", value);
    return fmt::format("{:.2f}M", value / 1e6);
}

/// What was measured once has no spread, which is not the same as a spread of nothing.
std::string spread(const summary& of) {
    return of.count == 1 ? "once" : fmt::format("±{}", number(of.spread));
}

std::optional<summary> summary_of(const results& found, const figure& what,
                                  std::string_view backend, state when) {
    const series* const known = found.find(what, backend, when);
    if (known == nullptr) return std::nullopt;
    return summarise(known->samples);
}

/// How many times the arena's figure this one is: under 1, the arena loses.
std::string comparison(const summary& mine, const std::optional<summary>& arena,
                       double resolution) {
    if (!arena) return "";
    if (arena->median <= 0) return differ(mine, *arena, resolution) ? "" : "~";
    const double ratio = mine.median / arena->median;
    const std::string_view verdict =
        !differ(mine, *arena, resolution) ? " ~"
        : ratio < 1                       ? " loss"
                                          : "";
    if (ratio > 9999) return ">9999x";
    return fmt::format("{}x{}", number(ratio), verdict);
}

/// Median, spread and comparison of one backend in one state; blank if there is no such series.
std::string cells(const results& found, const figure& what, std::string_view backend, state when) {
    const auto mine = summary_of(found, what, backend, when);
    if (!mine) return fmt::format("{:33}", "");
    const bool is_baseline = backend == baseline;
    const auto arena = is_baseline ? std::nullopt : summary_of(found, what, baseline, when);
    const double resolution = what.by_tick_clock ? found.ticks.resolution_ns : 0;
    return fmt::format("{:>12}{:>9}  {:<10}", number(mine->median), spread(*mine),
                       comparison(*mine, arena, resolution));
}

std::string row(const results& found, const figure& what, std::string_view backend) {
    const bool counted = found.find(what, backend, state::unmeasured) != nullptr;
    std::string line = fmt::format("    {:<14}", backend);
    line += cells(found, what, backend, counted ? state::unmeasured : state::cold);
    line += "    " + cells(found, what, backend, state::warm);
    line.erase(line.find_last_not_of(' ') + 1);
    return line + '\n';
}

std::string figure_rows(const results& found, const figure& what) {
    std::string rows = fmt::format("  {}, {}\n", what.name, what.unit);
    for (const std::string_view backend : found.backends_of(what))
        rows += row(found, what, backend);
    return rows;
}

std::string wrapped(std::string_view text, std::string_view indent) {
    std::string lines;
    while (text.size() + indent.size() > page_width) {
        const std::size_t space = text.rfind(' ', page_width - indent.size());
        if (space == std::string_view::npos) break;
        lines += fmt::format("{}{}\n", indent, text.substr(0, space));
        text.remove_prefix(space + 1);
    }
    return lines + fmt::format("{}{}\n", indent, text);
}

std::string notes(const results& found) {
    std::string lines;
    for (const results::note& each : found.notes()) {
        lines += wrapped(fmt::format("{}: {}.", each.workload, each.text), "  ");
    }
    return lines;
}

std::string peers() {
    std::string text;
    for_each_backend([&text]<backend B>() {
        text += fmt::format("{}{}: {}", text.empty() ? "" : "; ", B::name, B::label);
    });
    return wrapped(text + ".", "  ");
}

std::string legend() {
    return wrapped(
        "cold: a fresh backend's first round, after malloc_trim(0); warm: after that and "
        "one unmeasured round. Each figure is a median ± the median deviation from it, of "
        "repetitions that take the backends in turn. 3.00x: three times the arena's; "
        "loss: the arena is the worse one; ~: no more apart than spread and clock explain.",
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
    std::string table = fmt::format("{:<18}{:>12}{:>9}  {:<10}    {:>12}{:>9}  {}\n", "", "cold",
                                    "±", "to arena", "warm", "±", "to arena");
    std::string_view workload;
    for (const figure& what : found.figures()) {
        if (what.workload != workload) table += fmt::format("{}\n", what.workload);
        workload = what.workload;
        table += figure_rows(found, what);
    }
    return table + '\n' + notes(found) + peers() + legend() + colophon(found);
}

}  // namespace arena_bench
