#pragma once

#include <span>
#include <string_view>

namespace arena_bench {

/// A text in pieces, as no compiler has to take a literal of more than 64 KiB.
using pieces = std::span<const std::string_view>;

/// The sources in report/page, and Chart.js, as embed_page.cmake found them when this was built.
struct page_parts {
    pieces frame;   ///< page.html, with {{placeholders}} where the others go
    pieces style;   ///< page.css
    pieces script;  ///< the page's own scripts
    pieces charts;  ///< Chart.js; empty where it was not found
    pieces why;     ///< why there is no Chart.js; empty where there is
};
page_parts embedded_page();

}  // namespace arena_bench
