#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <string>

#include "backends/loaded_malloc.hpp"
#include "command_line.hpp"
#include "measure/interrupt.hpp"
#include "options.hpp"
#include "report/comparison.hpp"
#include "report/html.hpp"
#include "report/json.hpp"
#include "report/results.hpp"
#include "report/table.hpp"
#include "workloads/instructions.hpp"
#include "workloads/workload.hpp"

namespace {

void write_reports(const arena_bench::options& asked, const std::string& document) {
    if (!asked.json.empty()) {
        arena_bench::write_json(asked.json, document);
        fmt::print("  every figure: {}\n", asked.json.string());
    }
    if (!asked.html.empty()) {
        arena_bench::write_html(asked.html, document);
        fmt::print("  a report with charts: {}\n", asked.html.string());
    }
}

int compare(const arena_bench::options& asked) {
    try {
        fmt::print("{}", to_comparison(arena_bench::read_document(asked.compare[0]),
                                       arena_bench::read_document(asked.compare[1])));
        return arena_bench::exit_success;
    } catch (const arena_bench::unusable_document& error) {
        fmt::print(stderr, "arena_bench: {}\n", error.what());
        return arena_bench::exit_usage;
    }
}

int run(const arena_bench::options& asked) {
    arena_bench::results found;
    arena_bench::catch_interrupts();
    run_workloads(asked, found);
    fmt::print("{}", to_table(found));
    if (!asked.json.empty() || !asked.html.empty()) write_reports(asked, to_json(asked, found));
    return found.partial ? arena_bench::exit_interrupted : arena_bench::exit_success;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        arena_bench::make_room_for_loaded_libraries(argv);
        if (argc == 2 && argv[1] == arena_bench::count_under_callgrind) {
            arena_bench::execute_what_is_counted();
            return arena_bench::exit_success;
        }
        arena_bench::options asked;
        const auto status = arena_bench::parse_command_line(argc, argv, asked);
        if (status) return *status;
        return asked.compare.empty() ? run(asked) : compare(asked);
    } catch (const std::exception& error) {
        fmt::print(stderr, "arena_bench: {}\n", error.what());
        return arena_bench::exit_failure;
    }
}
