#include "progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

namespace arena_bench {

namespace {

constexpr double seconds_between_bars = 0.1;   // on a terminal
constexpr double seconds_between_lines = 5.0;  // in a log
constexpr std::size_t bar_width = 30;

std::string bar_of(double fraction) {
    const auto filled = static_cast<std::size_t>(fraction * static_cast<double>(bar_width));
    return std::string(filled, '#') + std::string(bar_width - filled, '.');
}

}  // namespace

progress_bar::progress_bar(std::string title, std::size_t steps)
    : title_{std::move(title)},
      steps_{std::max<std::size_t>(steps, 1)},
      terminal_{isatty(STDERR_FILENO) == 1},
      next_draw_{terminal_ ? seconds_between_bars : seconds_between_lines} {
    if (terminal_) draw(0);
}

progress_bar::~progress_bar() {
    if (drawn_ && terminal_) std::fputs("\r\033[K", stderr);
}

void progress_bar::advance(std::size_t steps) {
    done_ = std::min(done_ + steps, steps_);
    const double elapsed = watch_.seconds();
    if (elapsed < next_draw_) return;
    draw(elapsed);
    next_draw_ = elapsed + (terminal_ ? seconds_between_bars : seconds_between_lines);
}

void progress_bar::draw(double elapsed) {
    const auto percent = static_cast<int>(fraction() * 100);
    const std::string left = time_left(elapsed);
    if (terminal_) {
        fmt::print(
            stderr, "\r\033[K{:<26} [{}] {:3}%  {}", title_, bar_of(fraction()), percent, left);
    } else {
        fmt::print(stderr, "{}: {}%, {}\n", title_, percent, left);
    }
    std::fflush(stderr);
    drawn_ = true;
}

std::string progress_bar::time_left(double elapsed) const {
    if (done_ == 0) return "starting";
    const double total = elapsed / fraction();
    const auto seconds = std::lround(total - elapsed);
    return fmt::format("{}:{:02} left", seconds / 60, seconds % 60);
}

double progress_bar::fraction() const {
    return static_cast<double>(done_) / static_cast<double>(steps_);
}

}  // namespace arena_bench
