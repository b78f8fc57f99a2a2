#pragma once

#include <cstddef>
#include <vector>

#include <memory_arena/inspect.hpp>

/// \file
/// What the picture of an arena shows, before it is drawn (rank 5).

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

/// What bytes below the frontier are, if they are not just used or kept.
enum class map_kind : unsigned char { tlab_used, tlab_unused, run, shelf };
inline constexpr std::size_t map_kinds = 4;

/// Bytes [begin, end) of one kind.
struct map_piece {
    std::size_t begin = 0;
    std::size_t end = 0;
    map_kind kind = map_kind::run;
    std::size_t part = 0;  ///< which lane (its place in the inspection) or shard
    bool merged = false;   ///< stands for several parts: the greatest share of each of its cells
};

/// The part below the frontier, cut into rows of equal length.
struct map_layout {
    std::size_t row_bytes = 0;
    std::size_t row_count = 0;
    bool merged = false;            ///< so many pieces that they were merged
    std::vector<map_piece> pieces;  ///< none crosses the end of a row
    std::size_t totals[map_kinds] = {};
};

[[nodiscard]] map_layout lay_out(const arena_inspection& what);

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
