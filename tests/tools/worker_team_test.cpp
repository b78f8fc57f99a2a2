#include "measure/worker_team.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

namespace arena_bench {
namespace {

TEST(worker_team, runs_each_worker_once_a_round_on_its_own_thread) {
    worker_team team{4};
    std::vector<std::thread::id> first(4);
    std::vector<std::thread::id> second(4);
    team.run([&](unsigned worker) { first[worker] = std::this_thread::get_id(); });
    team.run([&](unsigned worker) { second[worker] = std::this_thread::get_id(); });
    EXPECT_EQ(first, second);
    for (const std::thread::id id : first) {
        EXPECT_NE(id, std::this_thread::get_id());
        EXPECT_NE(id, std::thread::id{});
    }
}

TEST(worker_team, passes_on_what_a_worker_throws_and_goes_on) {
    worker_team team{2};
    const auto fail = [](unsigned worker) {
        if (worker == 1) {
            throw std::runtime_error{"no"};
        }
    };
    EXPECT_THROW(team.run(fail), std::runtime_error);
    std::atomic<unsigned> ran{0};
    team.run([&](unsigned) { ++ran; });
    EXPECT_EQ(ran, 2U);
}

}  // namespace
}  // namespace arena_bench
