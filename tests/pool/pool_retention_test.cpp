// What a pool's arenas keep of their pages.

#include <gtest/gtest.h>

#include <cstddef>
#include <cstring>
#include <vector>

#include <memory_arena/arena_pool.hpp>

#include "pool/usual_bytes.hpp"

namespace {

using memory_arena::arena;
using memory_arena::arena_pool;
using memory_arena::pooled_arena;
using memory_arena::retain;
using memory_arena::detail::usual_bytes;

constexpr std::size_t mib = std::size_t{1} << 20;

/// Takes `bytes`, and writes to each.
void use(arena& its, std::size_t bytes) {
    constexpr std::size_t piece = std::size_t{64} << 10;
    for (std::size_t taken = 0; taken < bytes; taken += piece) {
        std::memset(its.allocate_bytes(piece), 1, piece);
    }
}

void check_out(arena_pool& pool, std::size_t count, std::size_t bytes) {
    for (std::size_t i = 0; i < count; ++i) {
        pool.execute([bytes](arena& its) { use(its, bytes); });
    }
}

/// So many that what is usual is determined from them alone.
constexpr std::size_t enough_to_learn = 2 * usual_bytes::remembered;

arena_pool pool_of(std::size_t count, retain kept = retain::adaptive) {
    return arena_pool({.arena = {.capacity = 64 * mib}, .arena_count = count, .kept = kept});
}

TEST(pool_retention, gives_back_what_one_large_request_took) {
    arena_pool pool = pool_of(4);
    check_out(pool, enough_to_learn, mib);
    check_out(pool, 1, 32 * mib);
    EXPECT_LE(pool.usage().committed, 2 * mib);
    EXPECT_LE(pool.usage().kept, 2 * mib);
}

TEST(pool_retention, keeps_what_is_usual) {
    arena_pool pool = pool_of(4);
    check_out(pool, enough_to_learn, 8 * mib);
    EXPECT_GE(pool.usage().committed, 8 * mib);
    EXPECT_LE(pool.usage().kept, 12 * mib);
    check_out(pool, 10, mib);
    EXPECT_GE(pool.usage().committed, 8 * mib) << "some small ones change nothing";
}

TEST(pool_retention, keeps_what_comes_again_and_again) {
    arena_pool pool = pool_of(4);
    for (int turn = 0; turn < 40; ++turn) {
        check_out(pool, 7, mib);
        check_out(pool, 1, 16 * mib);
    }
    EXPECT_GE(pool.usage().kept, 16 * mib);
    EXPECT_GE(pool.usage().committed, 16 * mib);
}

TEST(pool_retention, has_no_arena_keep_what_a_burst_of_large_ones_took) {
    arena_pool pool = pool_of(8);
    {
        std::vector<pooled_arena> burst;
        for (int i = 0; i < 8; ++i) {
            burst.push_back(pool.acquire());
            use(*burst.back(), 8 * mib);
        }
    }
    EXPECT_GE(pool.usage().committed, 64 * mib) << "nothing is known yet";
    // One arena serves these; the other seven lie idle.
    check_out(pool, 10 * enough_to_learn, mib);
    EXPECT_LE(pool.usage().committed, 16 * mib);
}

/// However many are out at once, and whatever comes back in which order: each return counts.
TEST(pool_retention, learns_from_every_check_out) {
    for (const std::size_t at_once : {1U, 2U, 7U, 16U}) {
        for (const std::size_t out_for_good : {0U, 1U, 2U, 16U}) {
            arena_pool pool = pool_of(32);
            const auto take = [&pool](std::size_t count, std::size_t bytes) {
                std::vector<pooled_arena> wave;
                for (std::size_t i = 0; i < count; ++i) {
                    wave.push_back(pool.acquire());
                    use(*wave.back(), bytes);
                }
                return wave;
            };
            const std::vector<pooled_arena> held = take(out_for_good, 64 << 10);
            for (std::size_t done = 0; done < enough_to_learn; done += at_once) {
                take(at_once, 8 * mib);
            }
            EXPECT_GE(pool.usage().kept, 8 * mib) << at_once << ' ' << out_for_good;
            EXPECT_LE(pool.usage().kept, 10 * mib) << at_once << ' ' << out_for_good;
            for (std::size_t done = 0; done < enough_to_learn; done += at_once) {
                take(at_once, 64 << 10);
            }
            EXPECT_LE(pool.usage().kept, mib) << at_once << ' ' << out_for_good;
        }
    }
}

TEST(pool_retention, keeps_what_every_second_of_a_pair_needs) {
    arena_pool pool = pool_of(4);
    for (std::size_t turn = 0; turn < enough_to_learn; ++turn) {
        const pooled_arena outer = pool.acquire();
        use(*outer, 64 << 10);
        const pooled_arena inner = pool.acquire();
        use(*inner, 8 * mib);
    }
    EXPECT_GE(pool.usage().kept, 8 * mib);
}

TEST(pool_retention, is_what_the_options_say) {
    for (const retain kept : {retain::none, retain::up_to(2 * mib), retain::all}) {
        arena_pool pool = pool_of(2, kept);
        check_out(pool, 1, 8 * mib);
        const std::size_t most = kept.bytes() < 8 * mib ? kept.bytes() : 64 * mib;
        EXPECT_LE(pool.usage().committed, most);
        EXPECT_GE(pool.usage().committed, kept.bytes() < 8 * mib ? kept.bytes() : 8 * mib);
    }
}

TEST(pool_retention, trims_on_request) {
    arena_pool pool = pool_of(2, retain::all);
    check_out(pool, 1, 8 * mib);
    pool.trim(mib);
    EXPECT_LE(pool.usage().committed, mib);
}

TEST(usual_bytes, is_everything_until_enough_is_known) {
    usual_bytes usual;
    for (std::uint64_t number = 0; number + 1 < usual_bytes::remembered; ++number) {
        EXPECT_FALSE(usual.note(number, 100));
        EXPECT_GT(usual.enough(), std::size_t{1} << 30);
    }
    EXPECT_TRUE(usual.note(usual_bytes::remembered - 1, 100));
    EXPECT_EQ(usual.enough(), 125U);
}

TEST(usual_bytes, leaves_out_four_exceptions_and_no_fifth) {
    for (const std::size_t large : {4U, 5U}) {
        usual_bytes usual;
        for (std::uint64_t number = 0; number < usual_bytes::remembered; ++number) {
            usual.note(number, number < large ? 1'000'000 : 1000);
        }
        EXPECT_EQ(usual.enough(), large == 4 ? 1250U : 1'250'000U);
    }
}

TEST(usual_bytes, forgets) {
    usual_bytes usual;
    for (std::uint64_t number = 0; number < 2 * usual_bytes::remembered; ++number) {
        usual.note(number, number < usual_bytes::remembered ? 1'000'000 : 1000);
    }
    EXPECT_EQ(usual.enough(), 1250U);
}

}  // namespace
