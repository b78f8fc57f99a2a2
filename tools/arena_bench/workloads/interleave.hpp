#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "backends/backend_list.hpp"
#include "measure/interrupt.hpp"
#include "measure/process_memory.hpp"
#include "measure/stopwatch.hpp"
#include "options.hpp"
#include "progress.hpp"
#include "report/results.hpp"
#include "workloads/patience.hpp"

namespace arena_bench {

/// How a workload is repeated: each backend `repetitions` times, at each of so many settings.
struct turns {
    std::string_view workload;
    unsigned threads;
    unsigned repetitions;
    std::size_t settings = 1;
};

template <backend B>
bool takes_part(const options& asked, unsigned threads) {
    return asked.wants_backend(B::name) && (B::thread_safe || threads == 1);
}

/// Says which backends sit this workload out because it has several threads.
inline std::size_t count_backends(const turns& of, const options& asked, results& found) {
    std::size_t count = 0;
    for_each_backend([&]<backend B>() {
        if (takes_part<B>(asked, of.threads)) {
            ++count;
        } else if (asked.wants_backend(B::name)) {
            found.add_note(of.workload, fmt::format("{} left out: it is not thread-safe", B::name));
        }
    });
    return count;
}

/// Calls `repeat.operator()<B>(setting)` once for each setting and backend, then once again for
/// each, and so on: what changes on the machine in the meantime meets them all alike.
template <typename Repeat>
void interleave(const turns& of, const options& asked, results& found, Repeat&& repeat) {
    const std::size_t backends = count_backends(of, asked, found);
    progress_bar bar{std::string{of.workload}, of.repetitions * of.settings * backends};
    patience left{of.repetitions, asked};
    for (unsigned repetition = 0; repetition < of.repetitions; ++repetition) {
        for (std::size_t setting = 0; setting < of.settings; ++setting) {
            for_each_backend([&]<backend B>() {
                if (interrupted() || !takes_part<B>(asked, of.threads)) return;
                if (!left.has_run_out(B::name, repetition)) {
                    found.begin_turn();
                    release_memory_kept_by<B>();
                    release_free_memory();
                    const stopwatch watch;
                    repeat.template operator()<B>(setting);
                    left.spend(B::name, watch.seconds());
                }
                bar.advance();
            });
        }
    }
    left.explain(of.workload, found);
}

}  // namespace arena_bench
