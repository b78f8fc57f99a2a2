#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <ctime>
#include <mutex>
#include <thread>
#include <vector>

#include <pthread.h>

/// \file
/// Stops threads at instructions that chance picks, for long enough that others get far meanwhile:
/// what a scheduler does once in a million times between two given instructions, this does often.

namespace test_support {

/// While it lives, its targets are interrupted again and again by a signal.
class signal_storm {
public:
    explicit signal_storm(bool raging) : raging_(raging) {
        if (raging) {
            struct sigaction action {};
            action.sa_handler = &hold_up;
            action.sa_flags = SA_RESTART;
            sigaction(SIGUSR1, &action, &before_);
            sender_ = std::thread([this] { send(); });
        }
    }
    signal_storm(const signal_storm&) = delete;
    signal_storm& operator=(const signal_storm&) = delete;
    ~signal_storm() {
        if (raging_) {
            over_.store(true);
            sender_.join();
            sigaction(SIGUSR1, &before_, nullptr);
        }
    }

    /// While it lives, the thread that made it is a target.
    class target {
    public:
        explicit target(signal_storm& storm) : storm_(storm), thread_(pthread_self()) {
            const std::lock_guard lock(storm_.mutex_);
            storm_.targets_.push_back(thread_);
        }
        target(const target&) = delete;
        target& operator=(const target&) = delete;
        ~target() {
            const std::lock_guard lock(storm_.mutex_);
            storm_.targets_.erase(
                std::find(storm_.targets_.begin(), storm_.targets_.end(), thread_));
        }

    private:
        signal_storm& storm_;
        pthread_t thread_;
    };

private:
    /// The signal's handler: holds its thread up for a moment, short or long by turns.
    static void hold_up(int /*signal*/) {
        static std::atomic<unsigned> turns{0};
        const unsigned turn = turns.fetch_add(1, std::memory_order_relaxed);
        if (turn % 4 == 0) {
            const timespec moment{0, 20000};
            nanosleep(&moment, nullptr);
            return;
        }
        for (unsigned idle = 0; idle < (turn % 16) * 1000; ++idle) {
            std::atomic_signal_fence(std::memory_order_seq_cst);
        }
    }

    void send() {
        for (std::size_t turn = 0; !over_.load(); ++turn) {
            {
                const std::lock_guard lock(mutex_);
                if (!targets_.empty()) {
                    pthread_kill(targets_[turn % targets_.size()], SIGUSR1);
                }
            }
            std::this_thread::sleep_for(std::chrono::microseconds(5 + turn % 13));
        }
    }

    const bool raging_;
    std::atomic<bool> over_{false};
    std::mutex mutex_;
    std::vector<pthread_t> targets_;
    struct sigaction before_ {};
    std::thread sender_;
};

}  // namespace test_support
