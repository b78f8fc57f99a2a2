#include "inspect/svg_writer.hpp"

#include "inspect/characters.hpp"
#include "inspect/numbers.hpp"

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

std::string in_xml(std::string_view text) {
    std::string result;
    for (const char character : printable(text)) {
        switch (character) {
            case '<': result += "&lt;"; break;
            case '>': result += "&gt;"; break;
            case '&': result += "&amp;"; break;
            case '"': result += "&quot;"; break;
            default: result += character;
        }
    }
    return result;
}

std::string coordinate(double value) {
    std::string text = with_decimals(value, 2);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') {
        text.pop_back();
    }
    return text;
}

void svg_writer::attribute(std::string_view name, double value) {
    out_.append(" ").append(name).append("=\"").append(coordinate(value)).append("\"");
}

void svg_writer::box(std::string_view classes, const svg_box& where, std::string_view tooltip) {
    out_.append("<rect class=\"").append(classes).append("\"");
    attribute("x", where.x);
    attribute("y", where.y);
    attribute("width", where.width);
    attribute("height", where.height);
    if (tooltip.empty()) {
        out_ += "/>\n";
    } else {
        out_.append("><title>").append(in_xml(tooltip)).append("</title></rect>\n");
    }
}

void svg_writer::text(std::string_view classes, double x, double y, std::string_view words) {
    out_.append("<text class=\"").append(classes).append("\"");
    attribute("x", x);
    attribute("y", y);
    out_.append(">").append(in_xml(words)).append("</text>\n");
}

void svg_writer::line(std::string_view classes, double x, double from_y, double to_y) {
    out_.append("<line class=\"").append(classes).append("\"");
    attribute("x1", x);
    attribute("y1", from_y);
    attribute("x2", x);
    attribute("y2", to_y);
    out_ += "/>\n";
}

void svg_writer::polygon(std::string_view classes, std::string_view points) {
    out_.append("<polygon class=\"").append(classes).append("\" points=\"");
    out_.append(points).append("\"/>\n");
}

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
