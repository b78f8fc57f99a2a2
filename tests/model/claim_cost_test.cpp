#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "model/arena_model.hpp"
#include "model/configuration.hpp"
#include "model/scheduler.hpp"

/// \file
/// What a refill costs in compare-and-swaps, counted where nobody is in its way.

namespace {

using memory_arena::detail::held_tlab;
using model::access;
using model::operation;
using model::the_scheduler;

class claims_of_one_thread {
public:
    claims_of_one_thread() : arena_({.blocks = 32, .shards = 2}), words_(arena_.initial()) {}

    /// Swaps that `call` makes.
    std::size_t swaps_of(const operation& call) {
        std::vector<std::uint64_t> log;
        std::size_t swaps = 0;
        model::result got;
        auto run = [&] { arena_.run(call, lane_, got); };
        auto ending = model::scheduler::ending::paused;
        while (ending == model::scheduler::ending::paused) {
            ending = the_scheduler().step(words_, log, 0, false, run);
            const auto& events = the_scheduler().events();
            swaps += static_cast<std::size_t>(
                std::count_if(events.begin(), events.end(), [](const model::event& one) {
                    return one.made.what == access::kind::compare_exchange;
                }));
        }
        model::arena_model::settle(call, got, lane_);
        return swaps;
    }

private:
    model::arena_model arena_;
    model::memory words_;
    held_tlab lane_;
};

constexpr operation tlab{operation::kind::lane, 200, 8, 0};
constexpr operation medium{operation::kind::direct, 64, 8, 0};
constexpr operation large{operation::kind::direct, 8'192, 8, 0};

}  // namespace

TEST(a_claim, swaps_one_word_when_the_home_shard_can_serve_it) {
    claims_of_one_thread claims;
    EXPECT_EQ(claims.swaps_of(tlab), 3U);  // an extent: described, published, done
    EXPECT_EQ(claims.swaps_of(tlab), 1U);
    EXPECT_EQ(claims.swaps_of(medium), 1U);
}

TEST(a_claim, swaps_one_word_for_a_large_request) {
    claims_of_one_thread claims;
    static_cast<void>(claims.swaps_of(tlab));
    EXPECT_EQ(claims.swaps_of(large), 1U);
}

TEST(a_claim, swaps_nothing_when_the_bump_serves_it) {
    claims_of_one_thread claims;
    static_cast<void>(claims.swaps_of({operation::kind::lane, 16, 8, 0}));
    EXPECT_EQ(claims.swaps_of({operation::kind::lane, 16, 8, 0}), 0U);
}
