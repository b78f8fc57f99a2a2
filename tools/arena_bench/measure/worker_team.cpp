#include "measure/worker_team.hpp"

#include <utility>

namespace arena_bench {

worker_team::worker_team(unsigned size)
    : release_{static_cast<std::ptrdiff_t>(size) + 1},
      ended_{static_cast<std::ptrdiff_t>(size) + 1} {
    threads_.reserve(size);
    for (unsigned worker = 0; worker < size; ++worker) {
        threads_.emplace_back([this, worker] { serve(worker); });
    }
}

worker_team::~worker_team() {
    work_ = nullptr;
    release_.arrive_and_wait();
    for (std::thread& thread : threads_) thread.join();
}

void worker_team::run(const task& work) {
    work_ = &work;
    release_.arrive_and_wait();
    ended_.arrive_and_wait();
    if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

void worker_team::serve(unsigned worker) {
    for (;;) {
        release_.arrive_and_wait();
        if (work_ == nullptr) return;
        run_guarded(worker);
        ended_.arrive_and_wait();
    }
}

void worker_team::run_guarded(unsigned worker) {
    try {
        (*work_)(worker);
    } catch (...) {
        const std::lock_guard lock{failure_guard_};
        failure_ = std::current_exception();
    }
}

}  // namespace arena_bench
