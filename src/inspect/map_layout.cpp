#include "inspect/map_layout.hpp"

#include <algorithm>
#include <array>
#include <bit>

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

namespace {

constexpr std::size_t most_rows = 12;
constexpr std::size_t least_row = std::size_t{8} << 10;
constexpr std::size_t most_pieces = 1200;    // above, they are merged
constexpr std::size_t cells_in_a_row = 192;  // of merged pieces: 5 pixels each

/// Adds [begin, end), cut at the ends of rows.
void add_cut(map_layout& layout, map_piece piece) {
    layout.totals[static_cast<std::size_t>(piece.kind)] += piece.end - piece.begin;
    while (piece.begin < piece.end) {
        map_piece cut = piece;
        cut.end = std::min(piece.end, (piece.begin / layout.row_bytes + 1) * layout.row_bytes);
        layout.pieces.push_back(cut);
        piece.begin = cut.end;
    }
}

void add_all(map_layout& layout, const arena_inspection& what) {
    for (const inspected_shard& shard : what.shards) {
        add_cut(layout, {shard.run.begin, shard.run.end, map_kind::run, shard.index});
        add_cut(layout, {shard.shelf.begin, shard.shelf.end, map_kind::shelf, shard.index});
    }
    for (std::size_t place = 0; place < what.lanes.size(); ++place) {
        const inspected_lane& lane = what.lanes[place];
        add_cut(layout, {lane.tlab.begin, lane.cursor, map_kind::tlab_used, place});
        add_cut(layout, {lane.cursor, lane.tlab.end, map_kind::tlab_unused, place});
    }
    std::sort(
        layout.pieces.begin(), layout.pieces.end(),
        [](const map_piece& left, const map_piece& right) { return left.begin < right.begin; });
}

/// In place of the pieces, cells of equal size, each of the kind that has the most of it; equal
/// neighbours in a row are one.
void merge(map_layout& layout) {
    layout.merged = true;
    const std::size_t cell = std::max<std::size_t>(layout.row_bytes / cells_in_a_row, 1);
    const std::size_t in_row = (layout.row_bytes + cell - 1) / cell;
    std::vector<std::array<std::size_t, map_kinds>> shares(in_row * layout.row_count);
    for (const map_piece& piece : layout.pieces) {
        const std::size_t row = piece.begin / layout.row_bytes;
        const std::size_t row_begin = row * layout.row_bytes;
        for (std::size_t at = piece.begin; at < piece.end;) {
            const std::size_t place = (at - row_begin) / cell;
            const std::size_t end = std::min(piece.end, row_begin + (place + 1) * cell);
            shares[row * in_row + place][static_cast<std::size_t>(piece.kind)] += end - at;
            at = end;
        }
    }
    std::vector<map_piece> cells;
    for (std::size_t index = 0; index < shares.size(); ++index) {
        const auto& share = shares[index];
        const auto most = std::max_element(share.begin(), share.end());
        std::size_t shown = 0;
        for (const std::size_t bytes : share) {
            shown += bytes;
        }
        const std::size_t row_begin = index / in_row * layout.row_bytes;
        const std::size_t begin = row_begin + index % in_row * cell;
        const std::size_t end = std::min(begin + cell, row_begin + layout.row_bytes);
        if (*most == 0 || *most < (end - begin) - std::min(shown, end - begin)) {
            continue;  // most of it is used or kept
        }
        const auto kind = static_cast<map_kind>(most - share.begin());
        const bool joins = !cells.empty() && cells.back().kind == kind &&
                           cells.back().end == begin && begin != row_begin;
        if (joins) {
            cells.back().end = end;
        } else {
            cells.push_back({begin, end, kind, 0, true});
        }
    }
    layout.pieces = std::move(cells);
}

}  // namespace

map_layout lay_out(const arena_inspection& what) {
    map_layout layout;
    // Rows of a power of two: their beginnings are round numbers.
    layout.row_bytes =
        std::max(std::bit_ceil((what.frontier + most_rows - 1) / most_rows), least_row);
    layout.row_count = (what.frontier + layout.row_bytes - 1) / layout.row_bytes;
    add_all(layout, what);
    if (layout.pieces.size() > most_pieces) {
        merge(layout);
    }
    return layout;
}

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
