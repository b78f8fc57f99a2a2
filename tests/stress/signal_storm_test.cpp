#include <memory_arena/arena.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <ctime>
#include <memory>
#include <thread>
#include <vector>

#include <sys/syscall.h>
#include <unistd.h>

#include "support/scale.hpp"

/// \file
/// A cpu_arena's try_allocate_bytes from signal handlers, on top of itself at any instruction.

namespace {

using memory_arena::cpu_arena;

struct taken {
    std::uint64_t generation;
    std::uintptr_t begin;
    std::size_t bytes;
};

/// What one thread, and the handlers that run on it, took. A handler that comes between the count
/// and the store only takes another place.
class record {
public:
    explicit record(std::size_t places) : places_(places) {}

    void add(const taken& one) noexcept {
        const std::size_t place = count_.fetch_add(1, std::memory_order_relaxed);
        if (place < places_.size()) {
            places_[place] = one;
        }
    }
    [[nodiscard]] bool is_full() const noexcept { return count_.load() >= places_.size(); }
    void append_to(std::vector<taken>& all) const {
        const std::size_t count = std::min(count_.load(), places_.size());
        all.insert(
            all.end(), places_.begin(), places_.begin() + static_cast<std::ptrdiff_t>(count));
    }

private:
    std::vector<taken> places_;
    std::atomic<std::size_t> count_{0};
};

cpu_arena* storm_arena = nullptr;
std::atomic<std::size_t> handler_runs{0};
thread_local record* own_record = nullptr;
thread_local unsigned handler_turn = 0;

/// Takes `bytes`, and notes them if no reset came between.
void take(std::size_t bytes, std::size_t alignment, record& into) noexcept {
    const std::uint64_t before = storm_arena->generation();
    void* const block = storm_arena->try_allocate_bytes(bytes, alignment);
    if (block != nullptr && storm_arena->generation() == before) {
        into.add({before, reinterpret_cast<std::uintptr_t>(block), bytes});
    }
}

void on_signal(int /*number*/) {
    const unsigned turn = ++handler_turn;
    for (unsigned count = 0; count < 3; ++count) {
        take(8 + (turn * 37 + count * 131) % 3'000, std::size_t{8} << (turn % 4), *own_record);
    }
    handler_runs.fetch_add(1, std::memory_order_relaxed);
}

/// Interrupts the calling thread every 50 microseconds.
class interrupter {
public:
    interrupter() {
        sigevent event{};
        event.sigev_notify = SIGEV_THREAD_ID;
        event.sigev_signo = SIGUSR1;
        event._sigev_un._tid = static_cast<pid_t>(syscall(SYS_gettid));
        timer_create(CLOCK_MONOTONIC, &event, &timer_);
        const itimerspec every{{0, 50'000}, {0, 50'000}};
        timer_settime(timer_, 0, &every, nullptr);
    }
    interrupter(const interrupter&) = delete;
    interrupter& operator=(const interrupter&) = delete;
    ~interrupter() { timer_delete(timer_); }

private:
    timer_t timer_{};
};

std::size_t overlaps(std::vector<taken>& all) {
    std::sort(all.begin(), all.end(), [](const taken& left, const taken& right) {
        return left.generation != right.generation ? left.generation < right.generation
                                                   : left.begin < right.begin;
    });
    std::size_t found = 0;
    for (std::size_t index = 1; index < all.size(); ++index) {
        const taken& one = all[index - 1];
        if (one.generation == all[index].generation && one.begin + one.bytes > all[index].begin) {
            ++found;
        }
    }
    return found;
}

}  // namespace

TEST(cpu_arena_in_signal_handlers, never_hands_out_the_same_bytes_twice) {
    constexpr std::size_t threads = 8;
    const std::size_t wanted_runs = test_support::scaled(200'000);
    cpu_arena source{std::size_t{32} << 20};
    storm_arena = &source;
    handler_runs = 0;
    struct sigaction action {};
    action.sa_handler = on_signal;
    action.sa_flags = SA_RESTART;
    struct sigaction before {};
    ASSERT_EQ(sigaction(SIGUSR1, &action, &before), 0);
    std::vector<std::unique_ptr<record>> records;
    for (std::size_t thread = 0; thread < threads; ++thread) {
        records.push_back(std::make_unique<record>(500'000));
    }
    {
        std::vector<std::jthread> team;
        for (std::size_t thread = 0; thread < threads; ++thread) {
            team.emplace_back([&, thread] {
                own_record = records[thread].get();
                const interrupter storm;
                std::uint64_t step = thread + 1;
                while (handler_runs.load(std::memory_order_relaxed) < wanted_runs) {
                    step = step * 6364136223846793005U + 1442695040888963407U;
                    const std::size_t most = (step >> 20) % 256 == 0 ? 40'000 : 300;
                    take(8 + static_cast<std::size_t>(step >> 33) % most,
                         std::size_t{8} << ((step >> 40) % 5), *own_record);
                    if ((step >> 30) % 50'000 == 7) {
                        source.reset();
                    }
                }
            });
        }
    }
    sigaction(SIGUSR1, &before, nullptr);
    std::vector<taken> all;
    for (const auto& one : records) {
        one->append_to(all);
    }
    EXPECT_GE(handler_runs.load(), wanted_runs);
    EXPECT_EQ(overlaps(all), 0U) << all.size() << " allocations, " << source.generation()
                                 << " generations";
    source.reset();
    std::size_t total = 0;
    while (source.try_allocate_bytes(32) != nullptr) {
        total += 32;
    }
    EXPECT_EQ(total, source.capacity());
    EXPECT_EQ(source.used_bytes(), source.capacity());
    storm_arena = nullptr;
}
