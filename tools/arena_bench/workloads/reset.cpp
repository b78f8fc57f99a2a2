#include "workloads/reset.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "measure/tick_clock.hpp"
#include "measure/worker_team.hpp"
#include "workloads/interleave.hpp"

namespace arena_bench {

namespace {

constexpr std::string_view workload_name = "reset";
constexpr figure after_objects{workload_name, "after objects of 32 B, one thread", "ns", true};
constexpr figure after_threads{
    workload_name, "after 8,192 objects of 32 B, by threads", "ns", true};
constexpr figure after_bytes{workload_name, "after 256 blocks, by bytes in all", "ns", true};
constexpr unsigned warm_rounds = 3;
constexpr std::size_t alignment = 8;

/// One thing to drop, and what of it the sweep varies.
struct load {
    figure what;
    unsigned threads;
    std::size_t blocks_each;
    std::size_t bytes;

    [[nodiscard]] std::size_t capacity() const {
        return threads * (blocks_each * bytes / 4 * 5 + 262'144) + (std::size_t{4} << 20);
    }
};

std::vector<load> loads_of(const options& asked) {
    std::vector<load> all;
    const std::size_t most = asked.how_long == effort::quick ? 10'000 : 1'000'000;
    for (std::size_t count = 100; count <= most; count *= 10) {
        const setting at{"objects", "", static_cast<double>(count)};
        all.push_back({after_objects.when(at), 1, count, 32});
    }
    for (unsigned count = 1; count <= 16; count *= 4) {
        const setting at{"threads", "", static_cast<double>(count)};
        all.push_back({after_threads.when(at), count, 8'192 / count, 32});
    }
    for (std::size_t bytes = 65'536; bytes <= (std::size_t{64} << 20); bytes *= 32) {
        const setting at{"bytes", "B", static_cast<double>(bytes)};
        all.push_back({after_bytes.when(at), 1, 256, bytes / 256});
    }
    return all;
}

/// The teams, by size: threads are started once. A team of one is this thread.
class teams {
public:
    void run(unsigned size, const worker_team::task& work) {
        if (size == 1) {
            work(0);
        } else {
            of(size).run(work);
        }
    }

private:
    worker_team& of(unsigned size) {
        for (const auto& each : all_) {
            if (each->size() == size) return *each;
        }
        return *all_.emplace_back(std::make_unique<worker_team>(size));
    }

    std::vector<std::unique_ptr<worker_team>> all_;
};

template <backend B>
class droppable {
public:
    droppable(const load& of, teams& with)
        : of_{of},
          teams_{with},
          memory_{of.capacity()},
          blocks_(of.threads, std::vector<void*>(of.blocks_each)) {}

    void fill() {
        teams_.run(of_.threads, [&](unsigned worker) {
            for (void*& each : blocks_[worker]) {
                each = memory_.allocate(of_.bytes, alignment);
                std::memcpy(each, &of_.bytes, sizeof of_.bytes);
            }
        });
    }

    [[nodiscard]] std::uint64_t checksum() const {
        std::uint64_t sum = 0;
        for (const auto& mine : blocks_) {
            for (const void* each : mine) {
                std::size_t word = 0;
                std::memcpy(&word, each, sizeof word);
                sum += word;
            }
        }
        return sum;
    }

    void drop() {
        if constexpr (!B::drops_whole || has_thread_end<B>) {
            teams_.run(of_.threads, [&](unsigned worker) { drop_own(worker); });
        }
        memory_.finish_round();
    }

private:
    void drop_own(unsigned worker) {
        if constexpr (!B::drops_whole) {
            for (void* each : blocks_[worker]) memory_.deallocate(each, of_.bytes, alignment);
        }
        finish_thread(memory_);
    }

    const load& of_;
    teams& teams_;
    B memory_;
    std::vector<std::vector<void*>> blocks_;
};

template <backend B>
void repeat(const load& of, teams& with, results& found) {
    droppable<B> what{of, with};
    what.fill();
    found.add_checksum(workload_name, B::name, what.checksum(),
                       fmt::format("{}, {}", of.what.name, of.what.at->label()));
    what.drop();
    for (unsigned round = 0; round < warm_rounds; ++round) {
        what.fill();
        const std::uint64_t begin = tick_before();
        what.drop();
        const std::uint64_t end = tick_after();
        const double raw = static_cast<double>(end - begin) * found.ticks.ns_per_tick;
        found.add(of.what, B::name, state::warm, std::max(raw - found.ticks.overhead_ns, 0.0));
    }
}

}  // namespace

void run_reset(const options& asked, results& found) {
    const unsigned repetitions =
        chosen(asked.repetitions, asked.how_long, {.full = 21U, .demo = 3U, .quick = 2U});
    const std::vector<load> loads = loads_of(asked);
    found.add_note(workload_name,
                   "the end of a round alone: a reset, or every free by the thread that made it; "
                   "waking those threads, some microseconds, is part of it where there is work for "
                   "them");
    found.add_note(
        workload_name,
        fmt::format("clocked by {}, which moves in steps of {:.1f} ns; its own {:.1f} ns are "
                    "subtracted",
                    tick_clock_name, found.ticks.resolution_ns, found.ticks.overhead_ns));
    teams all;
    for (const bool alone : {true, false}) {
        std::vector<const load*> some;
        for (const load& each : loads) {
            if ((each.threads == 1) == alone) some.push_back(&each);
        }
        interleave({workload_name, alone ? 1U : 2U, repetitions, some.size()}, asked, found,
                   [&]<backend B>(std::size_t at) { repeat<B>(*some[at], all, found); });
    }
}

}  // namespace arena_bench
