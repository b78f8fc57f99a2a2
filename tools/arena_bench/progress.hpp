#pragma once

#include <cstddef>
#include <string>

#include "measure/stopwatch.hpp"

namespace arena_bench {

/// A bar with the time left, on stderr, for anything that may take over two seconds; it goes
/// away at the end. Where stderr is no terminal, a plain line every few seconds instead.
class progress_bar {
public:
    progress_bar(std::string title, std::size_t steps);
    ~progress_bar();
    progress_bar(const progress_bar&) = delete;
    progress_bar& operator=(const progress_bar&) = delete;

    void advance(std::size_t steps = 1);

private:
    void draw(double elapsed);
    [[nodiscard]] std::string time_left(double elapsed) const;
    [[nodiscard]] double fraction() const;

    std::string title_;
    std::size_t steps_;
    std::size_t done_ = 0;
    bool terminal_;
    bool drawn_ = false;
    double next_draw_;
    stopwatch watch_;
};

}  // namespace arena_bench
