#include "report/html.hpp"

#include <fmt/format.h>

#include <fstream>
#include <stdexcept>

#include "report/page_parts.hpp"

namespace arena_bench {

namespace {

std::string joined(pieces all) {
    std::string text;
    for (const std::string_view piece : all) text += piece;
    return text;
}

/// Inside a script element "</script" and "<!--" would end the data, so no `<` stays. In JSON one
/// stands only inside strings, where an escape says the same; so do these two line separators.
std::string safe_in_script(std::string_view json) {
    constexpr std::string_view line_separator = "\xe2\x80\xa8";       // U+2028
    constexpr std::string_view paragraph_separator = "\xe2\x80\xa9";  // U+2029
    std::string safe;
    safe.reserve(json.size());
    while (!json.empty()) {
        std::size_t taken = 1;
        if (json.front() == '<') {
            safe += "\\u003c";
        } else if (json.starts_with(line_separator)) {
            safe += "\\u2028";
            taken = line_separator.size();
        } else if (json.starts_with(paragraph_separator)) {
            safe += "\\u2029";
            taken = paragraph_separator.size();
        } else {
            safe += json.front();
        }
        json.remove_prefix(taken);
    }
    return safe;
}

std::string part_named(std::string_view name, std::string_view json) {
    const page_parts page = embedded_page();
    if (name == "style") return joined(page.style);
    if (name == "charts") return joined(page.charts);
    if (name == "why") return joined(page.why);
    if (name == "data") return safe_in_script(json);
    if (name == "script") return joined(page.script);
    throw std::logic_error{fmt::format("page.html has an unknown placeholder: {}", name)};
}

}  // namespace

std::string to_html(std::string_view json_document) {
    const std::string frame = joined(embedded_page().frame);
    std::string_view left = frame;
    std::string page;
    // In one pass: what was put in place of a placeholder is never searched for others.
    for (std::size_t begin = 0; (begin = left.find("{{")) != std::string_view::npos;) {
        const std::size_t end = left.find("}}", begin);
        page += left.substr(0, begin);
        page += part_named(left.substr(begin + 2, end - begin - 2), json_document);
        left.remove_prefix(end + 2);
    }
    page += left;
    return page;
}

void write_html(const std::filesystem::path& file, std::string_view json_document) {
    std::ofstream out{file, std::ios::binary};
    out << to_html(json_document);
    out.close();
    if (!out) throw std::runtime_error{fmt::format("{}: cannot be written", file.string())};
}

}  // namespace arena_bench
