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

template <backend B>
bool takes_part(const options& asked, unsigned threads) {
    return asked.wants_backend(B::name) && (B::thread_safe || threads == 1);
}

/// Says which backends sit this workload out because it has several threads.
inline std::size_t count_backends(std::string_view workload, const options& asked, unsigned threads,
                                  results& found) {
    std::size_t count = 0;
    for_each_backend([&]<backend B>() {
        if (takes_part<B>(asked, threads)) {
            ++count;
        } else if (asked.wants_backend(B::name)) {
            found.add_note(workload, fmt::format("{} left out: it is not thread-safe", B::name));
        }
    });
    return count;
}

/// Calls `repeat.operator()<B>()` once for each backend, then once again for each, and so on: what
/// changes on the machine in the meantime meets them all alike.
template <typename Repeat>
void interleave(std::string_view workload, const options& asked, unsigned threads,
                unsigned repetitions, results& found, Repeat&& repeat) {
    const std::size_t backends = count_backends(workload, asked, threads, found);
    progress_bar bar{std::string{workload}, repetitions * backends};
    patience left{repetitions, asked.repetitions.has_value()};
    for (unsigned repetition = 0; repetition < repetitions; ++repetition) {
        for_each_backend([&]<backend B>() {
            if (interrupted() || !takes_part<B>(asked, threads)) return;
            if (!left.has_run_out(B::name)) {
                release_free_memory();
                const stopwatch watch;
                repeat.template operator()<B>();
                left.spend(B::name, watch.seconds());
            }
            bar.advance();
        });
    }
    left.explain(workload, found);
}

}  // namespace arena_bench
