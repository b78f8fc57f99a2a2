#pragma once

#include <barrier>
#include <cstddef>
#include <functional>
#include <thread>
#include <vector>

/// \file
/// Threads that stand by between rounds, so that what a thread costs to make is not measured. What
/// is measured with the work is the two meetings of a round; bench_threads and bench_blocks show
/// them as a row of their own.

namespace benchmarks {

class standing_team {
public:
    explicit standing_team(std::size_t size)
        : begin_(static_cast<std::ptrdiff_t>(size) + 1),
          end_(static_cast<std::ptrdiff_t>(size) + 1) {
        threads_.reserve(size);
        for (std::size_t index = 0; index < size; ++index) {
            threads_.emplace_back([this, index] { stand_by(index); });
        }
    }
    standing_team(const standing_team&) = delete;
    standing_team& operator=(const standing_team&) = delete;
    ~standing_team() {
        begin_.arrive_and_wait();  // without work: they end
        for (std::thread& thread : threads_) {
            thread.join();
        }
    }

    [[nodiscard]] std::size_t size() const noexcept { return threads_.size(); }

    /// Every member calls `work(index)`; returns when all have.
    void run(const std::function<void(std::size_t)>& work) {
        work_ = &work;
        begin_.arrive_and_wait();
        end_.arrive_and_wait();
        work_ = nullptr;
    }

private:
    void stand_by(std::size_t index) {
        for (;;) {
            begin_.arrive_and_wait();
            if (work_ == nullptr) {
                return;
            }
            (*work_)(index);
            end_.arrive_and_wait();
        }
    }

    std::barrier<> begin_;
    std::barrier<> end_;
    const std::function<void(std::size_t)>* work_ = nullptr;
    std::vector<std::thread> threads_;
};

}  // namespace benchmarks
