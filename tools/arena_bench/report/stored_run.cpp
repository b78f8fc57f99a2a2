#include "report/stored_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string_view>
#include <system_error>

#include "report/json.hpp"
#include "report/results.hpp"

namespace arena_bench {

namespace {

using nlohmann::json;

[[noreturn]] void refuse(const std::string& name, std::string_view why) {
    throw unusable_document{fmt::format("{}: {}", name, why)};
}

/// A document may come from anywhere; a terminal obeys control characters.
std::string plain(std::string text) {
    const auto controls = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
    std::replace_if(text.begin(), text.end(), controls, '?');
    return text;
}

std::string text_at(const json& in, const char* key) {
    return plain(in.at(key).get<std::string>());
}

/// Of whatever type: a string as it is, the rest as JSON has it.
std::string any_at(const json& in, const char* key) {
    const auto found = in.find(key);
    if (found == in.end()) return "unknown";
    return plain(found->is_string() ? found->get<std::string>() : found->dump());
}

json parse(const document& of) {
    try {
        return json::parse(of.text);
    } catch (const json::parse_error& error) {
        refuse(of.name, fmt::format("not JSON: an error at byte {}", error.byte));
    }
}

void expect_own_format(const std::string& name, const json& in) {
    if (!in.is_object() || in.value("tool", json{}) != "arena_bench") {
        refuse(name, "not written by arena_bench --json");
    }
    if (in.value("format", json{}) == json_format) return;
    refuse(name, fmt::format("of format {}, but this arena_bench reads format {}",
                             any_at(in, "format"), json_format));
}

std::vector<std::pair<std::string, std::string>> conditions_of(const json& in) {
    struct condition {
        const char* part;
        const char* key;
        const char* name;
    };
    constexpr std::array all{
        condition{"machine", "processor", "processor"},
        condition{"machine", "cores", "number of cores"},
        condition{"machine", "kernel", "kernel"},
        condition{"machine", "transparent_huge_pages", "mode of transparent huge pages"},
        condition{"machine", "c_library", "C library"},
        condition{"build", "compiler", "compiler"},
        condition{"build", "type", "build type"},
        condition{"build", "flags", "compiler flags"},
        condition{"asked", "repetitions", "--repetitions"},
        condition{"asked", "threads", "--threads"},
        condition{"asked", "objects", "--objects"},
        condition{"asked", "live", "--live"},
        condition{"asked", "input", "--input"},
        condition{"asked", "input_limit_mib", "--input-limit"},
    };
    std::vector<std::pair<std::string, std::string>> found{
        {"effort", any_at(in, "effort")},
        {"way to count instructions", any_at(in, "instructions_by")}};
    for (const condition& each : all) {
        const json& part = in.at(each.part);
        if (!part.is_object()) throw std::runtime_error{fmt::format("{} is no object", each.part)};
        found.emplace_back(each.name, any_at(part, each.key));
    }
    return found;
}

std::vector<std::string> own_backends(const json& in) {
    std::vector<std::string> names;
    for (const json& each : in.at("backends")) {
        if (each.at("ours").get<bool>()) names.push_back(text_at(each, "name"));
    }
    return names;
}

stored_cell cell_of(const json& in, const std::vector<std::string>& ours) {
    stored_cell result;
    result.backend = text_at(in, "backend");
    result.ours = std::find(ours.begin(), ours.end(), result.backend) != ours.end();
    result.values = summarise(in.at("samples").get<std::vector<double>>());
    return result;
}

stored_row row_of(const json& in, const std::vector<std::string>& ours) {
    stored_row result;
    result.workload = text_at(in, "workload");
    result.figure = text_at(in, "figure");
    result.unit = text_at(in, "unit");
    result.state = text_at(in, "state");
    if (const json& at = in.at("at"); !at.is_null()) {
        result.at = fmt::format("{} {}", text_at(at, "name"), text_at(at, "label"));
    }
    result.resolution = in.value("resolution", 0.0);
    const json& verdict = in.at("verdict");
    if (verdict.at("kind") == "winner") {
        result.winner = plain(verdict.at("backends").at(0).get<std::string>());
    }
    for (const json& each : in.at("cells")) {
        result.cells.push_back(cell_of(each, ours));
        result.cells.back().values.exact = is_counted_exactly(result.unit);
    }
    return result;
}

stored_run run_of(const std::string& name, const json& in) {
    stored_run result{.name = plain(name),
                      .commit = text_at(in.at("build"), "commit"),
                      .partial = in.at("partial").get<bool>(),
                      .conditions = conditions_of(in),
                      .rows = {}};
    const std::vector<std::string> ours = own_backends(in);
    for (const json& each : in.at("rows")) result.rows.push_back(row_of(each, ours));
    return result;
}

}  // namespace

bool stored_row::matches(const stored_row& other) const {
    return workload == other.workload && figure == other.figure && unit == other.unit &&
           state == other.state && at == other.at;
}

document read_document(const std::filesystem::path& file) {
    std::ifstream in{file, std::ios::binary};
    if (!in) refuse(file.string(), std::generic_category().message(errno));
    in.peek();
    if (in.bad()) refuse(file.string(), "cannot be read");  // a directory, for one
    std::ostringstream text;
    text << in.rdbuf();
    return {file.string(), text.str()};
}

stored_run parse_run(const document& of) {
    const json in = parse(of);
    expect_own_format(of.name, in);
    try {
        return run_of(of.name, in);
    } catch (const std::exception& error) {  // json's for what is missing, ours for no samples
        refuse(of.name, fmt::format("damaged, or changed by hand: {}", error.what()));
    }
}

}  // namespace arena_bench
