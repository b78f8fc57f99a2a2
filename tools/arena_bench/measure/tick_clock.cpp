#include "measure/tick_clock.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <thread>
#include <vector>

#include "measure/statistics.hpp"
#include "measure/stopwatch.hpp"

namespace arena_bench {

namespace {

double measure_ns_per_tick() {
    const stopwatch watch;
    const std::uint64_t begin = tick_before();
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
    const std::uint64_t end = tick_after();
    return watch.nanoseconds() / static_cast<double>(end - begin);
}

std::vector<double> time_empty_pairs() {
    constexpr int pairs = 100'001;
    std::vector<double> ticks;
    ticks.reserve(pairs);
    for (int i = 0; i < pairs; ++i) {
        const std::uint64_t begin = tick_before();
        const std::uint64_t end = tick_after();
        ticks.push_back(static_cast<double>(end - begin));
    }
    std::sort(ticks.begin(), ticks.end());
    return ticks;
}

/// A virtual machine's counter may move in steps of several ticks.
double smallest_step(const std::vector<double>& sorted) {
    double step = sorted.back() - sorted.front();
    for (std::size_t i = 1; i < sorted.size(); ++i) {
        const double difference = sorted[i] - sorted[i - 1];
        if (difference > 0) step = std::min(step, difference);
    }
    return step;
}

}  // namespace

tick_calibration calibrate_ticks() {
    const double ns_per_tick = measure_ns_per_tick();
    const std::vector<double> ticks = time_empty_pairs();
    return {.ns_per_tick = ns_per_tick,
            .resolution_ns = smallest_step(ticks) * ns_per_tick,
            .overhead_ns = percentile(ticks, 0.5) * ns_per_tick};
}

}  // namespace arena_bench
