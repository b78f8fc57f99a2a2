/// What does an arena cost that comes out of a pool and goes back, against one that is kept and
/// reset, and one that is made and destroyed? One thread, so uncontended.

#include <memory_arena/arena_pool.hpp>

#include <atomic>
#include <cstddef>
#include <memory>
#include <memory_resource>
#include <mutex>
#include <thread>
#include <vector>

#include "support/paired.hpp"

namespace {

constexpr std::size_t check_outs = 200'000;
constexpr std::size_t made_anew = 200;

/// What one would write oneself: a lock and a vector.
class locked_pool {
public:
    explicit locked_pool(std::size_t capacity) {
        free_.push_back(std::make_unique<memory_arena::arena>(capacity));
    }
    std::unique_ptr<memory_arena::arena> take() {
        const std::lock_guard lock(mutex_);
        auto got = std::move(free_.back());
        free_.pop_back();
        return got;
    }
    void give_back(std::unique_ptr<memory_arena::arena> its) {
        its->reset();
        const std::lock_guard lock(mutex_);
        free_.push_back(std::move(its));
    }

private:
    std::mutex mutex_;
    std::vector<std::unique_ptr<memory_arena::arena>> free_;
};

}  // namespace

int main() {
    // A C library does without atomics where it knows that there is one thread: here are two.
    std::atomic<bool> ends{false};
    std::jthread other([&ends] { ends.wait(false); });
    constexpr std::size_t capacity = std::size_t{64} << 20;
    memory_arena::arena_pool pool({.arena = {.capacity = capacity}});
    memory_arena::arena kept(capacity);
    locked_pool locked(capacity);
    benchmarks::paired all("one check-out, or what stands for it", check_outs);
    all.add("arena_pool", [&] {
        for (std::size_t count = 0; count < check_outs; ++count) {
            benchmarks::keep(pool.acquire().get());
        }
    });
    all.add("arena_pool, and an object in it", [&] {
        for (std::size_t count = 0; count < check_outs; ++count) {
            benchmarks::keep(pool.acquire()->new_object<int>(42));
        }
    });
    all.add("an arena that is kept: reset", [&] {
        for (std::size_t count = 0; count < check_outs; ++count) {
            benchmarks::keep(&kept);
            kept.reset();
        }
    });
    all.add("an arena that is kept: an object and reset", [&] {
        for (std::size_t count = 0; count < check_outs; ++count) {
            benchmarks::keep(kept.new_object<int>(42));
            kept.reset();
        }
    });
    all.add("a lock and a vector of arenas", [&] {
        for (std::size_t count = 0; count < check_outs; ++count) {
            auto its = locked.take();
            benchmarks::keep(its.get());
            locked.give_back(std::move(its));
        }
    });
    all.report("arena_pool");

    benchmarks::paired anew("one arena, made and destroyed", made_anew);
    anew.add("arena", [&] {
        for (std::size_t count = 0; count < made_anew; ++count) {
            const memory_arena::arena its(capacity);
            benchmarks::keep(&its);
        }
    });
    anew.report("arena");
    ends = true;
    ends.notify_one();
}
