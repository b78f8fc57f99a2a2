#include "workloads/json.hpp"

#include <fmt/format.h>

#include "workloads/json_document.hpp"
#include "workloads/json_rounds.hpp"

namespace arena_bench {

namespace {

void explain(const json_document& document, results& found) {
    found.add_note(
        json_workload, fmt::format("{}: {:.1f} MB, {} values{}{}", document.name,
                                   static_cast<double>(document.text.size()) / 1e6, document.values,
                                   document.remark.empty() ? "" : "; ", document.remark));
}

}  // namespace

void run_json(const options& asked, results& found) {
    const json_plan of{
        .repetitions =
            chosen(asked.repetitions, asked.how_long, {.full = 9U, .demo = 2U, .quick = 2U}),
        .warm_rounds = by_effort<unsigned>{.full = 1, .demo = 2, .quick = 1}.of(asked.how_long)};
    const json_documents documents{main_document(asked), number_document(asked.how_long)};
    explain(documents.main, found);
    explain(documents.numbers, found);
    found.add_note(
        json_workload,
        "one thread parses the text, walks over all values, which isn't timed, and drops "
        "them: by reset, or by the parser's own destructors; what a parser keeps beside "
        "the values comes from the heap, whatever the backend");
    measure_boost_json(of, documents, asked, found);
    measure_rapidjson(of, documents, asked, found);
}

}  // namespace arena_bench
