#include "workloads/pressure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <new>
#include <span>
#include <stdexcept>
#include <vector>

#include "backends/backend.hpp"
#include "measure/round_clock.hpp"
#include "measure/sink.hpp"
#include "measure/tick_clock.hpp"
#include "workloads/interleave.hpp"
#include "workloads/live_heap.hpp"

namespace arena_bench {

namespace {

constexpr std::string_view workload_name = "pressure";
constexpr figure time_per_object{workload_name, "time", "ns/object"};
constexpr figure cpu_per_object{workload_name, "CPU time", "ns/object"};

struct percentile_figure {
    figure what;
    double fraction = 0;
};
constexpr std::array latencies{
    percentile_figure{{workload_name, "one allocation, p50", "ns", true}, 0.5},
    percentile_figure{{workload_name, "one allocation, p99", "ns", true}, 0.99},
    percentile_figure{{workload_name, "one allocation, p99.9", "ns", true}, 0.999},
    percentile_figure{{workload_name, "one allocation, max", "ns", true}, 1.0},
};

struct object {
    std::array<std::uint64_t, 8> words;
};
static_assert(sizeof(object) == 64);

struct plan {
    unsigned repetitions;
    std::size_t objects;
    std::size_t live_objects;

    [[nodiscard]] std::size_t capacity() const {
        return objects * sizeof(object) / 4 * 5 + (std::size_t{16} << 20);
    }
};

/// What all backends write into, touched beforehand.
struct scratch {
    explicit scratch(std::size_t objects) : pointers(objects), ticks(objects) {}

    std::vector<object*> pointers;
    std::vector<double> ticks;
};

template <backend B>
object* make_object(B& memory, std::uint64_t i) {
    void* const at = memory.allocate(sizeof(object), alignof(object));
    return ::new (at) object{{i, i, i, i, i, i, i, i}};
}

template <backend B>
void make_all(B& memory, std::span<object*> into) {
    std::uint64_t i = 0;
    for (object*& slot : into) slot = make_object(memory, i++);
}

template <backend B>
void drop_all(B& memory, std::span<object*> from) {
    if constexpr (!B::drops_whole) {
        for (object* each : from) memory.deallocate(each, sizeof(object), alignof(object));
    }
    memory.finish_round();
}

template <backend B>
elapsed timed_round(B& memory, scratch& into) {
    const round_clock clock;
    make_all(memory, std::span{into.pointers});
    drop_all(memory, std::span{into.pointers});
    return clock.read().per(into.pointers.size());
}

template <backend B>
void add_time(state when, const elapsed& each, results& found) {
    found.add(time_per_object, B::name, when, each.wall_ns);
    found.add(cpu_per_object, B::name, when, each.cpu_ns);
}

/// A round with a clock around each allocation and construction, which costs more than many of
/// them: so it is no part of timed_round().
template <backend B>
void clocked_round(B& memory, scratch& into) {
    for (std::size_t i = 0; i < into.pointers.size(); ++i) {
        const std::uint64_t begin = tick_before();
        object* const made = make_object(memory, i);
        keep(made);
        const std::uint64_t end = tick_after();
        into.pointers[i] = made;
        into.ticks[i] = static_cast<double>(end - begin);
    }
    drop_all(memory, std::span{into.pointers});
}

template <backend B>
void add_latencies(state when, scratch& from, results& found) {
    std::sort(from.ticks.begin(), from.ticks.end());
    for (const percentile_figure& each : latencies) {
        const double raw = percentile(from.ticks, each.fraction) * found.ticks.ns_per_tick;
        found.add(each.what, B::name, when, std::max(raw - found.ticks.overhead_ns, 0.0));
    }
}

/// The unmeasured round: also the one whose work is verified.
template <backend B>
void verified_round(B& memory, scratch& into, results& found) {
    make_all(memory, std::span{into.pointers});
    std::uint64_t sum = 0;
    for (const object* each : into.pointers) {
        for (const std::uint64_t word : each->words) sum = sum * 31 + word;
    }
    found.add_checksum(workload_name, B::name, sum);
    drop_all(memory, std::span{into.pointers});
}

/// Two fresh backends, because a first round can be timed or clocked, not both.
template <backend B>
void repeat(const plan& of, scratch& into, results& found) {
    {
        B memory{of.capacity()};
        add_time<B>(state::cold, timed_round(memory, into), found);
        verified_round(memory, into, found);
        add_time<B>(state::warm, timed_round(memory, into), found);
    }
    release_free_memory();
    B memory{of.capacity()};
    if (interrupted()) return;
    clocked_round(memory, into);
    add_latencies<B>(state::cold, into, found);
    verified_round(memory, into, found);
    clocked_round(memory, into);
    add_latencies<B>(state::warm, into, found);
}

plan plan_of(const options& asked) {
    constexpr std::size_t million = 1'000'000;
    return {.repetitions = chosen(asked.repetitions, asked.quick, 3U, 2U),
            .objects = chosen(asked.objects, asked.quick, 2 * million, million / 20),
            .live_objects = chosen(asked.live_objects, asked.quick, 10 * million, million / 5)};
}

void explain(const plan& of, results& found) {
    found.add_note(
        workload_name,
        fmt::format("beside {} live malloc nodes of 8 pointers, left of half as many again "
                    "by frees in random order, one thread makes {} objects of 64 bytes, "
                    "writes them and stores their pointers; timed with the reset, or "
                    "every free in the order of making",
                    of.live_objects, of.objects));
    found.add_note(
        workload_name,
        fmt::format("single allocations (with construction) are clocked in rounds of "
                    "their own by {}, which moves in steps of {:.1f} ns; its own "
                    "{:.1f} ns are subtracted",
                    tick_clock_name, found.ticks.resolution_ns, found.ticks.overhead_ns));
}

}  // namespace

void run_pressure(const options& asked, results& found) {
    const plan of = plan_of(asked);
    explain(of, found);
    const live_heap heap{of.live_objects};
    const std::uint64_t before = heap.checksum();
    scratch into{of.objects};
    interleave(workload_name, asked, 1, of.repetitions, found,
               [&]<backend B>() { repeat<B>(of, into, found); });
    if (heap.checksum() != before) throw std::runtime_error{"pressure: the live heap has changed"};
}

}  // namespace arena_bench
