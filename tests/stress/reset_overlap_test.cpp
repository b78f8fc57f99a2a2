#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <ostream>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <memory_arena/arena.hpp>

#include "support/arena_types.hpp"
#include "support/live_ranges.hpp"
#include "support/random_source.hpp"
#include "support/scale.hpp"
#include "support/signal_storm.hpp"
#include "support/team.hpp"

/// \file
/// Resets that nobody synchronises with the allocations beside them. The callers take addresses
/// and write nothing. A block counts for the generation that generation() gave both before and
/// after it was taken: no two blocks of one generation may overlap, nothing may lock up, and
/// nothing may be lost.

namespace {

using memory_arena::arena;
using memory_arena::arena_options;
using namespace test_support;

constexpr std::uint64_t seed = 0x5eed0004;

struct scenario {
    const char* name;
    arena_options options;
    std::size_t takers;
    std::size_t resetters;
    std::size_t longest_pause;  ///< between two resets, in turns of an idle loop
    std::size_t largest_small;  ///< requests are up to this, mostly …
    std::size_t one_large_in;   ///< … and one in so many is up to …
    std::size_t largest;        ///< … this
    bool interrupted = false;   ///< the takers are, by a signal_storm
};

void PrintTo(const scenario& that, std::ostream* out) { *out << that.name << ", seed " << seed; }

/// One thread that takes addresses.
template <class Arena = arena>
class taker {
public:
    taker(Arena& source, const scenario& limits, std::uint32_t owner)
        : arena_(source), limits_(limits), random_(seed + owner), log_(owner) {}

    void take(std::size_t times) {
        log_.reserve(times);
        for (std::size_t turn = 0; turn < times; ++turn) {
            take_one();
        }
    }

    void take_one() {
        const std::size_t most =
            random_.one_in(limits_.one_large_in) ? limits_.largest : limits_.largest_small;
        const std::size_t bytes = random_.skewed(1, most);
        const std::size_t alignment = std::size_t{1} << random_.below(8);
        const std::uint64_t before = arena_.generation();
        const void* block = arena_.try_allocate_bytes(bytes, alignment);
        if (arena_.generation() != before) {
            overtaken_ += 1;
        } else if (block != nullptr) {
            log_.add(block, bytes, alignment, before);
        }
    }

    /// How often a reset came between.
    [[nodiscard]] std::size_t overtaken() const noexcept { return overtaken_; }

    [[nodiscard]] range_log& log() noexcept { return log_; }

private:
    Arena& arena_;
    const scenario& limits_;
    random_source random_;
    range_log log_;
    std::size_t overtaken_ = 0;
};

void reset_until(const std::atomic<std::size_t>& takers_at_work, arena& source,
                 std::size_t longest_pause, std::uint64_t own_seed) {
    random_source random(own_seed);
    while (takers_at_work.load(std::memory_order_relaxed) != 0) {
        const std::size_t pause = random.below(longest_pause);
        for (std::size_t turn = 0; turn < pause; ++turn) {
            static_cast<void>(takers_at_work.load(std::memory_order_relaxed));
        }
        source.reset();
    }
}

/// Figures that are read beside everything stay within the arena.
void watch_until(const std::atomic<std::size_t>& takers_at_work, const arena& source) {
    while (takers_at_work.load(std::memory_order_relaxed) != 0) {
        const auto figures = source.usage();
        ASSERT_LE(figures.used, figures.reserved);
        ASSERT_LE(figures.used + figures.slack, figures.reserved);
        ASSERT_LE(figures.peak, figures.reserved);
        ASSERT_LE(source.used_bytes(), figures.reserved);
    }
}

/// Everything of the arena can still be had, and is counted.
template <class Arena>
void expect_whole(Arena& source) {
    source.reset();
    EXPECT_EQ(source.used_bytes(), 0U);
    std::size_t taken = 0;
    while (source.try_allocate_bytes(32, 8) != nullptr) {
        taken += 32;
    }
    EXPECT_LT(source.capacity() - taken, 32U);
    EXPECT_EQ(source.used_bytes(), taken);
}

class reset_beside_allocations : public testing::TestWithParam<scenario> {};

TEST_P(reset_beside_allocations, keeps_the_arena_whole) {
    const scenario& limits = GetParam();
    const std::size_t batches = scaled(10, 3);
    const std::size_t turns = scaled(200000) / limits.takers;
    arena source(limits.options);
    std::vector<taker<>> takers;
    for (std::size_t index = 0; index < limits.takers; ++index) {
        takers.emplace_back(source, limits, static_cast<std::uint32_t>(index));
    }
    signal_storm storm(limits.interrupted);
    for (std::size_t batch = 0; batch < batches; ++batch) {
        std::atomic<std::size_t> takers_at_work{limits.takers};
        run_team(limits.takers + limits.resetters + 1, [&](std::size_t index) {
            if (index < limits.takers) {
                const signal_storm::target here(storm);
                takers[index].take(turns);
                takers_at_work.fetch_sub(1);
            } else if (index < limits.takers + limits.resetters) {
                reset_until(takers_at_work, source, limits.longest_pause, seed + batch + index);
            } else {
                watch_until(takers_at_work, source);
            }
        });
        live_ranges ranges;
        for (taker<>& member : takers) {
            ranges.merge(member.log());
        }
        ASSERT_TRUE(ranges.aligned()) << "batch " << batch;
        ASSERT_TRUE(ranges.inside(source)) << "batch " << batch;
        ASSERT_TRUE(ranges.disjoint()) << "batch " << batch;
        if (batch % 3 == 0) {
            expect_whole(source);
        }
        source.reset();
    }
    expect_whole(source);
}

constexpr std::size_t kib = 1024;

std::vector<scenario> scenarios() {
    const arena_options usual{.capacity = 1024 * kib};
    const arena_options tiny{.capacity = 64 * kib};
    const arena_options tiny_steps{
        .capacity = 64 * kib, .shard_count = 2, .max_tlab_bytes = 1 * kib};
    const arena_options one_shard{
        .capacity = 256 * kib, .shard_count = 1, .max_tlab_bytes = 4 * kib};
    const arena_options without_lanes{.capacity = 256 * kib, .shard_count = 3, .lane_count = 1};
    const arena_options roomy{.capacity = 64 * kib * kib};
    return {
        {"small_blocks", usual, 3, 1, 4000, 64, 1000, 1000},
        {"small_blocks_and_two_resetters", usual, 2, 2, 2000, 64, 1000, 1000},
        {"resets_without_a_pause", usual, 2, 2, 1, 64, 100, 1000},
        {"rare_resets", usual, 4, 1, 200000, 64, 100, 10000},
        {"medium_and_large_blocks", usual, 3, 1, 4000, 1000, 3, 300 * kib},
        {"a_tiny_arena_that_runs_full", tiny, 3, 1, 20000, 256, 10, 20000},
        {"a_tiny_arena_and_two_resetters", tiny, 2, 2, 4000, 256, 10, 20000},
        {"a_refill_for_almost_every_block", tiny_steps, 3, 2, 2000, 600, 10, 5000},
        {"one_shard_for_all", one_shard, 4, 1, 2000, 1200, 20, 30000},
        {"threads_without_lanes", without_lanes, 4, 1, 4000, 100, 20, 30000},
        {"threads_without_lanes_and_two_resetters", without_lanes, 3, 2, 2000, 100, 20, 30000},
        {"a_roomy_arena", roomy, 3, 1, 100000, 5000, 10, 1000 * kib},
        {"interrupted_small_blocks", usual, 3, 1, 4000, 64, 1000, 1000, true},
        {"interrupted_in_a_tiny_arena", tiny, 3, 1, 20000, 256, 10, 20000, true},
        {"interrupted_in_almost_every_refill", tiny_steps, 3, 1, 2000, 600, 10, 5000, true},
        {"interrupted_in_one_shard", one_shard, 4, 1, 2000, 1200, 20, 30000, true},
        {"interrupted_without_lanes", without_lanes, 4, 1, 4000, 100, 20, 30000, true},
    };
}

INSTANTIATE_TEST_SUITE_P(every_scenario, reset_beside_allocations, testing::ValuesIn(scenarios()),
                         [](const auto& chosen) { return std::string(chosen.param.name); });

/// Threads come and go as well: a lane is inherited while its arena is reset.
TEST(reset_beside_short_threads, keeps_the_arena_whole) {
    const scenario limits{
        "short threads", {.capacity = 256 * kib, .lane_count = 4}, 4, 1, 0, 100, 20, 5000};
    arena source(limits.options);
    for (std::size_t batch = 0; batch < scaled(20, 3); ++batch) {
        live_ranges ranges;
        std::atomic<std::size_t> takers_at_work{limits.takers};
        std::vector<range_log> logs(limits.takers);
        run_team(limits.takers + 1, [&](std::size_t index) {
            if (index == limits.takers) {
                reset_until(takers_at_work, source, 4000, seed + batch);
                return;
            }
            for (std::size_t life = 0; life < scaled(60, 5); ++life) {
                const auto owner = static_cast<std::uint32_t>(batch * 10000 + index * 100 + life);
                run_team(1, [&](std::size_t) {
                    taker<> brief(source, limits, owner);
                    brief.take(100);
                    for (const live_range& range : brief.log().ranges()) {
                        logs[index].add(reinterpret_cast<const void*>(range.begin), range.bytes,
                                        range.alignment, range.generation);
                    }
                });
            }
            takers_at_work.fetch_sub(1);
        });
        for (range_log& log : logs) {
            ranges.merge(log);
        }
        ASSERT_TRUE(ranges.inside(source)) << "batch " << batch;
        ASSERT_TRUE(ranges.disjoint()) << "batch " << batch;
        source.reset();
    }
    expect_whole(source);
}

// Fifty thousand resets ---------------------------------------------------------------------------

/// Eight threads that take addresses, up to 64 each in a generation, so that there is never too
/// much to remember, and one that resets.
template <class Arena>
class race {
public:
    explicit race(Arena& source) : arena_(source) {
        for (std::size_t index = 0; index < threads; ++index) {
            takers_.emplace_back(source, limits_, static_cast<std::uint32_t>(index));
        }
    }

    /// So many resets; then what was taken is looked at.
    void run(std::size_t resets) {
        over_.store(false);
        run_team(threads + 1, [&](std::size_t index) {
            if (index < threads) {
                take_until_over(index);
            } else {
                reset(resets);
            }
        });
        live_ranges ranges;
        for (taker<Arena>& member : takers_) {
            ranges.merge(member.log());
        }
        taken_ += ranges.size();
        ASSERT_TRUE(ranges.aligned());
        ASSERT_TRUE(ranges.inside(arena_));
        ASSERT_TRUE(ranges.disjoint());
    }

    [[nodiscard]] std::size_t taken() const noexcept { return taken_; }
    [[nodiscard]] std::size_t overtaken() const {
        return std::accumulate(
            takers_.begin(), takers_.end(), std::size_t{0},
            [](std::size_t sum, const auto& member) { return sum + member.overtaken(); });
    }

private:
    static constexpr std::size_t threads = 8;
    static constexpr std::size_t most_turns = 64;  ///< of one thread in a generation

    struct alignas(64) progress {
        std::atomic<std::size_t> turns{0};
    };

    // All atomics are relaxed: nothing here orders what the arena itself has to.
    void take_until_over(std::size_t index) {
        std::uint64_t generation = 0;
        std::size_t turns = 0;
        while (!over_.load(std::memory_order_relaxed)) {
            const std::uint64_t now = arena_.generation();
            turns = now == generation ? turns : 0;
            generation = now;
            if (turns == most_turns) {
                std::this_thread::yield();
                continue;
            }
            takers_[index].take_one();
            turns += 1;
            progress_[index].turns.fetch_add(1, std::memory_order_relaxed);
        }
    }

    [[nodiscard]] std::size_t turns_so_far() const {
        std::size_t sum = 0;
        for (const progress& each : progress_) {
            sum += each.turns.load(std::memory_order_relaxed);
        }
        return sum;
    }

    void reset(std::size_t resets) {
        for (std::size_t count = 0; count < resets; ++count) {
            // Counted before the reset: whatever the takers have done since, they have turns left.
            const std::size_t before = turns_so_far();
            arena_.reset();
            if (count % 8 == 0) {
                // Whatever the machine, something was taken in this generation.
                const std::size_t enough = before + random_.between(1, most_turns);
                while (turns_so_far() < enough) {
                    std::this_thread::yield();
                }
            }
            const std::size_t pause = random_.below(10'000);
            for (std::size_t turn = 0; turn < pause; ++turn) {
                static_cast<void>(over_.load(std::memory_order_relaxed));
            }
        }
        over_.store(true, std::memory_order_relaxed);
    }

    Arena& arena_;
    const scenario limits_{
        "fifty thousand", {}, threads, 1, 0, 300, 20, 20 * kib};  // 20 KiB: past a TLAB
    std::vector<taker<Arena>> takers_;
    std::array<progress, threads> progress_{};
    std::atomic<bool> over_{false};
    random_source random_{seed + 50'000};
    std::size_t taken_ = 0;
};

template <class Arena>
class fifty_thousand_resets : public testing::Test {};

TYPED_TEST_SUITE(fifty_thousand_resets, arena_types, arena_names);

TYPED_TEST(fifty_thousand_resets, beside_eight_threads_keep_the_arena_whole) {
    constexpr std::size_t resets = 50'000;  // with a sanitizer, too
    constexpr std::size_t batches = 50;
    TypeParam source(arena_options{.capacity = 1024 * kib, .max_tlab_bytes = 4 * kib});
    race<TypeParam> beside(source);
    for (std::size_t batch = 0; batch < batches && !this->HasFailure(); ++batch) {
        beside.run(resets / batches);
    }
    EXPECT_EQ(source.generation(), 1 + resets);
    EXPECT_GT(beside.taken(), 0U);
    this->RecordProperty("blocks", std::to_string(beside.taken()));
    this->RecordProperty("overtaken", std::to_string(beside.overtaken()));
    expect_whole(source);
}

}  // namespace
