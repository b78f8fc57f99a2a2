#pragma once

#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

/// \file
/// Threads that start together and are waited for together.

namespace test_support {

/// Calls `work(index)` on `count` threads at once, and returns when all have ended.
template <class Work>
void run_team(std::size_t count, const Work& work) {
    std::atomic<std::size_t> waiting{count};
    std::vector<std::thread> threads;
    threads.reserve(count);
    for (std::size_t index = 0; index < count; ++index) {
        threads.emplace_back([&waiting, &work, index] {
            waiting.fetch_sub(1);
            while (waiting.load() != 0) {
                std::this_thread::yield();
            }
            work(index);
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
}

}  // namespace test_support
