#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include <memory_arena/detail/version.hpp>

/// \file
/// How the picture of an arena looks, in light and in dark (rank 5).

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

/// Lanes take the colours c0, c1, … in turn.
inline constexpr std::size_t colour_count = 8;

/// What the pieces are called, by map_kind.
inline constexpr std::array<const char*, 4> kind_names = {
    "used in a TLAB", "unused in a TLAB", "in the run of a shard", "on a shelf"};

/// Rules are written out for both schemes: few renderers outside browsers know CSS variables.
inline constexpr std::string_view svg_style = R"(<style>
.arena-map text { font: 12px system-ui, "DejaVu Sans", sans-serif; fill: #24292f; }
.arena-map .title { font-size: 19px; font-weight: 600; }
.arena-map .end { text-anchor: end; }
.arena-map .halo { paint-order: stroke; stroke: #ffffff; stroke-width: 3px; stroke-linejoin: round; }
.arena-map .page, .arena-map .edge { fill: #ffffff; }
.arena-map .kept { fill: #a9b1bc; }
.arena-map .zoom { fill: #a9b1bc; fill-opacity: 0.25; }
.arena-map .peak { fill: #dfe3e8; }
.arena-map .untouched { fill: none; stroke: #8c959f; stroke-dasharray: 4 3; pointer-events: all; }
.arena-map .frontier { stroke: #cf222e; stroke-width: 2.5px; }
.arena-map .run { fill: url(#arena-map-run); stroke: #57606a; stroke-width: 0.75px; }
.arena-map .shelf { fill: url(#arena-map-shelf); stroke: #57606a; stroke-width: 0.75px; }
.arena-map .stroke { stroke: #57606a; }
.arena-map .dot { fill: #57606a; }
.arena-map .c0 { fill: #4269d0; stroke: #4269d0; } .arena-map .c1 { fill: #e8a609; stroke: #e8a609; }
.arena-map .c2 { fill: #e5573f; stroke: #e5573f; } .arena-map .c3 { fill: #3aa38c; stroke: #3aa38c; }
.arena-map .c4 { fill: #6a9e2d; stroke: #6a9e2d; } .arena-map .c5 { fill: #e0679a; stroke: #e0679a; }
.arena-map .c6 { fill: #9a5bea; stroke: #9a5bea; } .arena-map .c7 { fill: #5ea3e0; stroke: #5ea3e0; }
.arena-map .c0, .arena-map .c1, .arena-map .c2, .arena-map .c3,
.arena-map .c4, .arena-map .c5, .arena-map .c6, .arena-map .c7 { stroke-width: 0.5px; }
.arena-map .unused { fill-opacity: 0.3; }
@media (prefers-color-scheme: dark) {
.arena-map text { fill: #e6edf3; }
.arena-map .halo { stroke: #0d1117; }
.arena-map .page, .arena-map .edge { fill: #0d1117; }
.arena-map .kept { fill: #545d68; }
.arena-map .zoom { fill: #545d68; fill-opacity: 0.3; }
.arena-map .peak { fill: #2d333b; }
.arena-map .untouched { stroke: #768390; }
.arena-map .frontier { stroke: #ff7b72; }
.arena-map .run, .arena-map .shelf { stroke: #adbac7; }
.arena-map .stroke { stroke: #adbac7; }
.arena-map .dot { fill: #adbac7; }
}
</style>
<defs>
<pattern id="arena-map-run" width="6" height="6" patternUnits="userSpaceOnUse">
<path class="stroke" d="M-1,1 l2,-2 M0,6 l6,-6 M5,7 l2,-2" stroke-width="1"/></pattern>
<pattern id="arena-map-shelf" width="5" height="5" patternUnits="userSpaceOnUse">
<circle class="dot" cx="2.5" cy="2.5" r="1.2"/></pattern>
</defs>
)";

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
