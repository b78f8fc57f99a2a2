#include "workloads/churn.hpp"

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <new>

#include "measure/round_clock.hpp"
#include "measure/sink.hpp"
#include "workloads/interleave.hpp"

namespace arena_bench {

namespace {

constexpr std::string_view workload_name = "churn";
constexpr figure made_anew{workload_name, "made anew", "ns/cycle"};
constexpr figure kept_and_reset{workload_name, "kept and reset", "ns/cycle"};
constexpr std::size_t objects = 100;
constexpr std::size_t capacity = 65'536;
constexpr unsigned warm_rounds = 3;

struct object {
    std::array<std::uint64_t, 8> words;
};

template <backend B>
std::uint64_t one_cycle(B& memory, std::uint64_t seed) {
    std::array<object*, objects> made{};
    for (object*& each : made) {
        each = ::new (memory.allocate(sizeof(object), alignof(object))) object{{seed++}};
    }
    keep(made.data());
    std::uint64_t sum = 0;
    for (const object* each : made) sum = sum * 31 + each->words[0];
    drop_alone(memory, made, sizeof(object), alignof(object));
    return sum;
}

template <backend B>
std::uint64_t cycles_made_anew(std::size_t count) {
    std::uint64_t sum = 0;
    for (std::size_t cycle = 0; cycle < count; ++cycle) {
        B memory{capacity};
        sum += one_cycle(memory, cycle);
    }
    return sum;
}

template <backend B>
std::uint64_t cycles_kept(B& memory, std::size_t count) {
    std::uint64_t sum = 0;
    for (std::size_t cycle = 0; cycle < count; ++cycle) sum += one_cycle(memory, cycle);
    return sum;
}

template <backend B>
void repeat(std::size_t anew, std::size_t kept, results& found) {
    B memory{capacity};
    found.add_checksum(
        workload_name, B::name, cycles_kept(memory, anew) + cycles_made_anew<B>(anew));
    for (unsigned round = 0; round < warm_rounds; ++round) {
        const round_clock making;
        cycles_made_anew<B>(anew);
        found.add(made_anew, B::name, state::warm, making.read().per(anew).wall_ns);
        const round_clock keeping;
        cycles_kept(memory, kept);
        found.add(kept_and_reset, B::name, state::warm, keeping.read().per(kept).wall_ns);
    }
}

}  // namespace

void run_churn(const options& asked, results& found) {
    const effort how = asked.how_long;
    const auto cycles =
        chosen<std::size_t>(asked.objects, how, {.full = 2'000, .demo = 1'000, .quick = 100});
    const unsigned repetitions =
        chosen(asked.repetitions, how, {.full = 9U, .demo = 5U, .quick = 2U});
    found.add_note(
        workload_name,
        fmt::format("a cycle: {} objects of 64 bytes, written and read, and all dropped; either "
                    "an arena of {} KiB is made and destroyed around each of {} cycles, "
                    "or one is kept and reset after each of {}",
                    objects, capacity / 1024, cycles, 10 * cycles));
    found.add_note(
        workload_name,
        "an arena of ours reserves address space and a table of lanes when it's made: keep one "
        "and reset it");
    interleave({workload_name, 1, repetitions}, asked, found,
               [&]<backend B>(std::size_t) { repeat<B>(cycles, 10 * cycles, found); });
}

}  // namespace arena_bench
