#pragma once

#include <array>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <thread>

/// \file
/// The threads of a program. They take turns, so that the input alone says what happens in which
/// order; or they run at once, and only what is true in every order can be asked for.

namespace fuzz {

/// Number 0 is the caller. The others begin when they are first needed and stay for the inputs to
/// come, as starting one costs more than a short program.
class workers {
public:
    static constexpr std::size_t count = 3;

    workers() = default;
    workers(const workers&) = delete;
    workers& operator=(const workers&) = delete;
    ~workers() {
        for (std::size_t worker = 1; worker < count; ++worker) {
            retire(worker);
        }
    }

    /// `work` on one of them; returns when it has ended.
    void run(std::size_t worker, const std::function<void()>& work) {
        if (worker == 0) {
            work();
            return;
        }
        hand_over(worker, work);
        wait_for(worker);
    }

    /// `work(worker)` on all of them at once; returns when all have ended.
    void run_all(const std::function<void(std::size_t)>& work) {
        std::array<std::function<void()>, count> parts;
        for (std::size_t worker = 1; worker < count; ++worker) {
            parts[worker] = [&work, worker] { work(worker); };
            hand_over(worker, parts[worker]);
        }
        work(0);
        for (std::size_t worker = 1; worker < count; ++worker) {
            wait_for(worker);
        }
    }

    /// The thread exits; the next that is needed in its place is another one. Not for number 0.
    void retire(std::size_t worker) {
        desk& one = desks_[worker];
        if (one.thread.joinable()) {
            hand_over(worker, nullptr);
            one.thread.join();
            one.thread = std::thread();
            one.has_work = false;
        }
    }

private:
    struct desk {
        std::thread thread;
        std::mutex mutex;
        std::condition_variable changed;
        const std::function<void()>* work = nullptr;  ///< null: the thread is to exit
        bool has_work = false;

        void serve() {
            std::unique_lock lock(mutex);
            for (;;) {
                changed.wait(lock, [this] { return has_work; });
                if (work == nullptr) {
                    return;
                }
                (*work)();
                has_work = false;
                changed.notify_all();
            }
        }
    };

    void hand_over(std::size_t worker, const std::function<void()>& work) {
        hand_over(worker, &work);
    }

    void hand_over(std::size_t worker, const std::function<void()>* work) {
        desk& one = desks_[worker];
        {
            const std::lock_guard lock(one.mutex);
            one.work = work;
            one.has_work = true;
        }
        if (!one.thread.joinable()) {
            one.thread = std::thread([&one] { one.serve(); });
        }
        one.changed.notify_all();
    }

    void wait_for(std::size_t worker) {
        desk& one = desks_[worker];
        std::unique_lock lock(one.mutex);
        one.changed.wait(lock, [&one] { return !one.has_work; });
    }

    std::array<desk, count> desks_;
};

}  // namespace fuzz
