#pragma once

#include <cstddef>
#include <ctime>

#include "measure/stopwatch.hpp"

namespace arena_bench {

struct elapsed {
    double wall_ns;
    double cpu_ns;  ///< of all the process's threads

    [[nodiscard]] elapsed per(std::size_t things) const {
        const auto count = static_cast<double>(things);
        return {wall_ns / count, cpu_ns / count};
    }
};

/// Wall time is what a user waits for. On a machine with other work it favours whoever ends before
/// the scheduler looks, so the CPU time stands beside it.
class round_clock {
public:
    [[nodiscard]] elapsed read() const { return {watch_.nanoseconds(), cpu_now() - cpu_start_}; }

private:
    static double cpu_now() {
        timespec now{};
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
        return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
    }

    double cpu_start_ = cpu_now();  // before the watch starts: it takes a system call
    stopwatch watch_;
};

}  // namespace arena_bench
