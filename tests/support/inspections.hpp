#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <vector>

#include <memory_arena/inspect.hpp>

/// \file
/// What is true of every inspection.

namespace test_support {

/// What holds even of one that was read beside allocations.
inline void expect_sound(const memory_arena::arena_inspection& what) {
    ASSERT_LE(what.frontier, what.capacity);
    ASSERT_EQ(what.frontier, what.usage.used + what.usage.slack);
    ASSERT_LE(what.used_or_kept(), what.frontier);
    const auto expect_range = [&what](const memory_arena::byte_range& range) {
        ASSERT_LE(range.begin, range.end);
        ASSERT_LE(range.end, what.frontier);
    };
    for (const memory_arena::inspected_shard& shard : what.shards) {
        expect_range(shard.run);
        expect_range(shard.shelf);
        ASSERT_LE(shard.direct_bytes, what.frontier);
    }
    for (const memory_arena::inspected_lane& lane : what.lanes) {
        expect_range(lane.tlab);
        ASSERT_LE(lane.tlab.begin, lane.cursor);
        ASSERT_LE(lane.cursor, lane.tlab.end);
        ASSERT_LE(lane.used, what.frontier);
    }
}

/// What holds at rest, besides: nothing is in two places, and the parts make up the whole.
inline void expect_exact(const memory_arena::arena_inspection& what) {
    expect_sound(what);
    std::size_t used = 0;
    std::size_t refills = 0;
    std::vector<memory_arena::byte_range> ranges;
    for (const memory_arena::inspected_shard& shard : what.shards) {
        used += shard.direct_bytes;
        ranges.push_back(shard.run);
        ranges.push_back(shard.shelf);
    }
    for (const memory_arena::inspected_lane& lane : what.lanes) {
        used += lane.used;
        refills += lane.refills;
        ranges.push_back(lane.tlab);
    }
    EXPECT_EQ(used, what.usage.used);
    EXPECT_EQ(refills, what.usage.refills);
    EXPECT_EQ(what.lanes.size(), what.usage.lanes);
    std::erase_if(ranges, [](const auto& range) { return range.bytes() == 0; });
    std::sort(ranges.begin(), ranges.end(),
              [](const auto& left, const auto& right) { return left.begin < right.begin; });
    std::size_t sum = 0;
    for (std::size_t index = 0; index < ranges.size(); ++index) {
        sum += ranges[index].bytes();
        if (index != 0) {
            EXPECT_LE(ranges[index - 1].end, ranges[index].begin);
        }
    }
    EXPECT_EQ(what.used_or_kept(), what.frontier - sum);
}

}  // namespace test_support
