#include "lanes/lane_registry.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <latch>
#include <set>
#include <thread>
#include <vector>

#include <pthread.h>

#include "support/scale.hpp"

using memory_arena::detail::assigned_lane;
using memory_arena::detail::first_lane;
using memory_arena::detail::lane;
using memory_arena::detail::lane_offset;
using memory_arena::detail::laneless_lane;
using memory_arena::detail::lanes_ever_assigned;
using memory_arena::detail::max_lane_count;
using memory_arena::detail::no_lane;

TEST(lane_registry, keeps_a_thread_its_index) {
    const std::size_t index = assigned_lane();
    EXPECT_EQ(assigned_lane(), index);
    EXPECT_EQ(lane_offset, (first_lane + index) * sizeof(lane));
    EXPECT_GT(lanes_ever_assigned(), index);
}

TEST(lane_registry, reuses_the_index_of_a_thread_that_has_exited) {
    static_cast<void>(assigned_lane());
    std::set<std::size_t> seen;
    for (int round = 0; round < 100; ++round) {
        std::jthread([&] { seen.insert(assigned_lane()); }).join();
    }
    EXPECT_EQ(seen.size(), 1U);
}

TEST(lane_registry, gives_threads_that_live_together_different_indices) {
    constexpr std::size_t count = 32;
    std::vector<std::size_t> indices(count);
    {
        std::latch all_have_one(count);
        std::vector<std::jthread> threads;
        for (std::size_t thread = 0; thread < count; ++thread) {
            threads.emplace_back([&, thread] {
                indices[thread] = assigned_lane();
                all_have_one.arrive_and_wait();
            });
        }
    }
    EXPECT_EQ(std::set<std::size_t>(indices.begin(), indices.end()).size(), count);
    EXPECT_LT(*std::max_element(indices.begin(), indices.end()), 2 * count);
}

namespace {

struct asks_at_exit {
    std::size_t* answer = nullptr;
    std::size_t* offset = nullptr;
    ~asks_at_exit() {
        *answer = assigned_lane();
        *offset = lane_offset;
    }
};

}  // namespace

TEST(lane_registry, has_none_for_a_thread_whose_exit_gave_it_back) {
    std::size_t at_exit = 0;
    std::size_t offset = 0;
    std::jthread([&] {
        thread_local asks_at_exit early{&at_exit, &offset};  // destroyed after the index's keeper
        static_cast<void>(early.answer);
        EXPECT_NE(assigned_lane(), no_lane);
    }).join();
    EXPECT_EQ(at_exit, no_lane);
    EXPECT_EQ(offset, laneless_lane * sizeof(lane));
}

namespace {

/// Threads that live together, each with an index if there is one, on stacks so small that as many
/// fit as there are indices and more.
class crowd {
public:
    explicit crowd(std::size_t most) {
        pthread_attr_t small{};
        pthread_attr_init(&small);
        pthread_attr_setstacksize(&small, std::size_t{128} << 10);
        threads_.resize(most);
        while (started_ < most &&
               pthread_create(&threads_[started_], &small, &crowd::ask, this) == 0) {
            ++started_;
        }
        pthread_attr_destroy(&small);
    }
    crowd(const crowd&) = delete;
    crowd& operator=(const crowd&) = delete;
    ~crowd() {
        may_end_.count_down();
        for (std::size_t index = 0; index < started_; ++index) {
            pthread_join(threads_[index], nullptr);
        }
    }
    [[nodiscard]] std::size_t size() const { return started_; }
    void wait_until_all_have_asked() {
        while (asked_.load() != started_) {
            std::this_thread::yield();
        }
    }
    [[nodiscard]] std::size_t without_lane() const { return without_lane_.load(); }

private:
    static void* ask(void* context) {
        auto& all = *static_cast<crowd*>(context);
        if (assigned_lane() == no_lane && lane_offset == laneless_lane * sizeof(lane)) {
            all.without_lane_.fetch_add(1);
        }
        all.asked_.fetch_add(1);
        all.may_end_.wait();
        return nullptr;
    }

    std::vector<pthread_t> threads_;
    std::size_t started_ = 0;
    std::atomic<std::size_t> asked_{0};
    std::atomic<std::size_t> without_lane_{0};
    std::latch may_end_{1};
};

}  // namespace

TEST(lane_registry, has_none_for_threads_beyond_the_most) {
    if (test_support::work_divisor == 8) {
        GTEST_SKIP() << "ThreadSanitizer has no room for so many threads";
    }
    static_cast<void>(assigned_lane());
    constexpr std::size_t more = 3;
    for (int turn = 0; turn < 2; ++turn) {  // what none had, none gives back
        crowd all(max_lane_count - 1 + more);
        if (all.size() < max_lane_count - 1 + more) {
            GTEST_SKIP() << "the system lets a process have " << all.size() << " threads";
        }
        all.wait_until_all_have_asked();
        EXPECT_EQ(all.without_lane(), more);
    }
    std::thread([] { EXPECT_NE(assigned_lane(), no_lane); }).join();
}
