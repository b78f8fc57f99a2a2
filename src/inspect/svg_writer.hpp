#pragma once

#include <string>
#include <string_view>

#include <memory_arena/detail/version.hpp>

/// \file
/// The few elements of SVG that a picture of an arena is made of (rank 5).

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

struct svg_box {
    double x = 0;
    double y = 0;
    double width = 0;
    double height = 0;
};

/// Adds elements to a text. Classes are ours, and written as they are; texts are escaped.
class svg_writer {
public:
    explicit svg_writer(std::string& out) noexcept : out_(out) {}

    /// A rectangle; with a tooltip unless that is empty.
    void box(std::string_view classes, const svg_box& where, std::string_view tooltip = {});
    void text(std::string_view classes, double x, double y, std::string_view words);
    void line(std::string_view classes, double x, double from_y, double to_y);
    /// A polygon; `points` as SVG writes them.
    void polygon(std::string_view classes, std::string_view points);
    void raw(std::string_view markup) { out_ += markup; }

private:
    void attribute(std::string_view name, double value);

    std::string& out_;
};

/// `text` as the content of an element: escaped, and without what XML refuses.
[[nodiscard]] std::string in_xml(std::string_view text);

/// A coordinate: two decimals.
[[nodiscard]] std::string coordinate(double value);

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
