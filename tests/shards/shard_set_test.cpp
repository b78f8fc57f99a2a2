#include "shards/shard_set.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <thread>
#include <vector>

using memory_arena::detail::geometry;
using memory_arena::detail::grant;
using memory_arena::detail::held_tlab;
using memory_arena::detail::shard;
using memory_arena::detail::shard_set;

namespace {

/// A shard_set over no memory at all: it deals in positions.
struct dispensers {
    explicit dispensers(std::size_t capacity, std::size_t shard_count = 64, unsigned bits = 64)
        : shards(std::make_unique<shard[]>(shard_count)),
          set(geometry(capacity, bits), {shard_count, std::size_t{64} << 10}, shards.get(), nullptr,
              generation) {}

    grant direct(std::size_t bytes, std::size_t alignment = 16, std::size_t home = 0) {
        return set.claim(home, {bytes, alignment, nullptr});
    }

    void reset() {
        const std::uint64_t ended = generation.fetch_add(1);
        for (std::size_t index = 0; index < set.renewable_words(); ++index) {
            set.renew(static_cast<std::size_t>((ended + index) % set.renewable_words()));
        }
    }

    std::atomic<std::uint64_t> generation{1};
    std::unique_ptr<shard[]> shards;
    shard_set set;
};

std::size_t size_of(const grant& got) { return got.end - got.begin; }

}  // namespace

TEST(shard_set, hands_out_neighbouring_runs_one_after_another) {
    dispensers all(1U << 20);
    EXPECT_EQ(all.direct(100).end, 112U);
    EXPECT_EQ(all.direct(100).begin, 112U);
}

TEST(shard_set, hands_out_every_byte_before_it_fails) {
    for (const std::size_t capacity : {16U, 48U, 1008U, 65'536U, 1U << 20, 1'000'000U}) {
        dispensers all(capacity);
        std::size_t total = 0;
        while (all.direct(16).what != grant::kind::none) {
            total += 16;
        }
        EXPECT_EQ(total, capacity);
    }
}

TEST(shard_set, serves_a_request_as_large_as_the_reserve) {
    dispensers all(1'000'000 - 1'000'000 % 16);
    const grant got = all.direct(1'000'000 - 1'000'000 % 16);
    EXPECT_EQ(got.what, grant::kind::bytes);
    EXPECT_EQ(all.direct(1).what, grant::kind::none);
}

TEST(shard_set, a_failed_request_changes_nothing) {
    dispensers all(1U << 20);
    ASSERT_EQ(all.direct(1000).what, grant::kind::bytes);
    const std::uint64_t edge = all.set.edge().load();
    const std::uint64_t run = all.shards[0].run.load();
    EXPECT_EQ(all.direct(1U << 20).what, grant::kind::none);
    EXPECT_EQ(all.direct(16, std::size_t{1} << 30).what, grant::kind::none);
    EXPECT_EQ(all.set.edge().load(), edge);
    EXPECT_EQ(all.shards[0].run.load(), run);
}

TEST(shard_set, finds_what_other_shards_hold_when_the_frontier_is_used_up) {
    dispensers all(1U << 20);
    ASSERT_EQ(all.direct(16, 16, 5).what, grant::kind::bytes);  // opens an extent of 16 KiB
    while (all.direct(4096, 16, 0).what != grant::kind::none) {
    }
    EXPECT_EQ(all.direct(4096, 16, 9).what, grant::kind::none);
    EXPECT_EQ(all.direct(4000, 16, 9).what, grant::kind::bytes);
}

TEST(shard_set, extends_a_tlab_that_ends_where_its_shard_stands) {
    dispensers all(1U << 20);
    held_tlab held;
    const grant first = all.set.claim(0, {8, 8, &held});
    ASSERT_EQ(first.what, grant::kind::tlab);
    EXPECT_EQ(size_of(first), 4096U);
    held = {first.generation, first.end, first.end, 4096};
    const grant second = all.set.claim(0, {8, 8, &held});
    EXPECT_EQ(second.what, grant::kind::extension);
    EXPECT_EQ(second.begin, first.end);
}

TEST(shard_set, an_extension_asks_for_what_is_missing_only) {
    dispensers all(1U << 20);
    held_tlab held;
    const grant first = all.set.claim(0, {8, 8, &held});
    held = {first.generation, first.end - 3000, first.end, 1096};
    const grant second = all.set.claim(0, {3016, 8, &held});  // over a quarter of a TLAB
    EXPECT_EQ(second.what, grant::kind::extension);
    EXPECT_EQ(size_of(second), 16U);
}

TEST(shard_set, tlabs_double_with_use_and_start_small_again) {
    dispensers all(1U << 24);
    EXPECT_EQ(all.set.tlab_bytes(0), 4096U);
    EXPECT_EQ(all.set.tlab_bytes(8191), 4096U);
    EXPECT_EQ(all.set.tlab_bytes(8192), 8192U);
    EXPECT_EQ(all.set.tlab_bytes(1U << 20), 65'536U);
    held_tlab held{1, 0, held_tlab::nowhere, 1U << 20};
    EXPECT_EQ(size_of(all.set.claim(0, {8, 8, &held})), 65'536U);
    all.reset();
    EXPECT_EQ(size_of(all.set.claim(0, {8, 8, &held})), 4096U);  // its use was another generation's
}

TEST(shard_set, large_requests_leave_the_shard_alone) {
    dispensers all(1U << 24);
    ASSERT_EQ(all.direct(16).what, grant::kind::bytes);
    const std::uint64_t run = all.shards[0].run.load();
    const grant large = all.direct(1U << 20);
    EXPECT_EQ(large.begin, 16'384U);
    EXPECT_EQ(all.shards[0].run.load(), run);
    EXPECT_EQ(all.direct(16).begin, 16U);
}

TEST(shard_set, leaves_the_rest_of_the_last_block_to_a_large_request) {
    dispensers all(1U << 24);
    const grant large = all.direct((1U << 20) + 16);
    EXPECT_EQ(large.begin, 0U);
    EXPECT_EQ(all.direct(16).begin, (1U << 20) + 4096);
}

TEST(shard_set, aligns_beyond_blocks) {
    dispensers all(1U << 24);
    ASSERT_EQ(all.direct(16).what, grant::kind::bytes);
    const grant got = all.direct(64, 1U << 20);
    ASSERT_EQ(got.what, grant::kind::bytes);
    const std::size_t aligned = ((got.begin + (1U << 20) - 1) >> 20) << 20;
    EXPECT_LE(aligned + 64, got.end);
}

TEST(shard_set, begins_at_the_bottom_again_after_a_reset) {
    dispensers all(1U << 20);
    while (all.direct(16).what != grant::kind::none) {
    }
    all.reset();
    const grant got = all.direct(16);
    EXPECT_EQ(got.begin, 0U);
    EXPECT_EQ(got.generation, 2U);
}

TEST(shard_set, spreads_neighbouring_lanes_over_its_shards) {
    dispensers all(1U << 20);
    std::set<std::size_t> homes;
    for (std::uint64_t index = 0; index < 64; ++index) {
        homes.insert(all.set.home_of(index));
    }
    EXPECT_GE(homes.size(), 40U);
    EXPECT_LT(*homes.rbegin(), 64U);
}

TEST(shard_set, counts_direct_bytes_of_the_current_generation_only) {
    dispensers all(1U << 20);
    all.set.count_direct(3, 64, 1);
    all.set.count_direct(9, 8, 1);
    EXPECT_EQ(all.set.direct_bytes(1), 72U);
    all.reset();
    EXPECT_EQ(all.set.direct_bytes(2), 0U);
}

TEST(shard_set, survives_packed_generations_that_wrap) {
    dispensers all(1U << 20, 4, 3);
    for (int reset = 0; reset < 1000; ++reset) {
        // Leave different words behind, at different ages.
        const std::size_t home = static_cast<std::size_t>(reset / 7) % 4;
        EXPECT_EQ(all.direct(16, 16, home).begin, 0U) << reset;
        all.set.count_direct(home, 16, all.generation);
        EXPECT_EQ(all.set.direct_bytes(all.generation), 16U);
        for (int idle = 0; idle < reset % 9; ++idle) {
            all.reset();
        }
        all.reset();
    }
}

TEST(shard_set, concurrent_claims_share_every_byte_out_once) {
    constexpr std::size_t capacity = 1U << 20;
    dispensers all(capacity, 3);
    std::vector<std::vector<grant>> got(4);
    {
        std::vector<std::jthread> threads;
        for (std::size_t thread = 0; thread < got.size(); ++thread) {
            threads.emplace_back([&, thread] {
                for (std::size_t step = 0;; ++step) {
                    const std::size_t bytes = 16 * (1 + (step * 7 + thread) % 200);
                    const grant one = all.direct(bytes, 16, thread % 3);
                    if (one.what == grant::kind::none && bytes == 16) {
                        return;
                    }
                    if (one.what == grant::kind::none) {
                        continue;
                    }
                    got[thread].push_back(one);
                }
            });
        }
    }
    std::set<std::pair<std::size_t, std::size_t>> ranges;
    std::size_t total = 0;
    for (const std::vector<grant>& of_thread : got) {
        for (const grant& one : of_thread) {
            EXPECT_TRUE(ranges.emplace(one.begin, one.end).second);
            total += size_of(one);
        }
    }
    std::size_t reached = 0;
    for (const auto& [begin, end] : ranges) {
        EXPECT_GE(begin, reached);
        reached = end;
    }
    EXPECT_LE(reached, capacity);
    EXPECT_GE(total, capacity - capacity / 10);  // the rest: what mediums left of extents
}
