#include "measure/interrupt.hpp"

#include <atomic>
#include <csignal>

namespace arena_bench {

namespace {

std::atomic<bool> asked_to_stop{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler must not take a lock");

extern "C" void arena_bench_on_interrupt(int signal) {
    asked_to_stop.store(true, std::memory_order_relaxed);
    std::signal(signal, SIG_DFL);
}

}  // namespace

void catch_interrupts() { std::signal(SIGINT, arena_bench_on_interrupt); }

bool interrupted() { return asked_to_stop.load(std::memory_order_relaxed); }

}  // namespace arena_bench
