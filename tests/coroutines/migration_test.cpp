// Coroutines that go from thread to thread, with frames from one arena, and from leases that go
// along.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <coroutine>
#include <cstddef>
#include <deque>
#include <latch>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

#include <memory_arena.hpp>
#include <memory_arena/coroutine.hpp>

#include "coroutines/task.hpp"

namespace {

using coroutine_tests::task;
using memory_arena::arena;
using memory_arena::arena_lease;
using memory_arena::cpu_arena;

constexpr std::size_t mebibyte = std::size_t{1} << 20;

/// Threads that resume what is handed to them.
class crew {
public:
    static constexpr std::size_t size = 4;

    crew() {
        for (member& each : members_) {
            each.thread = std::thread([&each] { each.work(); });
        }
    }
    crew(const crew&) = delete;
    crew& operator=(const crew&) = delete;
    /// Ends when all that was handed over has been resumed.
    ~crew() {
        for (member& each : members_) {
            each.hand_over(nullptr);
        }
        for (member& each : members_) {
            each.thread.join();
        }
    }

    void hand_over(std::size_t to, std::coroutine_handle<> what) {
        members_.at(to).hand_over(what);
    }

    /// Awaited: go on on that thread.
    auto go_to(std::size_t number) {
        struct way {
            member& to;
            static bool await_ready() noexcept { return false; }
            void await_suspend(std::coroutine_handle<> traveller) const { to.hand_over(traveller); }
            void await_resume() const { EXPECT_EQ(std::this_thread::get_id(), to.thread.get_id()); }
        };
        return way{members_.at(number % size)};
    }

private:
    struct member {
        void hand_over(std::coroutine_handle<> what) {
            const std::lock_guard lock(mutex);
            waiting.push_back(what);
            something.notify_one();
        }
        void work() {
            while (const std::coroutine_handle<> next = take()) {
                next.resume();
            }
        }
        std::coroutine_handle<> take() {
            std::unique_lock lock(mutex);
            something.wait(lock, [this] { return !waiting.empty(); });
            const std::coroutine_handle<> next = waiting.front();
            waiting.pop_front();
            return next;
        }

        std::mutex mutex;
        std::condition_variable something;
        std::deque<std::coroutine_handle<>> waiting;
        std::thread thread;
    };

    std::array<member, size> members_;
};

/// Begins on one thread, ends on another, and holds a pattern meanwhile.
template <class Source>
task<std::size_t> errand(Source& source, crew& threads, std::size_t number, int legs) {
    std::array<std::size_t, 20> pattern{};
    pattern.fill(number);
    std::size_t sum = 0;
    for (int leg = 0; leg < legs; ++leg) {
        co_await threads.go_to(number + static_cast<std::size_t>(leg));
        sum += co_await errand(source, threads, number + 1, legs - 2);
    }
    if (number % 7 == 3) {
        throw std::runtime_error("no such address");
    }
    for (const std::size_t each : pattern) {
        sum += each == number ? 1 : 1'000'000;
    }
    co_return sum;
}

template <class Source>
task<std::size_t> tour(Source& source, crew& threads, std::size_t number, std::latch& ended) {
    std::size_t sum = 0;
    for (std::size_t turn = 0; turn < 20; ++turn) {
        co_await threads.go_to(number + turn);
        try {
            sum += co_await errand(source, threads, number + turn, 4);
        } catch (const std::runtime_error&) {
            ++sum;
        }
    }
    ended.count_down();
    co_return sum;
}

/// Errands of four legs, of two, and of none: each ends with 20, unless it or one below it throws.
std::size_t sum_of_tour(std::size_t number) {
    const auto throws = [](std::size_t its) { return its % 7 == 3; };
    std::size_t sum = 0;
    for (std::size_t turn = number; turn < number + 20; ++turn) {
        const bool fails = throws(turn) || throws(turn + 1) || throws(turn + 2);
        sum += fails ? 1 : 20 + 4 * (20 + 2 * 20);
    }
    return sum;
}

constexpr std::size_t tours = 24;

/// As many tours at once, each with its source, on all threads of a crew.
template <class SourceOf>
void send_all_around(const SourceOf& source_of) {
    std::latch ended(tours);
    std::optional<crew> threads(std::in_place);
    using tour_type = task<std::size_t>;
    std::vector<tour_type> all;
    all.reserve(tours);
    for (std::size_t number = 0; number < tours; ++number) {
        all.push_back(tour(source_of(number), *threads, number, ended));
    }
    for (std::size_t number = 0; number < tours; ++number) {
        threads->hand_over(number % crew::size, all[number].handle());
    }
    ended.wait();
    threads.reset();  // when it has joined, every coroutine is at its end
    for (std::size_t number = 0; number < tours; ++number) {
        ASSERT_TRUE(all[number].is_done());
        EXPECT_EQ(all[number].result(), sum_of_tour(number));
    }
}

template <class Arena>
void share(Arena& source) {
    for (int generation = 0; generation < 3; ++generation) {
        send_all_around([&source](std::size_t /*number*/) -> Arena& { return source; });
        source.reset();
    }
    EXPECT_EQ(source.used_bytes(), 0U);
}

template <class Arena>
void hand_leases_around(Arena& source) {
    std::vector<std::unique_ptr<arena_lease>> leases;
    for (std::size_t number = 0; number < tours; ++number) {
        leases.push_back(std::make_unique<arena_lease>(source.lease()));
    }
    const auto lease_of = [&leases](std::size_t number) -> arena_lease& { return *leases[number]; };
    send_all_around(lease_of);
    // A lease takes back what ends in it, whatever thread that is on.
    const std::size_t used = source.used_bytes();
    for (int turn = 0; turn < 5; ++turn) {
        send_all_around(lease_of);
        EXPECT_EQ(source.used_bytes(), used);
    }
}

TEST(migration, of_coroutines_with_frames_in_one_arena) {
    arena source(256 * mebibyte);
    share(source);
}

TEST(migration, of_coroutines_with_frames_in_one_cpu_arena) {
    cpu_arena source(256 * mebibyte);
    share(source);
}

TEST(migration, of_coroutines_with_leases_of_their_own) {
    arena source(64 * mebibyte);
    hand_leases_around(source);
}

TEST(migration, of_coroutines_with_leases_of_a_cpu_arena) {
    cpu_arena source(64 * mebibyte);
    hand_leases_around(source);
}

}  // namespace
