#pragma once

#include <barrier>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace arena_bench {

/// Threads that are started once and then released together, round after round, so that starting
/// them is in nobody's figure.
class worker_team {
public:
    using task = std::function<void(unsigned worker)>;

    explicit worker_team(unsigned size);
    ~worker_team();
    worker_team(const worker_team&) = delete;
    worker_team& operator=(const worker_team&) = delete;

    [[nodiscard]] unsigned size() const { return static_cast<unsigned>(threads_.size()); }

    /// Runs `work(0)` to `work(size() - 1)`, each on its own thread, always the same one, and
    /// returns when the last has ended. Throws what one of them threw.
    void run(const task& work);

private:
    void serve(unsigned worker);
    void run_guarded(unsigned worker);

    std::barrier<> release_;
    std::barrier<> ended_;
    const task* work_ = nullptr;  // null: go home; written only between two barriers
    std::mutex failure_guard_;
    std::exception_ptr failure_;
    std::vector<std::thread> threads_;
};

}  // namespace arena_bench
