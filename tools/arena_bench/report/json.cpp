#include "report/json.hpp"

#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>

#include "backends/backend_list.hpp"
#include "report/machine.hpp"

namespace arena_bench {

namespace {

using nlohmann::ordered_json;

constexpr int schema_version = 1;

template <typename T>
ordered_json or_null(const std::optional<T>& value) {
    return value ? ordered_json(*value) : ordered_json(nullptr);
}

ordered_json json_of(const machine& here) {
    return {{"processor", here.processor},
            {"cores", here.cores},
            {"memory", here.memory},
            {"kernel", here.kernel},
            {"transparent_huge_pages", here.huge_pages},
            {"c_library", here.c_library}};
}

ordered_json json_of(const build& made) {
    return {{"compiler", made.compiler},
            {"type", made.type},
            {"flags", made.flags},
            {"commit", made.commit},
            {"optimised", made.optimised}};
}

ordered_json json_of(const options& asked) {
    return {{"workloads", asked.workloads},
            {"backends", asked.backends},
            {"quick", asked.quick},
            {"repetitions", or_null(asked.repetitions)},
            {"threads", or_null(asked.threads)},
            {"objects", or_null(asked.objects)},
            {"live", or_null(asked.live_objects)},
            {"input", asked.input.string()},
            {"input_limit_mib", asked.input_limit_mib}};
}

ordered_json json_of(const series& each) {
    const summary values = summarise(each.samples);
    return {
        {"workload", each.what.workload}, {"figure", each.what.name},    {"unit", each.what.unit},
        {"backend", each.backend},        {"state", name_of(each.when)}, {"median", values.median},
        {"spread_mad", values.spread},    {"min", values.min},           {"max", values.max},
        {"repetitions", values.count},    {"samples", each.samples}};
}

ordered_json all_figures(const results& found) {
    ordered_json list = ordered_json::array();
    for (const series& each : found.all()) list.push_back(json_of(each));
    return list;
}

ordered_json all_checksums(const results& found) {
    ordered_json list = ordered_json::array();
    for (const results::verified& each : found.checksums()) {
        list.push_back({{"workload", each.workload},
                        {"backend", each.backend},
                        {"checksum", fmt::format("{:016x}", each.checksum)}});
    }
    return list;
}

ordered_json all_backends() {
    ordered_json list = ordered_json::array();
    for_each_backend([&list]<backend B>() {
        list.push_back({{"name", B::name}, {"label", B::label}, {"thread_safe", B::thread_safe}});
    });
    return list;
}

ordered_json all_notes(const results& found) {
    ordered_json list = ordered_json::array();
    for (const results::note& each : found.notes()) {
        list.push_back({{"workload", each.workload}, {"text", each.text}});
    }
    return list;
}

}  // namespace

std::string to_json(const options& asked, const results& found) {
    const ordered_json document = {
        {"program", "arena_bench"},
        {"schema", schema_version},
        {"partial", found.partial},
        {"seconds", found.seconds},
        {"machine", json_of(describe_machine())},
        {"build", json_of(describe_build())},
        {"options", json_of(asked)},
        {"allocation_clock",
         {{"name", tick_clock_name},
          {"ns_per_tick", found.ticks.ns_per_tick},
          {"resolution_ns", found.ticks.resolution_ns},
          {"overhead_ns_subtracted", found.ticks.overhead_ns}}},
        {"backends", all_backends()},
        {"notes", all_notes(found)},
        {"checksums", all_checksums(found)},
        {"figures", all_figures(found)},
    };
    // File names need not be UTF-8: what isn't is replaced rather than thrown at.
    return document.dump(2, ' ', false, ordered_json::error_handler_t::replace);
}

void write_json(const std::filesystem::path& file, const options& asked, const results& found) {
    std::ofstream out{file};
    out << to_json(asked, found) << '\n';
    out.close();
    if (!out) throw std::runtime_error{fmt::format("{}: cannot be written", file.string())};
}

}  // namespace arena_bench
