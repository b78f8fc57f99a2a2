#include <memory_arena/inspect.hpp>

#include <algorithm>
#include <utility>

#include "inspect/characters.hpp"
#include "inspect/map_layout.hpp"
#include "inspect/numbers.hpp"
#include "inspect/svg_style.hpp"
#include "inspect/svg_writer.hpp"

/// \file
/// The picture of an arena: the whole reserve as one band, and, enlarged below it, the part under
/// the frontier in rows. So what was never touched doesn't squash what is used.

namespace memory_arena::inline MEMORY_ARENA_ABI {

namespace {

using detail::coordinate;
using detail::in_groups;
using detail::in_units;
using detail::map_kind;
using detail::map_layout;
using detail::map_piece;
using detail::percentage;
using detail::svg_box;
using detail::svg_writer;

constexpr double left = 84;
constexpr double width = 960;
constexpr double right = left + width;
constexpr double band_top = 100;
constexpr double band_height = 18;
constexpr double rows_top = 152;
constexpr double row_height = 24;
constexpr double row_step = 31;
constexpr double legend_step = 20;
constexpr std::size_t lanes_in_legend = 12;

double share(std::size_t part, std::size_t whole) noexcept {
    return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

/// So many rows down.
double down(std::size_t rows, double step) noexcept { return static_cast<double>(rows) * step; }

std::string name_of(const inspected_lane& lane) {
    return detail::text_of(lane.owner) + (" " + std::to_string(lane.index));
}

std::string tlab_text(const inspected_lane& lane) {
    return lane.tlab.bytes() == 0 ? "no TLAB" : "TLAB " + in_units(lane.tlab.bytes());
}

std::string colour_of(std::size_t lane) {
    return "c" + std::to_string(lane % detail::colour_count);
}

class picture {
public:
    explicit picture(const arena_inspection& what) : what_(what), layout_(detail::lay_out(what)) {}

    std::string draw() {
        draw_reserve();
        double y = rows_top;
        if (layout_.row_count == 0) {
            svg_.text("label", left, y, "Nothing has been handed out in this generation.");
            y += row_step;
        }
        for (std::size_t row = 0; row < layout_.row_count; ++row) {
            draw_row(row);
        }
        draw_pieces();
        draw_frontier();
        y += static_cast<double>(layout_.row_count) * row_step + 14;
        y = draw_kinds(y);
        y = draw_lanes(y + 10);
        return head(y + 6) + body_ + "</svg>\n";
    }

private:
    double x_of(std::size_t position) const noexcept {
        return left + width * share(position % layout_.row_bytes, layout_.row_bytes);
    }
    double y_of(std::size_t position) const noexcept {
        return rows_top + down(position / layout_.row_bytes, row_step);
    }

    std::string title() const {
        const std::string kind = what_.is_cpu_arena ? "cpu_arena" : "arena";
        return what_.name.empty() ? kind : kind + " “" + what_.name + "”";
    }

    std::string figures() const {
        const arena_usage& usage = what_.usage;
        return in_units(usage.used) + " used, " + in_units(usage.slack) + " slack, " +
               in_units(usage.committed) + " committed, " + in_units(usage.peak) + " peak, " +
               in_units(usage.reserved) + " reserved · generation " +
               in_groups(static_cast<std::size_t>(usage.generation)) +
               " · lanes: " + in_groups(usage.lanes) +
               " · refills: " + in_groups(static_cast<std::size_t>(usage.refills));
    }

    std::string head(double height) const {
        const std::string size = coordinate(right + 24) + " " + coordinate(height);
        std::string out =
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"arena-map\" role=\"img\" "
            "viewBox=\"0 0 ";
        out += size + "\">\n<title>" + detail::in_xml(title()) + "</title>\n<desc>";
        out += detail::in_xml(figures() + ". Below the frontier, at " + in_units(what_.frontier) +
                              ": " + in_units(what_.used_or_kept()) + " used or kept");
        for (std::size_t kind = 0; kind < detail::map_kinds; ++kind) {
            out += ", " + in_units(layout_.totals[kind]) + " " + detail::kind_names[kind];
        }
        out += ".</desc>\n";
        out += detail::svg_style;
        svg_writer writer(out);
        writer.box("page", {0, 0, right + 24, height});
        writer.text("title", 24, 36, title());
        writer.text("label", 24, 60, figures());
        return out;
    }

    /// The whole reserve, to scale, and what of it the rows below enlarge.
    void draw_reserve() {
        const double edge = width * share(what_.frontier, what_.capacity);
        const double bottom = band_top + band_height;
        svg_.text("label end", left - 8, band_top + 13, "reserve");
        svg_.box("untouched", {left, band_top, width, band_height},
                 "beyond the frontier: " + in_units(what_.capacity - what_.frontier));
        const std::size_t peak = std::min(what_.usage.peak, what_.capacity);
        svg_.box("peak", {left, band_top, width * share(peak, what_.capacity), band_height},
                 "peak of all generations: " + in_units(peak));
        if (what_.frontier != 0) {
            svg_.box("kept", {left, band_top, std::max(edge, 1.5), band_height},
                     "below the frontier: " + in_units(what_.frontier));
            svg_.polygon(
                "zoom", coordinate(left) + "," + coordinate(bottom) + " " +
                            coordinate(left + std::max(edge, 1.5)) + "," + coordinate(bottom) +
                            " " + coordinate(right) + "," + coordinate(rows_top - 4) + " " +
                            coordinate(left) + "," + coordinate(rows_top - 4));
        }
        svg_.line("frontier", left + edge, band_top - 4, bottom + 4);
        const bool far = edge < width / 2;
        svg_.text(far ? "label" : "label end", left + edge + (far ? 0 : 8), band_top - 8,
                  "frontier at " + in_units(what_.frontier) + ", " +
                      percentage(what_.frontier, what_.capacity) + " of the reserve");
        if (edge < 0.8 * width) {
            svg_.text("label end", right, band_top - 8, in_units(what_.capacity));
        }
    }

    void draw_row(std::size_t row) {
        const std::size_t begin = row * layout_.row_bytes;
        const std::size_t end = begin + layout_.row_bytes;
        const double y = y_of(begin);
        svg_.text("label end", left - 8, y + 16, detail::position_in_units(begin));
        const std::size_t edge = std::min(end, what_.frontier);
        if (edge < end && edge < what_.capacity) {
            const std::size_t last = std::min(end, what_.capacity);
            const double x = x_of(edge);
            svg_.box("untouched", {x, y, width * share(last - edge, layout_.row_bytes), row_height},
                     "beyond the frontier");
        }
        svg_.box("kept", {left, y, width * share(edge - begin, layout_.row_bytes), row_height},
                 "used or kept");
    }

    std::string classes_of(const map_piece& piece) const {
        switch (piece.kind) {
            case map_kind::run: return "run";
            case map_kind::shelf: return "shelf";
            case map_kind::tlab_unused:
                return (piece.merged ? "c0" : colour_of(piece.part)) + " unused";
            default: return piece.merged ? "c0" : colour_of(piece.part);
        }
    }

    std::string tooltip_of(const map_piece& piece) const {
        const std::string kind = detail::kind_names[static_cast<std::size_t>(piece.kind)];
        const std::string where =
            in_units(piece.end - piece.begin) + " from " + in_groups(piece.begin);
        if (piece.merged) {
            return "mostly " + kind + ": " + where;
        }
        if (piece.kind == map_kind::run || piece.kind == map_kind::shelf) {
            return "shard " + std::to_string(piece.part) + ", " + kind + ": " + where;
        }
        return name_of(what_.lanes[piece.part]) + ", " + kind + ": " + where;
    }

    void draw_pieces() {
        for (const map_piece& piece : layout_.pieces) {
            const double wide = width * share(piece.end - piece.begin, layout_.row_bytes);
            // What is thinner than a line is drawn as one.
            const svg_box where{
                x_of(piece.begin), y_of(piece.begin), std::max(wide, 0.75), row_height};
            svg_.box("edge", where);
            svg_.box(classes_of(piece), where, tooltip_of(piece));
        }
        for (const inspected_lane& lane : what_.lanes) {
            label_tlab(lane);
        }
    }

    /// The lane's name on its TLAB, where there is room for it.
    void label_tlab(const inspected_lane& lane) {
        const std::size_t row_end = (lane.tlab.begin / layout_.row_bytes + 1) * layout_.row_bytes;
        const std::size_t end = std::min(lane.tlab.end, row_end);
        const double room = width * share(end - std::min(lane.tlab.begin, end), layout_.row_bytes);
        if (!layout_.merged && room >= 64) {
            svg_.text(
                "label halo", x_of(lane.tlab.begin) + 5, y_of(lane.tlab.begin) + 16, name_of(lane));
        }
    }

    void draw_frontier() {
        if (what_.frontier == 0) {
            return;
        }
        const double y = y_of(what_.frontier - 1);
        const double x = x_of(what_.frontier - 1) + width / static_cast<double>(layout_.row_bytes);
        svg_.line("frontier", x, y - 4, y + row_height + 4);
    }

    void draw_swatch(std::string_view classes, double x, double y) {
        svg_.box("edge", {x, y - 11, 18, 13});
        svg_.box(classes, {x, y - 11, 18, 13});
    }

    double draw_kinds(double y) {
        const auto add = [&](std::string_view classes, std::size_t bytes, const std::string& text) {
            draw_swatch(classes, left, y);
            svg_.text("label end", left + 110, y, in_units(bytes));
            svg_.text("label", left + 122, y, text);
            y += legend_step;
        };
        const auto total = [&](map_kind kind) {
            return layout_.totals[static_cast<std::size_t>(kind)];
        };
        y += 6;
        add("kept", what_.used_or_kept(),
            "used or kept: objects outside present TLABs; what leases keep; tails left behind");
        add("c0", total(map_kind::tlab_used),
            layout_.merged
                ? "used in the TLABs that lanes have now; stripes show what is most there"
                : "used in the TLABs that lanes have now (a colour each)");
        add("c0 unused", total(map_kind::tlab_unused), "not yet used in them");
        add("run", total(map_kind::run), "runs: what shards have left to cut TLABs from");
        if (total(map_kind::shelf) != 0) {
            add("shelf", total(map_kind::shelf), "shelves: whole blocks that were given back");
        }
        add("untouched", what_.capacity - std::min(what_.frontier, what_.capacity),
            "beyond the frontier");
        return y;
    }

    double draw_lanes(double y) {
        std::vector<std::size_t> places(what_.lanes.size());
        for (std::size_t place = 0; place < places.size(); ++place) {
            places[place] = place;
        }
        // Those of the same size in their order.
        std::sort(places.begin(), places.end(), [&](std::size_t one, std::size_t other) {
            return std::pair(what_.lanes[other].used, one) <
                   std::pair(what_.lanes[one].used, other);
        });
        const std::size_t shown = std::min(places.size(), lanes_in_legend);
        constexpr std::size_t columns = 3;
        for (std::size_t index = 0; index < shown; ++index) {
            const inspected_lane& lane = what_.lanes[places[index]];
            const double x = left + static_cast<double>(index % columns) * width / columns;
            const double row = y + down(index / columns, legend_step);
            if (!layout_.merged) {
                draw_swatch(colour_of(places[index]), x, row);
            }
            svg_.text("label", layout_.merged ? x : x + 26, row,
                      name_of(lane) + ": " + in_units(lane.used) + " used, " + tlab_text(lane));
        }
        y += down((shown + columns - 1) / columns, legend_step);
        if (shown < places.size()) {
            svg_.text("label", left, y,
                      "and " + in_groups(places.size() - shown) + " lanes that used less");
            y += legend_step;
        }
        return y;
    }

    const arena_inspection& what_;
    map_layout layout_;
    std::string body_;
    svg_writer svg_{body_};
};

}  // namespace

std::string to_svg(const arena_inspection& what) { return picture(what).draw(); }

}  // namespace memory_arena::inline MEMORY_ARENA_ABI
