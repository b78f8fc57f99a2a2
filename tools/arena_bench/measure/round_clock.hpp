#pragma once

#include <sys/resource.h>

#include <cstddef>
#include <ctime>

#include "measure/stopwatch.hpp"

namespace arena_bench {

struct elapsed {
    double wall_ns;
    double cpu_ns;  ///< of all the process's threads
    double faults;  ///< of pages, likewise

    [[nodiscard]] elapsed per(std::size_t things) const {
        const auto count = static_cast<double>(things);
        return {wall_ns / count, cpu_ns / count, faults / count};
    }
};

/// Less than this one round's two readings can't tell: each takes system calls.
inline constexpr double round_clock_resolution_ms = 0.001;

/// Wall time is what a user waits for. On a machine with other work it favours whoever ends before
/// the scheduler looks, so the CPU time stands beside it.
class round_clock {
public:
    [[nodiscard]] elapsed read() const {
        const double wall = watch_.nanoseconds();
        return {wall, cpu_now() - cpu_start_, faults_now() - faults_start_};
    }

private:
    static double cpu_now() {
        timespec now{};
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
        return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
    }

    static double faults_now() {
        rusage used{};
        getrusage(RUSAGE_SELF, &used);
        return static_cast<double>(used.ru_minflt + used.ru_majflt);
    }

    double faults_start_ = faults_now();
    double cpu_start_ = cpu_now();  // before the watch starts: it takes a system call
    stopwatch watch_;
};

}  // namespace arena_bench
