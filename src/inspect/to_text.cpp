#include <memory_arena/inspect.hpp>

#include <algorithm>
#include <tuple>
#include <utility>

#include "inspect/characters.hpp"
#include "inspect/numbers.hpp"

namespace memory_arena::inline MEMORY_ARENA_ABI {

namespace {

using detail::in_groups;
using detail::in_units;
using detail::percentage;

constexpr std::size_t most_rows = 32;

/// How many columns a terminal needs for `text`: bytes that continue a character take none.
std::size_t width_of(std::string_view text) noexcept {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char byte) {
        return (static_cast<unsigned char>(byte) & 0xc0U) != 0x80;
    }));
}

/// Rows of cells; the first column to the left, the others to the right.
class table {
public:
    using row = std::vector<std::string>;

    void add(row cells) {
        widths_.resize(std::max(widths_.size(), cells.size()));
        for (std::size_t column = 0; column < cells.size(); ++column) {
            widths_[column] = std::max(widths_[column], width_of(cells[column]));
        }
        rows_.push_back(std::move(cells));
    }

    void print(std::string& out) const {
        for (const row& cells : rows_) {
            out += ' ';
            for (std::size_t column = 0; column < cells.size(); ++column) {
                const std::string padding(widths_[column] - width_of(cells[column]), ' ');
                out += column == 0 ? " " + cells[column] + padding : "  " + padding + cells[column];
            }
            out.erase(out.find_last_not_of(' ') + 1);
            out += '\n';
        }
    }

private:
    std::vector<row> rows_;
    std::vector<std::size_t> widths_;
};

void add_figures(std::string& out, const arena_inspection& what) {
    const arena_usage& usage = what.usage;
    table figures;
    const auto add = [&](const char* name, std::size_t bytes) {
        figures.add({name, in_units(bytes), in_groups(bytes), percentage(bytes, what.capacity)});
    };
    add("used", usage.used);
    add("slack", usage.slack);
    add("committed", usage.committed);
    add("peak", usage.peak);
    add("reserved", usage.reserved);
    if (usage.budget != 0 && usage.budget != what.capacity) {
        add("budget", usage.budget);
    }
    figures.print(out);
}

/// Says how many of `all` follow, and how many of them are left out.
void add_heading(std::string& out, const char* text, std::size_t count, std::size_t all) {
    out += text + std::to_string(count);
    if (count != all) {
        out += " of " + std::to_string(all);
    }
    out += count > most_rows ? ", here the first " + std::to_string(most_rows) + "\n" : "\n";
}

void add_shards(std::string& out, const arena_inspection& what) {
    std::vector<inspected_shard> shards = what.shards;
    std::erase_if(shards, [](const inspected_shard& one) { return !one.holds_something(); });
    add_heading(out, "shards that hold something: ", shards.size(), what.shards.size());
    const auto held = [](const inspected_shard& one) {
        return one.run.bytes() + one.shelf.bytes() + one.direct_bytes;
    };
    std::sort(shards.begin(), shards.end(), [&](const auto& left, const auto& right) {
        return std::pair(held(right), left.index) < std::pair(held(left), right.index);
    });
    shards.resize(std::min(shards.size(), most_rows));
    table rows;
    if (!shards.empty()) {
        rows.add({"shard", "run", "at", "shelf", "used past lanes"});
    }
    for (const inspected_shard& one : shards) {
        rows.add({std::to_string(one.index), in_units(one.run.bytes()), in_groups(one.run.begin),
                  in_units(one.shelf.bytes()), in_units(one.direct_bytes)});
    }
    rows.print(out);
}

void add_lanes(std::string& out, const arena_inspection& what) {
    std::vector<inspected_lane> lanes = what.lanes;
    add_heading(out, "lanes of this generation: ", lanes.size(), lanes.size());
    std::sort(lanes.begin(), lanes.end(), [](const auto& left, const auto& right) {
        return std::tie(right.used, left.owner, left.index) <
               std::tie(left.used, right.owner, right.index);
    });
    lanes.resize(std::min(lanes.size(), most_rows));
    table rows;
    if (!lanes.empty()) {
        rows.add({"lane", "used", "refills", "TLAB", "at", "unused of it"});
    }
    for (const inspected_lane& one : lanes) {
        rows.add({detail::text_of(one.owner) + (" " + std::to_string(one.index)),
                  in_units(one.used), std::to_string(one.refills), in_units(one.tlab.bytes()),
                  in_groups(one.tlab.begin), in_units(one.unused())});
    }
    rows.print(out);
}

}  // namespace

std::string to_text(const arena_inspection& what) {
    const arena_usage& usage = what.usage;
    std::string out = what.is_cpu_arena ? "cpu_arena" : "arena";
    out += what.name.empty() ? " without a name" : " \"" + detail::printable(what.name) + "\"";
    out += ", generation " + std::to_string(usage.generation) + "\n";
    add_figures(out, what);
    out += "used or kept: " + in_units(what.used_or_kept()) + " below the frontier, " +
           in_units(what.frontier) + ", are in no run, on no shelf, in no present TLAB\n";
    out += "refills: " + std::to_string(usage.refills) +
           ", refused by the system: " + std::to_string(usage.refused) +
           ", pages: " + detail::text_of(usage.pages) + ", lanes: " + detail::text_of(usage.path);
    out += usage.path_reason.empty() ? "\n" : " (" + std::string(usage.path_reason) + ")\n";
    add_shards(out, what);
    add_lanes(out, what);
    return out;
}

}  // namespace memory_arena::inline MEMORY_ARENA_ABI
