#pragma once

#include <cstdint>
#include <string_view>

#if defined(__x86_64__) || defined(__i386__)
#include <x86intrin.h>
#define ARENA_BENCH_TSC 1
#else
#include <chrono>
#define ARENA_BENCH_TSC 0
#endif

namespace arena_bench {

/// The cheapest clock there is, for timing one allocation: the time-stamp counter between fences on
/// x86 (so that neither reading drifts into the other's work), steady_clock elsewhere.
#if ARENA_BENCH_TSC
inline constexpr std::string_view tick_clock_name = "rdtsc, fenced";

inline std::uint64_t tick_before() {
    _mm_lfence();
    const std::uint64_t tick = __rdtsc();
    _mm_lfence();
    return tick;
}
inline std::uint64_t tick_after() {
    unsigned processor = 0;
    const std::uint64_t tick = __rdtscp(&processor);
    _mm_lfence();
    return tick;
}
#else
inline constexpr std::string_view tick_clock_name = "std::chrono::steady_clock";

inline std::uint64_t tick_before() {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(std::chrono::nanoseconds{now}.count());
}
inline std::uint64_t tick_after() { return tick_before(); }
#endif

/// What a tick is worth, and what two readings with nothing between them cost.
struct tick_calibration {
    double ns_per_tick = 1;
    double resolution_ns = 0;  ///< the smallest step it was seen to take
    double overhead_ns = 0;    ///< the median of many empty pairs
};

/// Takes about a twentieth of a second.
tick_calibration calibrate_ticks();

}  // namespace arena_bench
