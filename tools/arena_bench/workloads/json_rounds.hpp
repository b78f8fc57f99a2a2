#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "backends/counting.hpp"
#include "measure/process_memory.hpp"
#include "measure/round_clock.hpp"
#include "workloads/interleave.hpp"
#include "workloads/json_document.hpp"

namespace arena_bench {

/// What is told of one parser: everything with the main document, the time with that of numbers.
struct json_figures {
    std::string_view parser;
    figure time;
    figure time_of_numbers;
    figure drop;
    figure peak;
    figure bytes_after;
    figure faults;
    figure allocations;
};

/// A document to parse, and what to tell of it.
struct json_task {
    const json_document& document;
    const json_figures& figures;
    const figure& time;
    bool only_time = false;
};

struct json_documents {
    json_document main;
    json_document numbers;
};

struct json_plan {
    unsigned repetitions;
    unsigned warm_rounds;
};

inline constexpr std::string_view json_workload = "json";

/// Address space only, for most: nothing that a parser makes of a text is larger than this.
inline std::size_t json_capacity(const json_document& of) {
    const std::size_t most = sizeof(void*) == 4 ? std::size_t{1} << 29 : SIZE_MAX;
    return std::min(most, 32 * of.text.size() + (std::size_t{64} << 20));
}

struct json_round {
    elapsed parsing;
    elapsed dropping;
    std::uint64_t checksum;
};

/// A session is one parser on one backend: parse(text), checksum() of what came of it, drop(). The
/// walk for the checksum is between the two timed parts. Each parser's has a name of its own: by
/// those, GCC tells apart what these templates make of them, although they are local to a file.
template <typename Session>
json_round one_round(Session& session, const json_document& document) {
    const round_clock parse_clock;
    session.parse(document.text);
    const elapsed parsing = parse_clock.read();
    const std::uint64_t checksum = session.checksum();
    const round_clock drop_clock;
    session.drop();
    return {.parsing = parsing, .dropping = drop_clock.read(), .checksum = checksum};
}

inline void add_json_checksum(const json_task& task, std::string_view who, std::uint64_t checksum,
                              results& found) {
    found.add_checksum(json_workload, who, checksum,
                       fmt::format("{}, {}", task.figures.parser, task.document.name));
}

template <typename Session>
void measured_round(Session& session, const json_task& task, std::string_view who, state when,
                    results& found) {
    const json_round round = one_round(session, task.document);
    add_json_checksum(task, who, round.checksum, found);
    found.add(task.time, who, when, (round.parsing.wall_ns + round.dropping.wall_ns) / 1e6);
    if (task.only_time) return;
    found.add(task.figures.drop, who, when, round.dropping.wall_ns / 1e6);
    found.add(task.figures.faults, who, when, round.parsing.faults + round.dropping.faults);
}

/// Also what the memory was that the cold round took.
template <typename Session>
void cold_round(Session& session, const peak_memory& watched, const json_task& task,
                std::string_view who, results& found) {
    measured_round(session, task, who, state::cold, found);
    if (task.only_time) return;
    const json_figures& figures = task.figures;
    found.add(figures.peak, who, state::cold, watched.mebibytes());
    found.add(figures.bytes_after, who, state::cold, watched.mebibytes_now());
}

template <typename Session>
void warm_rounds(Session& session, const json_plan& of, const json_task& task, std::string_view who,
                 results& found) {
    for (unsigned round = 0; round < of.warm_rounds && !interrupted(); ++round) {
        measured_round(session, task, who, state::warm, found);
    }
}

/// The unmeasured round.
template <template <typename> typename Session, backend B>
void counted_round(B& memory, const json_task& task, results& found) {
    allocation_count count;
    counting_backend<B> counted{memory, count};
    Session<counting_backend<B>> session{counted};
    add_json_checksum(task, B::name, one_round(session, task.document).checksum, found);
    found.add(task.figures.allocations, B::name, state::counted, static_cast<double>(count.calls));
}

template <template <typename> typename Session, backend B>
void repeat_backend(const json_plan& of, const json_task& task, results& found) {
    const peak_memory watched;
    B memory{json_capacity(task.document)};
    Session<B> session{memory};
    cold_round(session, watched, task, B::name, found);
    if (interrupted()) return;
    if (!task.only_time) counted_round<Session>(memory, task, found);
    warm_rounds(session, of, task, B::name, found);
}

/// The same of the parser's own pool, which has a buffer as large as the others'.
template <typename Contender>
void repeat_contender(const json_plan& of, const json_task& task, results& found) {
    release_free_memory();
    const peak_memory watched;
    Contender session{json_capacity(task.document)};
    cold_round(session, watched, task, Contender::name, found);
    warm_rounds(session, of, task, Contender::name, found);
}

/// All backends, and the parser's own pool as one of them: its turn comes before the first one's.
template <template <typename> typename Session, typename Contender>
void interleave_parser(const json_plan& of, std::span<const json_task> tasks, const options& asked,
                       results& found) {
    found.add_contender({.name = Contender::name, .label = Contender::label});
    std::string_view first;
    interleave({json_workload, 1, of.repetitions, tasks.size()}, asked, found,
               [&]<backend B>(std::size_t at) {
                   if (first.empty()) first = B::name;
                   if (first == B::name) repeat_contender<Contender>(of, tasks[at], found);
                   repeat_backend<Session, B>(of, tasks[at], found);
               });
}

/// Those of the two documents that this parser reads: it may know less than all of JSON, or have
/// limits. `why_refused(text)` is empty if it does.
template <typename WhyRefused>
std::vector<json_task> json_tasks(const json_figures& figures, const json_documents& documents,
                                  results& found, WhyRefused&& why_refused) {
    std::vector<json_task> tasks;
    const auto add = [&](const json_task& task) {
        const std::string why = why_refused(task.document.text);
        if (why.empty()) {
            tasks.push_back(task);
        } else {
            found.add_note(json_workload, fmt::format("{} left out: it refuses {}: {}",
                                                      figures.parser, task.document.name, why));
        }
    };
    add({.document = documents.main, .figures = figures, .time = figures.time});
    add({.document = documents.numbers,
         .figures = figures,
         .time = figures.time_of_numbers,
         .only_time = true});
    return tasks;
}

/// Each measures one parser, or notes that this build is without it.
void measure_boost_json(const json_plan& of, const json_documents& documents, const options& asked,
                        results& found);
void measure_rapidjson(const json_plan& of, const json_documents& documents, const options& asked,
                       results& found);

}  // namespace arena_bench
