/// What does it cost to look at an arena that many threads have allocated in, all of them alive?
/// used_bytes(), usage() and inspect(), with 1 lane and with 1,024.

#include <memory_arena/arena.hpp>
#include <memory_arena/inspect.hpp>

#include <barrier>
#include <cstddef>
#include <string>
#include <thread>
#include <vector>

#include "support/paired.hpp"

namespace {

constexpr std::size_t calls = 2000;

/// An arena, and threads that have allocated in it and wait.
class crowd {
public:
    explicit crowd(std::size_t count) : gate_(static_cast<std::ptrdiff_t>(count + 1)) {
        threads_.reserve(count);
        for (std::size_t index = 0; index < count; ++index) {
            threads_.emplace_back([this] {
                static_cast<void>(source_.allocate_bytes(64));
                gate_.arrive_and_wait();
                gate_.arrive_and_wait();
            });
        }
        gate_.arrive_and_wait();
    }
    crowd(const crowd&) = delete;
    crowd& operator=(const crowd&) = delete;
    ~crowd() {
        gate_.arrive_and_wait();
        for (std::thread& thread : threads_) {
            thread.join();
        }
    }

    memory_arena::arena& source() noexcept { return source_; }

private:
    memory_arena::arena source_{std::size_t{64} << 20};
    std::barrier<> gate_;
    std::vector<std::thread> threads_;
};

}  // namespace

int main() {
    for (const std::size_t lanes : {std::size_t{1}, std::size_t{1024}}) {
        crowd all(lanes);
        memory_arena::arena& source = all.source();
        benchmarks::paired queries(
            "one query, " + std::to_string(source.usage().lanes) + " lanes, all threads alive",
            calls);
        queries.add("used_bytes()", [&source] {
            for (std::size_t count = 0; count < calls; ++count) {
                const std::size_t used = source.used_bytes();
                benchmarks::keep(&used);
            }
        });
        queries.add("usage()", [&source] {
            for (std::size_t count = 0; count < calls; ++count) {
                const memory_arena::arena_usage now = source.usage();
                benchmarks::keep(&now);
            }
        });
        queries.add("inspect()", [&source] {
            for (std::size_t count = 0; count < calls; ++count) {
                const memory_arena::arena_inspection now = source.inspect();
                benchmarks::keep(&now);
            }
        });
        queries.report("usage()");
    }
}
