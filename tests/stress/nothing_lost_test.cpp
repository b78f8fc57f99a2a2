#include <algorithm>
#include <atomic>
#include <barrier>
#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <memory_arena/arena.hpp>

#include "support/live_ranges.hpp"
#include "support/random_source.hpp"
#include "support/scale.hpp"
#include "support/signal_storm.hpp"
#include "support/team.hpp"

/// \file
/// Thousands of short rounds: threads take blocks of one size until they are refused, beside a few
/// resets or none. Then, in the generation that is left, one thread takes the rest: what all hold
/// must be the whole arena but for less than one block in each lane. An extent that a race drops is
/// missing from it.

namespace {

using memory_arena::arena;
using memory_arena::arena_options;
using namespace test_support;

constexpr std::uint64_t seed = 0x5eed0008;

struct scenario {
    const char* name;
    std::size_t capacity;
    std::size_t shard_count;
    std::size_t lane_count;
    std::size_t takers;
    std::size_t block_bytes;
    std::size_t most_resets;  ///< beside the takers, in a round
    bool interrupted;         ///< by a signal_storm
};

void PrintTo(const scenario& that, std::ostream* out) { *out << that.name << ", seed " << seed; }

/// The blocks that one thread got in the generation that it took the last one in.
class taker {
public:
    taker(arena& source, std::size_t block_bytes, std::uint32_t owner)
        : arena_(source), block_bytes_(block_bytes), log_(owner) {}

    void take_until_refused() {
        log_.clear();
        std::uint64_t generation = arena_.generation();
        for (;;) {
            const void* block = arena_.try_allocate_bytes(block_bytes_, 8);
            const std::uint64_t after = arena_.generation();
            if (block == nullptr && after == generation) {
                return;
            }
            if (block != nullptr && after == generation) {
                log_.add(block, block_bytes_, 8, generation);
            }
            if (after != generation) {
                generation = after;
                log_.clear();
            }
        }
    }

    [[nodiscard]] range_log& log() noexcept { return log_; }

private:
    arena& arena_;
    std::size_t block_bytes_;
    range_log log_;
};

class filling_in_short_rounds : public testing::TestWithParam<scenario> {
protected:
    filling_in_short_rounds()
        : source_(arena_options{.capacity = limits_.capacity,
                                .shard_count = limits_.shard_count,
                                .lane_count = limits_.lane_count}) {
        for (std::size_t index = 0; index < limits_.takers; ++index) {
            takers_.emplace_back(source_, limits_.block_bytes, static_cast<std::uint32_t>(index));
        }
    }

    void reset_now_and_then(random_source& random) {
        const std::size_t resets = random.below(limits_.most_resets + 1);
        for (std::size_t count = 0; count < resets; ++count) {
            const std::size_t pause = random.below(3000);
            for (std::size_t idle = 0; idle < pause; ++idle) {
                std::atomic_signal_fence(std::memory_order_seq_cst);
            }
            source_.reset();
        }
    }

    void expect_all_is_there() {
        live_ranges ranges;
        for (taker& each : takers_) {
            ranges.merge(each.log());
        }
        ASSERT_TRUE(ranges.disjoint());
        while (source_.try_allocate_bytes(16, 8) != nullptr) {
        }
        const auto figures = source_.usage();
        const std::size_t lanes = std::min(limits_.takers, limits_.lane_count);
        const std::size_t rests = lanes * (limits_.block_bytes - 8);
        ASSERT_GE(figures.used + rests, source_.capacity()) << "slack " << figures.slack;
    }

    const scenario limits_ = GetParam();
    arena source_;
    std::vector<taker> takers_;
};

TEST_P(filling_in_short_rounds, loses_nothing) {
    const std::size_t rounds = scaled(limits_.interrupted ? 5000 : 3000, 200);
    signal_storm storm(limits_.interrupted);
    std::barrier turn(static_cast<std::ptrdiff_t>(limits_.takers + 1));
    run_team(limits_.takers + 1, [&](std::size_t index) {
        random_source random(seed);
        for (std::size_t round = 0; round < rounds; ++round) {
            turn.arrive_and_wait();
            if (index < limits_.takers) {
                const signal_storm::target here(storm);
                takers_[index].take_until_refused();
            } else {
                reset_now_and_then(random);
            }
            turn.arrive_and_wait();
            if (index == limits_.takers && !HasFailure()) {
                expect_all_is_there();
                source_.reset();
            }
        }
    });
}

constexpr std::size_t kib = 1024;

INSTANTIATE_TEST_SUITE_P(
    every_scenario, filling_in_short_rounds,
    testing::Values(
        scenario{"without_resets", 64 * kib, 64, 1024, 3, 32, 0, false},
        scenario{"without_resets_in_one_shard", 128 * kib, 1, 1024, 4, 32, 0, false},
        scenario{"without_resets_nor_lanes", 64 * kib, 2, 1, 3, 32, 0, false},
        scenario{"without_resets_interrupted", 64 * kib, 1, 1024, 3, 32, 0, true},
        scenario{"in_one_shard", 64 * kib, 1, 1024, 3, 32, 3, false},
        scenario{"in_two_shards", 64 * kib, 2, 1024, 2, 32, 10, false},
        scenario{"in_all_shards", 256 * kib, 64, 1024, 3, 32, 5, false},
        scenario{"without_lanes", 64 * kib, 1, 1, 3, 32, 3, false},
        scenario{"in_a_tiny_arena", 4 * kib, 3, 1024, 3, 32, 30, false},
        scenario{"in_one_shard_interrupted", 64 * kib, 1, 1024, 3, 32, 3, true},
        scenario{"in_two_shards_interrupted", 64 * kib, 2, 1024, 3, 32, 10, true},
        scenario{"in_large_blocks_interrupted", 64 * kib, 1, 1024, 3, 1024, 3, true},
        scenario{"in_a_tiny_arena_interrupted", 4 * kib, 3, 1024, 3, 32, 30, true},
        scenario{"without_lanes_interrupted", 64 * kib, 1, 1, 3, 32, 3, true},
        scenario{"without_lanes_in_half_the_room_interrupted", 32 * kib, 1, 1, 3, 16, 3, true},
        scenario{"without_lanes_by_five_interrupted", 32 * kib, 1, 1, 5, 32, 3, true},
        scenario{"without_lanes_with_one_reset_interrupted", 64 * kib, 1, 1, 3, 128, 1, true},
        scenario{"without_lanes_in_three_shards_interrupted", 1024 * kib, 3, 1, 3, 1024, 3, true}),
    [](const auto& chosen) { return std::string(chosen.param.name); });

}  // namespace
