#include "workloads/contention.hpp"

#include <fmt/format.h>

#include <cstddef>

#include "workloads/interleave.hpp"
#include "workloads/object_rounds.hpp"

namespace arena_bench {

namespace {

constexpr std::string_view workload_name = "contention";
constexpr figure time_per_object{workload_name, "time", "ns/object"};
constexpr figure cpu_per_object{workload_name, "CPU time", "ns/object"};
constexpr figure faults_per_round{workload_name, "page faults", "faults/round"};

struct plan {
    unsigned threads;
    unsigned repetitions;
    std::size_t objects_each;
};

template <backend B>
void add_round(state when, const elapsed& each, const object_rounds& of, results& found) {
    found.add(time_per_object, B::name, when, each.wall_ns);
    found.add(cpu_per_object, B::name, when, each.cpu_ns);
    found.add(faults_per_round, B::name, when, each.faults * static_cast<double>(of.objects()));
}

plan plan_of(const options& asked) {
    const effort how = asked.how_long;
    return {.threads = asked.threads.value_or(8),
            .repetitions = chosen(asked.repetitions, how, {.full = 11U, .demo = 5U, .quick = 2U}),
            .objects_each = chosen<std::size_t>(
                asked.objects, how, {.full = 250'000, .demo = 250'000, .quick = 10'000})};
}

}  // namespace

void run_contention(const options& asked, results& found) {
    const plan of = plan_of(asked);
    found.add_note(
        workload_name,
        fmt::format("{} waiting threads are released together, each makes {} int64_t and "
                    "stores their pointers; timed from the release to the last one's end "
                    "and the reset, or every free by the thread that made it",
                    of.threads, of.objects_each));
    interleave(
        {workload_name, of.threads, of.repetitions}, asked, found, [&]<backend B>(std::size_t) {
            // New threads too: a malloc keeps memory for each.
            object_rounds rounds{of.threads, of.objects_each};
            B memory{rounds.capacity()};
            add_round<B>(state::cold, rounds.timed(memory), rounds, found);
            found.add_checksum(workload_name, B::name, rounds.verified(memory));
            for (unsigned round = 0; round < object_rounds::warm_rounds; ++round) {
                add_round<B>(state::warm, rounds.timed(memory), rounds, found);
            }
        });
}

}  // namespace arena_bench
