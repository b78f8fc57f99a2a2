#include "workloads/threads.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <thread>
#include <vector>

#include "workloads/interleave.hpp"
#include "workloads/object_rounds.hpp"

namespace arena_bench {

namespace {

constexpr std::string_view workload_name = "threads";
constexpr figure time_per_object{workload_name, "time", "ns/object"};
constexpr figure cpu_per_object{workload_name, "CPU time", "ns/object"};

setting threads_of(unsigned count) { return {"threads", "", static_cast<double>(count)}; }

/// Powers of two to four times the cores, and those two themselves.
std::vector<unsigned> counts(const options& asked) {
    const unsigned most =
        asked.threads.value_or(4 * std::max(1U, std::thread::hardware_concurrency()));
    std::vector<unsigned> all;
    for (unsigned count = 1; count < most; count *= 2) all.push_back(count);
    all.push_back(most);
    return all;
}

}  // namespace

void run_threads(const options& asked, results& found) {
    const effort how = asked.how_long;
    const auto objects = chosen<std::size_t>(
        asked.objects, how, {.full = 2'000'000, .demo = 1'000'000, .quick = 40'000});
    const unsigned repetitions =
        chosen(asked.repetitions, how, {.full = 9U, .demo = 5U, .quick = 2U});
    const std::vector<unsigned> sweep = counts(asked);
    found.add_note(
        workload_name, fmt::format("as contention, warm, with 1 to {} threads that make {} objects "
                                   "together; an object's time is the round's over all objects",
                                   sweep.back(), objects));
    std::vector<std::unique_ptr<object_rounds>> rounds;
    rounds.reserve(sweep.size());
    for (const unsigned count : sweep) {
        rounds.push_back(
            std::make_unique<object_rounds>(count, std::max<std::size_t>(1, objects / count)));
    }
    interleave({workload_name, sweep.back(), repetitions, sweep.size()}, asked, found,
               [&]<backend B>(std::size_t at) {
                   object_rounds& on = *rounds[at];
                   const setting threads = threads_of(sweep[at]);
                   B memory{on.capacity()};
                   found.add_checksum(workload_name, B::name, on.verified(memory), threads.label());
                   for (unsigned round = 0; round < object_rounds::warm_rounds; ++round) {
                       const elapsed each = on.timed(memory);
                       found.add(time_per_object.when(threads), B::name, state::warm, each.wall_ns);
                       found.add(cpu_per_object.when(threads), B::name, state::warm, each.cpu_ns);
                   }
               });
}

}  // namespace arena_bench
