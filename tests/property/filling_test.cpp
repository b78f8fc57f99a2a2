#include <algorithm>
#include <array>
#include <atomic>
#include <barrier>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include <memory_arena/arena.hpp>

#include "support/live_ranges.hpp"
#include "support/random_source.hpp"
#include "support/scale.hpp"
#include "support/team.hpp"

/// \file
/// How much of an arena can be had. Only addresses are taken: nothing is written, so even a
/// gigabyte costs no memory.

namespace {

using memory_arena::arena;
using namespace test_support;

constexpr std::uint64_t seed = 0x5eed0002;

constexpr std::size_t kib = 1024;
constexpr std::size_t mib = 1024 * kib;

/// A quarter of the largest extent, 63 blocks of 4 KiB: up to this nothing bypasses the shards.
constexpr std::size_t quarter_of_an_extent = 63 * 4 * kib / 4;

/// Takes blocks as large as `next_size` says until one is refused. Returns the bytes handed out.
template <class NextSize>
std::size_t take_all_as(arena& source, NextSize next_size) {
    std::size_t handed_out = 0;
    for (;;) {
        const std::size_t bytes = next_size();
        if (source.try_allocate_bytes(bytes, 8) == nullptr) {
            return handed_out;
        }
        handed_out += in_granules(bytes);
    }
}

std::size_t take_all(arena& source, std::size_t bytes) {
    return take_all_as(source, [bytes] { return bytes; });
}

std::vector<std::size_t> capacities() {
    std::vector<std::size_t> result{1 * mib, 64 * mib};
    if constexpr (takes_huge_arenas) {
        result.push_back(1024 * mib);
    }
    return result;
}

class filling : public testing::TestWithParam<std::size_t> {
protected:
    [[nodiscard]] static std::size_t capacity() { return GetParam(); }

    /// A request that is too large for what is left ends the filling. So it must be small beside
    /// 1 % of the arena.
    [[nodiscard]] static std::size_t largest_size() {
        return std::min(quarter_of_an_extent, capacity() / 200);
    }
};

TEST_P(filling, hands_out_99_percent_in_one_size) {
    arena source{capacity()};
    const std::array<std::size_t, 14> sizes{
        24, 40, 100, 520, 1000, 4 * kib, 4104, 5000, 8200, 16 * kib, 16392, 33000, 40000, 64512};
    for (const std::size_t bytes : sizes) {
        if (bytes > largest_size()) {
            continue;
        }
        SCOPED_TRACE(testing::Message() << bytes << " bytes");
        const std::size_t handed_out = take_all(source, bytes);
        EXPECT_GE(handed_out, capacity() / 100 * 99);
        EXPECT_EQ(source.used_bytes(), handed_out);
        source.reset();
    }
}

TEST_P(filling, hands_out_99_percent_in_mixed_sizes) {
    arena source{capacity()};
    struct mix {
        std::size_t least;
        std::size_t most;
    };
    const std::array<mix, 5> mixes{
        {{8, 64},
         {8, 1000},
         {8, largest_size()},
         {1000, 5000},
         {largest_size() / 2, largest_size()}}};
    for (const mix& sizes : mixes) {
        SCOPED_TRACE(testing::Message()
                     << sizes.least << " to " << sizes.most << " bytes, seed " << seed);
        random_source random(seed);
        const std::size_t evenly =
            take_all_as(source, [&] { return random.between(sizes.least, sizes.most); });
        EXPECT_GE(evenly, capacity() / 100 * 99);
        EXPECT_EQ(source.used_bytes(), evenly);
        source.reset();

        const std::size_t mostly_small =
            take_all_as(source, [&] { return random.skewed(sizes.least, sizes.most); });
        EXPECT_GE(mostly_small, capacity() / 100 * 99);
        EXPECT_EQ(source.used_bytes(), mostly_small);
        source.reset();
    }
}

TEST_P(filling, hands_out_every_byte_in_objects_of_8_16_and_32_bytes) {
    arena source{capacity()};
    for (const std::size_t bytes : {32U, 16U, 8U}) {
        EXPECT_EQ(take_all(source, bytes), capacity());
        EXPECT_EQ(source.used_bytes(), capacity());
        EXPECT_EQ(source.remaining_bytes(), 0U);
        EXPECT_EQ(source.usage().slack, 0U);
        source.reset();
    }
}

TEST_P(filling, hands_out_every_byte_after_a_larger_size_was_refused) {
    arena source{capacity()};
    for (const std::size_t bytes : {quarter_of_an_extent, std::size_t{20000}, std::size_t{5000}}) {
        const std::size_t large = take_all(source, bytes);
        const std::size_t small = take_all(source, 8);
        EXPECT_GE(large + small, capacity() / 100 * 99);
        EXPECT_EQ(source.used_bytes(), large + small);
        source.reset();
    }
}

TEST_P(filling, leaves_small_objects_the_rests_of_large_blocks) {
    arena source{capacity()};
    for (const std::size_t bytes : {300000U, 70000U, 300 * 1024U, 64520U}) {
        SCOPED_TRACE(testing::Message() << bytes << " bytes");
        const std::size_t large = take_all(source, bytes);
        const std::size_t small = take_all(source, 32);
        // A large block is rounded up to blocks of the frontier: 4 KiB.
        EXPECT_GE(large + small + large / bytes * 4 * kib, capacity());
        EXPECT_EQ(source.used_bytes(), large + small);
        source.reset();
    }
}

TEST_P(filling, leaves_small_objects_room_between_large_blocks) {
    arena source{capacity()};
    std::size_t large = 0;
    std::size_t small = 0;
    for (;;) {
        for (std::size_t count = 0; count < 100; ++count) {
            small += source.try_allocate_bytes(32, 8) != nullptr ? 32U : 0U;
        }
        if (source.try_allocate_bytes(100000, 8) == nullptr) {
            break;
        }
        large += 100000;
    }
    small += take_all(source, 32);
    EXPECT_GE(large + small + large / 100000 * 4 * kib, capacity());
    EXPECT_EQ(source.used_bytes(), large + small);
}

INSTANTIATE_TEST_SUITE_P(every_capacity, filling, testing::ValuesIn(capacities()));

class filling_together : public testing::TestWithParam<std::size_t> {
protected:
    [[nodiscard]] static std::size_t threads() { return GetParam(); }

    /// All threads fill `source` with blocks of `bytes`. Returns the bytes handed out.
    static std::size_t all_take_all(arena& source, std::size_t bytes) {
        std::atomic<std::size_t> handed_out{0};
        std::barrier all_refused(static_cast<std::ptrdiff_t>(threads()));
        run_team(threads(), [&](std::size_t) {
            handed_out += take_all(source, bytes);
            all_refused.arrive_and_wait();  // so that each of as many lanes has had its turn
        });
        return handed_out;
    }
};

TEST_P(filling_together, ends_only_when_nothing_but_the_lanes_own_rests_is_left) {
    for (const std::size_t capacity : {64 * kib, 1 * mib, std::size_t{1000016}, 8 * mib}) {
        SCOPED_TRACE(testing::Message() << capacity << " bytes");
        arena source{capacity};
        for (std::size_t round = 0; round < scaled(20, 2); ++round) {
            const std::size_t together = all_take_all(source, 32);
            // Each lane may keep less than one more object, and so may each shard.
            EXPECT_LE(capacity - together, (threads() + 64) * 24);
            const std::size_t alone = take_all(source, 8);
            EXPECT_LE(capacity - together - alone, threads() * 24);
            EXPECT_EQ(source.used_bytes(), together + alone);
            source.reset();
        }
    }
}

TEST_P(filling_together, is_refused_large_blocks_before_small_ones) {
    arena source{8 * mib};
    for (std::size_t round = 0; round < scaled(20, 2); ++round) {
        std::size_t handed_out = 0;
        for (const std::size_t bytes : {100000U, 20000U, 1000U, 32U}) {
            handed_out += all_take_all(source, bytes);
        }
        // The rests of TLABs and extents that a larger request left behind.
        EXPECT_GE(handed_out, source.capacity() / 2);
        EXPECT_EQ(source.used_bytes(), handed_out);
        EXPECT_EQ(all_take_all(source, 32), 0U);
        source.reset();
    }
}

INSTANTIATE_TEST_SUITE_P(threads, filling_together, testing::Values(2U, 3U, 4U, 8U));

}  // namespace
