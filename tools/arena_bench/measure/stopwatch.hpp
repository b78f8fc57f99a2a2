#pragma once

#include <chrono>

namespace arena_bench {

/// Wall time since it was made. For whole rounds; single allocations need tick_clock.
class stopwatch {
public:
    [[nodiscard]] double seconds() const {
        return std::chrono::duration<double>(clock::now() - start_).count();
    }
    [[nodiscard]] double nanoseconds() const { return seconds() * 1e9; }

private:
    using clock = std::chrono::steady_clock;

    clock::time_point start_ = clock::now();
};

}  // namespace arena_bench
