#include "workloads/contention.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <new>
#include <span>
#include <vector>

#include "backends/backend.hpp"
#include "measure/round_clock.hpp"
#include "measure/worker_team.hpp"
#include "workloads/interleave.hpp"

namespace arena_bench {

namespace {

constexpr std::string_view workload_name = "contention";
constexpr figure time_per_object{workload_name, "time", "ns/object"};
constexpr figure cpu_per_object{workload_name, "CPU time", "ns/object"};
constexpr unsigned warm_rounds = 3;  // of each fresh backend

using object = std::int64_t;
constexpr object value = 42;

struct plan {
    unsigned threads;
    unsigned repetitions;
    std::size_t objects_each;

    [[nodiscard]] std::size_t objects() const { return threads * objects_each; }
    /// 32 MiB for the 2,000,000 objects of the default; twice the objects' bytes if there are more.
    [[nodiscard]] std::size_t capacity() const {
        return std::max(std::size_t{32} << 20, 2 * objects() * sizeof(object) + threads * 131'072);
    }
};

/// The threads, and where each keeps its pointers: touched beforehand, the same for all backends,
/// and filled for those too that would not need them to free.
struct stage {
    explicit stage(const plan& of)
        : team{of.threads}, pointers(of.threads, std::vector<object*>(of.objects_each)) {}

    worker_team team;
    std::vector<std::vector<object*>> pointers;
};

template <backend B>
void make_objects(B& memory, std::span<object*> into) {
    for (object*& slot : into) {
        slot = ::new (memory.allocate(sizeof(object), alignof(object))) object{value};
    }
}

template <backend B>
void free_objects(B& memory, std::span<object*> from) {
    for (object* each : from) memory.deallocate(each, sizeof(object), alignof(object));
}

template <backend B>
void make_all(B& memory, stage& on) {
    on.team.run([&](unsigned worker) { make_objects(memory, std::span{on.pointers[worker]}); });
}

/// One by one, by the threads that made them, or all at once.
template <backend B>
void drop_all(B& memory, stage& on) {
    if constexpr (!B::drops_whole) {
        on.team.run([&](unsigned worker) { free_objects(memory, std::span{on.pointers[worker]}); });
    }
    memory.finish_round();
}

template <backend B>
elapsed timed_round(B& memory, stage& on, const plan& of) {
    const round_clock clock;
    make_all(memory, on);
    drop_all(memory, on);
    return clock.read().per(of.objects());
}

template <backend B>
void add_time(state when, const elapsed& each, results& found) {
    found.add(time_per_object, B::name, when, each.wall_ns);
    found.add(cpu_per_object, B::name, when, each.cpu_ns);
}

std::uint64_t sum_of_objects(const stage& on) {
    std::uint64_t sum = 0;
    for (const auto& mine : on.pointers) {
        for (const object* each : mine) sum += static_cast<std::uint64_t>(*each);
    }
    return sum;
}

/// The unmeasured round: also the one whose work is verified.
template <backend B>
void verified_round(B& memory, stage& on, results& found) {
    make_all(memory, on);
    found.add_checksum(workload_name, B::name, sum_of_objects(on));
    drop_all(memory, on);
}

plan plan_of(const options& asked) {
    return {.threads = asked.threads.value_or(8),
            .repetitions = chosen(asked.repetitions, asked.quick, 11U, 2U),
            .objects_each =
                chosen(asked.objects, asked.quick, std::size_t{250'000}, std::size_t{10'000})};
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
    stage on{of};
    interleave(workload_name, asked, of.threads, of.repetitions, found, [&]<backend B>() {
        B memory{of.capacity()};
        add_time<B>(state::cold, timed_round(memory, on, of), found);
        verified_round(memory, on, found);
        for (unsigned round = 0; round < warm_rounds; ++round) {
            add_time<B>(state::warm, timed_round(memory, on, of), found);
        }
    });
}

}  // namespace arena_bench
