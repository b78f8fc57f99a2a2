#include "report/json.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>

#include "backends/backend_list.hpp"
#include "report/machine.hpp"
#include "report/rows.hpp"
#include "workloads/workload.hpp"

namespace arena_bench {

namespace {

using nlohmann::ordered_json;

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
            {"repetitions", or_null(asked.repetitions)},
            {"threads", or_null(asked.threads)},
            {"objects", or_null(asked.objects)},
            {"live", or_null(asked.live_objects)},
            {"input", asked.input.string()},
            {"input_limit_mib", or_null(asked.input_limit_mib)},
            {"document", asked.document.string()}};
}

ordered_json json_of(const setting& at) {
    return {{"name", at.name}, {"unit", at.unit}, {"value", at.value}, {"label", at.label()}};
}

ordered_json json_of(const cell& each) {
    const summary& values = each.values;
    return {{"backend", each.backend},
            {"median", values.median},
            {"low", values.low},
            {"high", values.high},
            {"spread", values.spread},
            {"min", values.min},
            {"max", values.max},
            {"samples", *each.samples},
            {"to_arena", or_null(each.to_arena)},
            {"compared", each.compared}};
}

ordered_json json_of(const row& each) {
    ordered_json cells = ordered_json::array();
    for (const cell& one : each.cells) cells.push_back(json_of(one));
    return {{"workload", each.what.workload},
            {"figure", each.what.name},
            {"unit", each.what.unit},
            {"state", name_of(each.when)},
            {"at", each.what.at ? json_of(*each.what.at) : ordered_json(nullptr)},
            {"resolution", each.resolution},
            {"verdict",
             {{"kind", name_of(each.best.how)},
              {"backends", each.best.backends},
              {"text", each.best.text}}},
            {"cells", std::move(cells)}};
}

ordered_json all_rows(const std::vector<row>& rows) {
    ordered_json list = ordered_json::array();
    for (const row& each : rows) list.push_back(json_of(each));
    return list;
}

ordered_json all_checksums(const results& found) {
    ordered_json list = ordered_json::array();
    for (const results::verified& each : found.checksums()) {
        list.push_back({{"workload", each.workload},
                        {"work", each.work},
                        {"backend", each.backend},
                        {"checksum", fmt::format("{:016x}", each.checksum)}});
    }
    return list;
}

ordered_json all_backends(const results& found) {
    ordered_json list = ordered_json::array();
    for_each_backend([&list]<backend B>() {
        list.push_back({{"name", B::name},
                        {"label", B::label},
                        {"thread_safe", B::thread_safe},
                        {"ours", is_ours<B>},
                        {"in_one_workload", false}});
    });
    for (const results::contender& each : found.contenders()) {
        list.push_back({{"name", each.name},
                        {"label", each.label},
                        {"thread_safe", false},
                        {"ours", false},
                        {"in_one_workload", true}});
    }
    return list;
}

ordered_json all_skipped() {
    ordered_json list = ordered_json::array();
    for (const missing_peer& each : missing_peers()) {
        list.push_back({{"backend", each.name}, {"why", each.why}});
    }
    return list;
}

ordered_json all_workloads_of(const options& asked, const results& found) {
    ordered_json list = ordered_json::array();
    for (const workload& each : all_workloads()) {
        if (!asked.wants_workload(each.name)) continue;
        ordered_json notes = ordered_json::array();
        for (const results::note& one : found.notes()) {
            if (one.workload == each.name) notes.push_back(one.text);
        }
        list.push_back({{"name", each.name},
                        {"summary", each.summary},
                        {"expects_loss", each.expects_loss},
                        {"notes", std::move(notes)}});
    }
    return list;
}

std::string now() { return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr))); }

}  // namespace

std::string to_json(const options& asked, const results& found) {
    const std::vector<row> rows = rows_of(found);
    const ordered_json document = {
        {"format", json_format},
        {"tool", "arena_bench"},
        {"effort", name_of(asked.how_long)},
        {"partial", found.partial},
        {"seconds", found.seconds},
        {"date", now()},
        {"asked", json_of(asked)},
        {"machine", json_of(describe_machine())},
        {"build", json_of(describe_build())},
        {"clock",
         {{"name", tick_clock_name},
          {"resolution_ns", found.ticks.resolution_ns},
          {"overhead_ns", found.ticks.overhead_ns}}},
        {"instructions_by", found.instructions_by},
        {"backends", all_backends(found)},
        {"skipped", all_skipped()},
        {"workloads", all_workloads_of(asked, found)},
        {"summary", sum_up(rows, found)},
        {"rows", all_rows(rows)},
        {"checksums", all_checksums(found)},
    };
    // File names need not be UTF-8: what isn't is replaced rather than thrown at.
    return document.dump(1, ' ', false, ordered_json::error_handler_t::replace);
}

void write_json(const std::filesystem::path& file, std::string_view document) {
    std::ofstream out{file};
    out << document << '\n';
    out.close();
    if (!out) throw std::runtime_error{fmt::format("{}: cannot be written", file.string())};
}

}  // namespace arena_bench
