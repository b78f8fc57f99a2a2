#include "lanes/lane_registry.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <latch>
#include <set>
#include <thread>
#include <vector>

using memory_arena::detail::assigned_lane;
using memory_arena::detail::first_lane;
using memory_arena::detail::lane;
using memory_arena::detail::lane_offset;
using memory_arena::detail::laneless_lane;
using memory_arena::detail::lanes_ever_assigned;
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
