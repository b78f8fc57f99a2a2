#include "lanes/lane_ledger.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

using memory_arena::detail::bump;
using memory_arena::detail::extend;
using memory_arena::detail::install;
using memory_arena::detail::lane;
using memory_arena::detail::settle;
using memory_arena::detail::used_by;
using memory_arena::detail::used_in;

namespace {

bool take(lane& mine, std::size_t bytes, std::size_t alignment = 8) {
    void* result = nullptr;
    return bump(mine, 1, bytes, alignment, result);
}

}  // namespace

TEST(bump, takes_up_to_the_limit_exactly) {
    lane mine;
    install(mine, 1, 4096, 4096 + 64);
    EXPECT_TRUE(take(mine, 40));
    EXPECT_FALSE(take(mine, 25));
    EXPECT_TRUE(take(mine, 24));
    EXPECT_FALSE(take(mine, 1));
}

TEST(bump, misses_without_a_tlab_or_with_one_of_another_generation) {
    lane mine;
    EXPECT_FALSE(take(mine, 8));
    install(mine, 2, 4096, 8192);
    EXPECT_FALSE(take(mine, 8));
}

TEST(bump, never_fits_zero_bytes_nor_sizes_that_would_wrap) {
    lane mine;
    install(mine, 1, 4096, 8192);
    EXPECT_FALSE(take(mine, 0));
    EXPECT_FALSE(take(mine, SIZE_MAX));
    EXPECT_FALSE(take(mine, SIZE_MAX - 6));
    EXPECT_FALSE(take(mine, 8, SIZE_MAX / 2 + 1));
    EXPECT_EQ(used_in(mine), 0U);
}

TEST(bump, rounds_to_granules_and_pads_to_alignments) {
    lane mine;
    install(mine, 1, 4096, 8192);
    EXPECT_TRUE(take(mine, 1));
    EXPECT_EQ(mine.cursor.load(), 4104U);
    EXPECT_TRUE(take(mine, 1, 16));
    EXPECT_EQ(mine.cursor.load(), 4120U);
    EXPECT_TRUE(take(mine, 1, 1024));
    EXPECT_EQ(mine.cursor.load(), 5128U);
    EXPECT_FALSE(take(mine, 1, 8192));  // its place would lie at the limit
}

TEST(lane_ledger, keeps_what_was_used_across_tlabs_of_a_generation) {
    lane mine;
    install(mine, 1, 4096, 4160);
    EXPECT_TRUE(take(mine, 64));
    extend(mine, 4224);
    EXPECT_TRUE(take(mine, 8));
    install(mine, 1, 8192, 8256);
    EXPECT_TRUE(take(mine, 16));
    settle(mine, 1000);
    EXPECT_EQ(used_by(mine, 1), 1088U);
    EXPECT_EQ(used_in(mine), 1088U);
}

TEST(lane_ledger, forgets_another_generation) {
    lane mine;
    install(mine, 1, 4096, 4160);
    EXPECT_TRUE(take(mine, 64));
    EXPECT_EQ(used_by(mine, 2), 0U);
    install(mine, 2, 4096, 4160);
    EXPECT_EQ(used_by(mine, 2), 0U);
    EXPECT_EQ(used_by(mine, 1), 0U);
}

TEST(lane_ledger, announces_what_was_used_before_it_rewrites_the_lane) {
    // A writer that stopped in the middle for ever: the revision is odd.
    lane mine;
    install(mine, 1, 4096, 4160);
    EXPECT_TRUE(take(mine, 24));
    mine.announced_used.store(used_in(mine));
    mine.announced_generation.store(1);
    mine.revision.store(mine.revision.load() + 1);
    mine.generation.store(0);
    mine.start.store(77);
    EXPECT_EQ(used_by(mine, 1), 24U);
}

TEST(lane_ledger, a_reader_beside_the_writer_never_sees_use_shrink) {
    lane mine;
    install(mine, 1, 0, 0);
    std::atomic<bool> done{false};
    std::jthread writer([&] {
        for (std::uintptr_t round = 1; round < 20'000; ++round) {
            install(mine, 1, round % 2 == 0 ? 1U << 20 : 4096, (1U << 20) + 4096);
            for (int step = 0; step < 5; ++step) {
                EXPECT_TRUE(take(mine, 8));
            }
            settle(mine, 16);
        }
        done = true;
    });
    std::size_t last = 0;
    while (!done) {
        const std::size_t now = used_by(mine, 1);
        ASSERT_GE(now, last);
        last = now;
    }
    writer.join();
    EXPECT_EQ(used_by(mine, 1), 19'999U * 56);
}

TEST(lane_ledger, keeps_its_generation_and_refills_while_it_is_rewritten) {
    // A query that stops the writer at the worst moment: usage().lanes and .refills once fell here.
    lane mine;
    install(mine, 1, 4096, 4160);
    memory_arena::detail::count_refill(mine);
    std::atomic<bool> done{false};
    std::jthread writer([&] {
        for (std::uintptr_t round = 1; round < 200'000; ++round) {
            install(mine, 1, 4096 * round, 4096 * round + 64);
            memory_arena::detail::count_refill(mine);
        }
        done = true;
    });
    std::uint32_t refills = 0;
    while (!done) {
        const memory_arena::detail::lane_figures now = memory_arena::detail::figures_of(mine);
        ASSERT_EQ(now.generation, 1U);
        ASSERT_GE(now.refills, refills);
        refills = now.refills;
    }
}
