#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include <memory_arena/lease.hpp>

#include "support/figures.hpp"
#include "support/random_source.hpp"
#include "support/scale.hpp"

/// \file
/// What a lease holds for its scopes: nothing new for the same requests again, and never more than
/// twice what the largest scope used, and one TLAB.

namespace {

using memory_arena::arena;
using memory_arena::arena_lease;
using memory_arena::arena_usage;
using namespace test_support;

constexpr std::uint64_t seed = 0x5eed0012;
constexpr std::size_t block = 4096;
constexpr std::size_t first_tlab = 4096;

std::size_t frontier(const arena& source) {
    const arena_usage figures = source.usage();
    return figures.used + figures.slack;
}

/// A program of requests and scopes within scopes, the same for the same number. Notes the most
/// that the outermost scope used.
class program {
public:
    program(const arena& source, arena_lease& lease, std::uint64_t number)
        : arena_(source), lease_(lease), random_(seed + number), before_(source.used_bytes()) {}

    void run(int depth) {
        const std::size_t most = random_.one_in(4) ? 60'000 : 1'000;
        const std::size_t steps = random_.between(1, 25);
        for (std::size_t step = 0; step < steps; ++step) {
            if (depth > 0 && random_.one_in(4)) {
                const auto inner = lease_.scope();
                run(depth - 1);
            } else {
                static_cast<void>(lease_.try_allocate_bytes(random_.skewed(1, most), 8));
                largest_ = std::max(largest_, arena_.used_bytes() - before_);
            }
        }
    }

    [[nodiscard]] std::size_t largest() const noexcept { return largest_; }

private:
    const arena& arena_;
    arena_lease& lease_;
    random_source random_;
    std::size_t before_;
    std::size_t largest_ = 0;
};

std::size_t run_scope(const arena& source, arena_lease& lease, std::uint64_t number, int depth) {
    const auto scope = lease.scope();
    program all(source, lease, number);
    all.run(depth);
    return all.largest();
}

class scopes : public testing::TestWithParam<std::uint64_t> {};

}  // namespace

TEST_P(scopes, of_the_same_requests_take_nothing_new) {
    arena source{64U << 20};
    arena_lease lease = source.lease();
    std::size_t taken = 0;
    for (int turn = 0; turn < 4; ++turn) {
        run_scope(source, lease, GetParam(), 3);
        taken = turn == 0 ? frontier(source) : taken;
        ASSERT_EQ(frontier(source), taken) << "turn " << turn;
        ASSERT_EQ(source.used_bytes(), 0U);
    }
}

TEST_P(scopes, one_deep_of_the_same_requests_take_nothing_new_beside_others) {
    arena source{64U << 20};
    arena_lease lease = source.lease();
    std::size_t taken = 0;
    for (int turn = 0; turn < 4; ++turn) {
        {
            const auto scope = lease.scope();
            random_source random(seed + GetParam());
            for (int request = 0; request < 100; ++request) {
                static_cast<void>(lease.allocate_bytes(random.skewed(1, 50'000), 8));
                if (turn == 0 && random.one_in(2)) {
                    static_cast<void>(source.allocate_bytes(16 * block));  // off the frontier
                } else if (turn != 0) {
                    static_cast<void>(random.one_in(2));
                }
            }
        }
        taken = turn == 0 ? frontier(source) : taken;
        if (turn != 0) {
            ASSERT_EQ(frontier(source), taken) << "turn " << turn;
        }
    }
}

TEST_P(scopes, in_a_loop_hold_at_most_twice_the_largest_and_a_tlab) {
    arena source{64U << 20};
    arena_lease lease = source.lease();
    std::size_t largest = 0;
    for (std::uint64_t turn = 0; turn < 20; ++turn) {
        largest = std::max(largest, run_scope(source, lease, GetParam() * 100 + turn, 2));
        ASSERT_LE(frontier(source), 2 * largest + first_tlab + block);
    }
}

TEST_P(scopes, in_a_loop_beside_others_hold_at_most_twice_the_largest_and_a_tlab) {
    constexpr std::size_t capacity = std::size_t{32} << 20;
    arena source{capacity};
    arena_lease lease = source.lease();
    std::size_t largest = 0;
    for (std::uint64_t turn = 0; turn < 20; ++turn) {
        largest = std::max(largest, run_scope(source, lease, GetParam() * 100 + turn, 2));
        static_cast<void>(source.allocate_bytes(18 * block));  // off the frontier
    }
    // All that the lease doesn't keep is to be had by others, but for the pieces of blocks beside
    // what it gave back.
    fill(source, 32);
    EXPECT_GE(source.used_bytes() + 2 * largest + first_tlab + 2 * block, capacity)
        << "largest scope " << largest;
}

INSTANTIATE_TEST_SUITE_P(programs, scopes, testing::Range<std::uint64_t>(0, 40));
