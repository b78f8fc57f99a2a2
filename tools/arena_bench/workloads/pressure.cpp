#include "workloads/pressure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <span>
#include <stdexcept>
#include <utility>
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
constexpr figure time_beside_nothing{workload_name, "time, with a clean heap", "ns/object"};
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
void drop_all(B& memory, std::span<object* const> from) {
    drop_alone(memory, from, sizeof(object), alignof(object));
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

template <backend B>
void repeat_beside_nothing(const plan& of, scratch& into, results& found) {
    B memory{of.capacity()};
    found.add(time_beside_nothing, B::name, state::cold, timed_round(memory, into).wall_ns);
    verified_round(memory, into, found);
    found.add(time_beside_nothing, B::name, state::warm, timed_round(memory, into).wall_ns);
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
    const effort how = asked.how_long;
    constexpr std::size_t million = 1'000'000;
    return {.repetitions = chosen(asked.repetitions, how, {.full = 9U, .demo = 3U, .quick = 2U}),
            .objects = chosen<std::size_t>(
                asked.objects, how, {.full = million, .demo = million, .quick = million / 20}),
            .live_objects = chosen<std::size_t>(
                asked.live_objects, how,
                {.full = 10 * million, .demo = 4 * million, .quick = million / 5})};
}

void explain(const plan& of, results& found) {
    found.add_note(
        workload_name,
        fmt::format("beside {} live nodes of 8 pointers on malloc, left of half as many again "
                    "by frees in random order, one thread makes {} objects of 64 bytes, "
                    "writes them and stores their pointers; timed with the reset, or "
                    "every free in the order of making",
                    of.live_objects, of.objects));
    found.add_note(
        workload_name,
        "a replacement of malloc has such a heap of its own; with a clean heap: before any "
        "of them was made");
    found.add_note(
        workload_name,
        fmt::format("single allocations (with construction) are clocked in rounds of "
                    "their own by {}, which moves in steps of {:.1f} ns; its own "
                    "{:.1f} ns are subtracted",
                    tick_clock_name, found.ticks.resolution_ns, found.ticks.overhead_ns));
}

/// The C library's, and that of each malloc that takes its place.
class live_heaps {
public:
    live_heaps(std::size_t nodes, const options& asked) {
        add(nodes, {&std::malloc, &std::free});
        for_each_backend([&]<backend B>() {
            if constexpr (requires { B::functions(); }) {
                if (!asked.wants_backend(B::name)) return;
                add(nodes, {B::functions().allocate, B::functions().deallocate});
            }
        });
    }

    void expect_unchanged() const {
        for (const watched& each : all_) {
            if (each.heap->checksum() == each.checksum) continue;
            throw std::runtime_error{"pressure: a live heap has changed"};
        }
    }

private:
    struct watched {
        std::unique_ptr<live_heap> heap;
        std::uint64_t checksum;
    };

    void add(std::size_t nodes, heap_functions on) {
        auto heap = std::make_unique<live_heap>(nodes, on);
        const std::uint64_t checksum = heap->checksum();
        all_.push_back({std::move(heap), checksum});
    }

    std::vector<watched> all_;
};

}  // namespace

void run_pressure(const options& asked, results& found) {
    const plan of = plan_of(asked);
    explain(of, found);
    scratch into{of.objects};
    const turns alone{workload_name, 1, of.repetitions};
    interleave(alone, asked, found,
               [&]<backend B>(std::size_t) { repeat_beside_nothing<B>(of, into, found); });
    const live_heaps heaps{of.live_objects, asked};
    interleave(alone, asked, found, [&]<backend B>(std::size_t) { repeat<B>(of, into, found); });
    heaps.expect_unchanged();
}

}  // namespace arena_bench
