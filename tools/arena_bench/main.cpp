#include <fmt/format.h>

#include <cstdio>
#include <exception>

#include "command_line.hpp"
#include "measure/interrupt.hpp"
#include "options.hpp"
#include "report/json.hpp"
#include "report/results.hpp"
#include "report/table.hpp"
#include "workloads/workload.hpp"

namespace {

int run(const arena_bench::options& asked) {
    arena_bench::results found;
    arena_bench::catch_interrupts();
    run_workloads(asked, found);
    fmt::print("{}", to_table(found));
    if (!asked.json.empty()) {
        write_json(asked.json, asked, found);
        fmt::print("  every figure: {}\n", asked.json.string());
    }
    return found.partial ? arena_bench::exit_interrupted : arena_bench::exit_success;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        arena_bench::options asked;
        const auto status = arena_bench::parse_command_line(argc, argv, asked);
        return status ? *status : run(asked);
    } catch (const std::exception& error) {
        fmt::print(stderr, "arena_bench: {}\n", error.what());
        return arena_bench::exit_failure;
    }
}
