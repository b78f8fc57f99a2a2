#include <memory_arena/lease.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "support/figures.hpp"
#include "support/logged.hpp"
#include "support/random_source.hpp"
#include "support/scale.hpp"

using memory_arena::arena;
using memory_arena::arena_lease;
using memory_arena::arena_usage;
using memory_arena::lease_scope;
using test_support::destruction_log;
using test_support::fill;
using test_support::logged;
using test_support::random_source;

namespace {

std::size_t frontier(const arena& source) {
    const arena_usage figures = source.usage();
    return figures.used + figures.slack;
}

void use(arena_lease& lease, std::size_t objects, std::size_t bytes) {
    for (std::size_t count = 0; count < objects; ++count) {
        std::memset(lease.allocate_bytes(bytes, 8), 1, bytes);
    }
}

/// A scope where a member is to be.
struct held_scope {
    explicit held_scope(arena_lease& lease) : scope(lease.scope()) {}
    lease_scope scope;
};

}  // namespace

static_assert(!std::is_copy_constructible_v<lease_scope>);
static_assert(!std::is_move_constructible_v<lease_scope>);
static_assert(!std::is_copy_assignable_v<lease_scope>);
static_assert(!std::is_move_assignable_v<lease_scope>);

TEST(lease_scope, undoes_what_was_made_in_it) {
    arena source{1U << 20};
    arena_lease lease = source.lease();
    char* const before = static_cast<char*>(lease.allocate_bytes(16));
    {
        const auto scope = lease.scope();
        EXPECT_EQ(lease.allocate_bytes(100), before + 16);
    }
    EXPECT_EQ(source.used_bytes(), 16U);
    EXPECT_EQ(lease.allocate_bytes(16), before + 16);
}

TEST(lease_scope, undoes_across_tlabs_and_leaves_what_was_before) {
    arena source{8U << 20};
    arena_lease lease = source.lease();
    char* const before = static_cast<char*>(lease.allocate_bytes(16));
    std::memset(before, 7, 16);
    for (const std::size_t bytes : {8U, 100U, 5'000U, 70'000U, 300'000U}) {
        const auto scope = lease.scope();
        use(lease, 20, bytes);
        EXPECT_EQ(source.used_bytes(), 16 + 20 * test_support::in_granules(bytes));
    }
    EXPECT_EQ(source.used_bytes(), 16U);
    EXPECT_EQ(lease.allocate_bytes(16), before + 16);
    EXPECT_EQ(before[15], 7);
}

TEST(lease_scope, destroys_what_was_registered_in_it_newest_first_and_nothing_else) {
    arena source{1U << 20};
    destruction_log log;
    arena_lease lease = source.lease();
    static_cast<void>(lease.new_object<logged>(log, 0));
    static_cast<void>(source.new_object<logged>(log, 100));
    {
        const auto outer = lease.scope();
        static_cast<void>(lease.new_object<logged>(log, 1));
        {
            const auto inner = lease.scope();
            static_cast<void>(lease.new_object<logged>(log, 2));
            static_cast<void>(lease.new_object<logged>(log, 3));
        }
        EXPECT_EQ(log, (destruction_log{3, 2}));
        static_cast<void>(lease.new_object<logged>(log, 4));
        use(lease, 100, 1000);
        lease.on_reset([&log] { log.push_back(5); });
    }
    EXPECT_EQ(log, (destruction_log{3, 2, 5, 4, 1}));
    log.clear();
    source.reset();
    EXPECT_EQ(log.size(), 2U);
}

TEST(lease_scope, a_destructor_may_use_the_lease) {
    arena source{1U << 20};
    destruction_log log;
    arena_lease lease = source.lease();
    {
        const auto scope = lease.scope();
        static_cast<void>(lease.new_object<logged>(log, 1));
        lease.on_reset([&] {
            const auto inner = lease.scope();
            static_cast<void>(lease.new_object<logged>(log, 3));
            use(lease, 10, 1000);
        });
        lease.on_reset([&] { static_cast<void>(lease.new_object<logged>(log, 2)); });
    }
    EXPECT_EQ(log, (destruction_log{2, 3, 1}));
    EXPECT_EQ(source.used_bytes(), 0U);
    source.reset();
    EXPECT_EQ(log.size(), 3U);
}

TEST(lease_scope, does_nothing_after_a_reset) {
    arena source{1U << 20};
    destruction_log log;
    arena_lease lease = source.lease();
    std::optional<logged*> after;
    {
        const auto scope = lease.scope();
        static_cast<void>(lease.new_object<logged>(log, 1));
        use(lease, 100, 1000);
        source.reset();
        EXPECT_EQ(log, (destruction_log{1}));
        after = lease.new_object<logged>(log, 2);
        use(lease, 100, 1000);
    }
    EXPECT_EQ(log, (destruction_log{1}));
    EXPECT_EQ((*after)->number(), 2);
    EXPECT_GT(source.used_bytes(), 100'000U);
    source.reset();
    EXPECT_EQ(log, (destruction_log{1, 2}));
}

TEST(lease_scope, does_nothing_right_after_a_reset) {
    arena source{1U << 20};
    destruction_log log;
    arena_lease lease = source.lease();
    {
        const auto scope = lease.scope();
        static_cast<void>(lease.new_object<logged>(log, 1));
        source.reset();
    }
    EXPECT_EQ(log, (destruction_log{1}));
    source.reset();
    EXPECT_EQ(log, (destruction_log{1}));
}

TEST(lease_scope, begun_after_a_reset_ends_within_one_that_the_reset_voided) {
    arena source{1U << 20};
    arena_lease lease = source.lease();
    const auto voided = lease.scope();
    use(lease, 10, 1000);
    source.reset();
    use(lease, 1, 16);
    {
        const auto scope = lease.scope();
        use(lease, 100, 1000);
    }
    EXPECT_EQ(source.used_bytes(), 16U);
}

TEST(lease_scope, a_reset_by_a_destructor_that_its_end_runs_is_survived) {
    arena source{1U << 20};
    destruction_log log;
    arena_lease lease = source.lease();
    {
        const auto scope = lease.scope();
        static_cast<void>(lease.new_object<logged>(log, 1));
        lease.on_reset([&] { source.reset(); });
        static_cast<void>(lease.new_object<logged>(log, 3));
    }
    EXPECT_EQ(log, (destruction_log{3, 1}));
    EXPECT_EQ(source.used_bytes(), 0U);
}

TEST(lease_scope, stays_with_a_lease_that_moves) {
    arena source{1U << 20};
    arena_lease first = source.lease();
    std::optional<arena_lease> second;
    {
        const auto scope = first.scope();
        use(first, 10, 1000);
        second.emplace(std::move(first));
        use(*second, 10, 1000);
    }
    EXPECT_EQ(source.used_bytes(), 0U);
}

/// Its TLAB went back to the last byte, and began where the reserve begins.
TEST(lease_scope, of_a_lease_whose_lane_has_nothing_left_leaves_nothing_behind) {
    arena source{1U << 20};
    {
        arena_lease first = source.lease();
        const auto scope = first.scope();
        use(first, 1, 100);
    }
    void* const others = source.allocate_bytes(1000, 8);
    std::memset(others, 7, 1000);
    arena_lease second = source.lease();
    {
        const auto scope = second.scope();
        use(second, 3, 6'000);
    }
    use(second, 500, 100);
    EXPECT_EQ(source.used_bytes(), 1000 + 500 * 104U);
    const char* const bytes = static_cast<const char*>(others);
    EXPECT_EQ(std::count(bytes, bytes + 1000, 7), 1000);
}

TEST(lease_scope, the_same_requests_again_take_nothing_new) {
    arena source{64U << 20};
    arena_lease lease = source.lease();
    std::size_t taken = 0;
    for (int turn = 0; turn < 10; ++turn) {
        {
            const auto scope = lease.scope();
            use(lease, 1000, 40);
            use(lease, 10, 10'000);
            use(lease, 1, 200'000);
            use(lease, 100, 3'000);
        }
        EXPECT_EQ(source.used_bytes(), 0U);
        taken = turn == 0 ? frontier(source) : taken;
        ASSERT_EQ(frontier(source), taken);
    }
    EXPECT_LE(taken, 2 * 640'000U + 65'536);
}

TEST(lease_scope, the_same_requests_again_take_nothing_new_beside_others) {
    arena source{64U << 20};
    arena_lease lease = source.lease();
    std::size_t taken_by_others = 0;
    std::size_t taken = 0;
    for (int turn = 0; turn < 10; ++turn) {
        const auto scope = lease.scope();
        random_source random(1);
        for (int count = 0; count < 300; ++count) {
            use(lease, 1, random.skewed(8, 100'000));
            if (turn == 0) {
                // So that no chunk of the lease's can go on in place.
                static_cast<void>(source.allocate_bytes(100'000));
                taken_by_others += 100'000;
            }
        }
        taken = turn == 0 ? frontier(source) : taken;
        ASSERT_EQ(frontier(source), taken) << turn;
    }
    EXPECT_GT(taken, taken_by_others);
}

TEST(lease_scope, memory_is_nobody_elses_while_it_lives) {
    arena source{4U << 20};
    arena_lease lease = source.lease();
    const auto outer = lease.scope();
    std::vector<char*> mine;
    for (int count = 0; count < 50; ++count) {
        mine.push_back(static_cast<char*>(lease.allocate_bytes(10'000)));
        std::memset(mine.back(), count, 10'000);
        const auto inner = lease.scope();
        use(lease, 3, 30'000);
    }
    {
        arena_lease another = source.lease();
        while (void* const block = another.try_allocate_bytes(1000)) {
            std::memset(block, 255, 1000);
        }
    }
    while (void* const block = source.try_allocate_bytes(1000)) {
        std::memset(block, 255, 1000);
    }
    for (int count = 0; count < 50; ++count) {
        EXPECT_EQ(mine[static_cast<std::size_t>(count)][0], count);
        EXPECT_EQ(mine[static_cast<std::size_t>(count)][9'999], count);
    }
}

TEST(lease_scope, growing_requests_hold_no_more_than_twice_the_largest) {
    constexpr std::size_t capacity = std::size_t{32} << 20;
    arena source{capacity};
    arena_lease lease = source.lease();
    constexpr std::size_t largest = 200'000;
    for (std::size_t bytes = largest / 2; bytes <= largest; bytes += 1'000) {
        {
            const auto scope = lease.scope();
            use(lease, 1, bytes);
        }
        // The frontier goes on, so that what the lease keeps can't grow in place.
        static_cast<void>(source.allocate_bytes(18 * 4096));
    }
    // All but what the lease keeps is to be had by others.
    fill(source, 32);
    EXPECT_GE(source.used_bytes(), capacity - (2 * largest + 4096) - 3 * 4096);
    // And that is to be had by the lease.
    const auto scope = lease.scope();
    use(lease, 1, largest);
}

TEST(lease_scope, of_growing_requests_needs_few_shelves) {
    constexpr std::size_t capacity = std::size_t{512} << 20;
    arena source{capacity};
    arena_lease lease = source.lease();
    std::size_t largest = 0;
    std::size_t others = 0;
    for (std::size_t bytes = 10'000; bytes < 1'000'000; bytes += bytes / 64 + 8) {
        {
            const auto scope = lease.scope();
            use(lease, 1, bytes);
            largest = bytes;
        }
        static_cast<void>(source.allocate_bytes(64 * 4096));
        others += 64 * std::size_t{4096};
    }
    EXPECT_LE(frontier(source) - others, 4 * largest);
}

TEST(lease_scope, of_more_than_a_shelf_holds_gives_all_back) {
    if (!test_support::takes_huge_arenas) {
        GTEST_SKIP() << "gigabytes of address space are too dear here";
    }
    constexpr std::size_t capacity = std::size_t{4} << 30;
    arena source{capacity};
    {
        arena_lease lease = source.lease();
        const auto scope = lease.scope();
        ASSERT_NE(lease.try_allocate_bytes(std::size_t{300} << 20), nullptr);
    }
    fill(source, std::size_t{1} << 20, 8);
    fill(source, 4096, 8);
    EXPECT_GE(source.used_bytes(), capacity - (std::size_t{1} << 17));
}

TEST(lease_scope, in_too_many_pieces_loses_no_more_than_it_uses) {
    arena source{std::size_t{256} << 20};
    {
        std::vector<arena_lease> leases;
        for (int count = 0; count < 64; ++count) {  // a block on each shelf
            leases.push_back(source.lease());
            const auto scope = leases.back().scope();
            use(leases.back(), 1, 4096);
            static_cast<void>(source.allocate_bytes(64 * 4096));
        }
    }
    arena_lease lease = source.lease();
    const auto scope = lease.scope();
    for (int count = 0; count < 200; ++count) {
        const std::size_t before = frontier(source);
        use(lease, 1, 4096);
        if (count > 64) {
            ASSERT_LE(frontier(source) - before, 2 * 4096U) << count;
        }
        static_cast<void>(source.allocate_bytes(64 * 4096));
    }
}

TEST(lease_scope, keeps_its_chunks_when_a_request_fails) {
    std::array<std::size_t, 2> kept{};
    for (const bool fails : {false, true}) {
        arena source{std::size_t{16} << 20};
        arena_lease lease = source.lease();
        const auto outer = lease.scope();
        {
            const auto scope = lease.scope();
            use(lease, 1, 1'000'000);
            static_cast<void>(source.allocate_bytes(64 * 4096));
            use(lease, 1, 2'000'000);
        }
        if (fails) {
            constexpr std::size_t highest = ~(~std::size_t{0} >> 1);
            EXPECT_EQ(lease.try_allocate_bytes(8, highest), nullptr);
            EXPECT_EQ(lease.try_allocate_bytes(source.capacity(), 8), nullptr);
        }
        fill(source, 1024);  // whatever lies on a shelf, too
        while (lease.try_allocate_bytes(1000, 8) != nullptr) {
            kept[fails ? 1 : 0] += 1000;
        }
    }
    EXPECT_GT(kept[0], 3'000'000U);
    EXPECT_EQ(kept[1], kept[0]);
}

/// The lane's TLAB went back from its first byte on; then a run of a shard, when nothing else was
/// left, gave the scope its first chunk at the same place.
TEST(lease_scope, frees_a_chunk_that_begins_where_its_tlab_began) {
    struct throws_always {
        throws_always() { throw 1; }
        int number = 0;
    };
    arena source{1U << 20};
    {
        arena_lease lease = source.lease();
        EXPECT_THROW(static_cast<void>(lease.new_unmanaged<throws_always>()), int);
    }
    static_cast<void>(source.allocate_bytes(source.capacity() - frontier(source), 8));
    arena_lease lease = source.lease();
    {
        const auto scope = lease.scope();
        use(lease, 1, 32);
    }
    char* const first = static_cast<char*>(lease.try_allocate_bytes(24, 8));
    char* const second = static_cast<char*>(lease.try_allocate_bytes(32, 8));
    ASSERT_NE(first, nullptr);
    ASSERT_NE(second, nullptr);
    EXPECT_TRUE(second >= first + 24 || second + 32 <= first);
}

/// What owns a scope may be in the arena: a session, a coroutine's frame.
TEST(lease_scope, does_nothing_when_a_destructor_that_a_reset_runs_ends_it) {
    for (const bool within_the_lease : {false, true}) {
        destruction_log log;
        arena source{1U << 20};
        arena_lease lease = source.lease();
        static_cast<void>(lease.new_object<logged>(log, 0));
        using holder = std::optional<held_scope>;
        holder* const owner =
            within_the_lease ? lease.new_object<holder>() : source.new_object<holder>();
        owner->emplace(lease);
        static_cast<void>(lease.new_object<logged>(log, 1));
        static_cast<void>(lease.new_object<logged>(log, 2));
        source.reset();
        std::sort(log.begin(), log.end());
        EXPECT_EQ(log, (destruction_log{0, 1, 2}));
        EXPECT_EQ(source.used_bytes(), 0U);
        static_cast<void>(lease.new_object<logged>(log, 3));
    }
}

TEST(lease_scope, begun_by_a_constructor_that_throws_ends_all_the_same) {
    struct begins_and_throws {
        begins_and_throws(arena_lease& lease, std::optional<held_scope>& scope) {
            scope.emplace(lease);
            throw 1;
        }
        std::array<std::byte, 1000> bytes{};
    };
    arena source{1U << 20};
    arena_lease lease = source.lease();
    use(lease, 1, 64);
    std::optional<held_scope> scope;
    EXPECT_THROW(static_cast<void>(lease.new_unmanaged<begins_and_throws>(lease, scope)), int);
    EXPECT_EQ(source.used_bytes(), 64U);
    scope.reset();
    EXPECT_EQ(source.used_bytes(), 64U);
    use(lease, 1, 64);
    EXPECT_EQ(source.used_bytes(), 128U);
}

TEST(lease_scope, fails_like_the_arena_and_ends_all_the_same) {
    arena source{1U << 16};
    arena_lease lease = source.lease();
    for (int turn = 0; turn < 3; ++turn) {
        const auto scope = lease.scope();
        std::size_t total = 0;
        while (lease.try_allocate_bytes(32, 8) != nullptr) {
            total += 32;
        }
        EXPECT_EQ(total, 1U << 16);
        EXPECT_THROW(static_cast<void>(lease.allocate_bytes(8)), memory_arena::arena_exhausted);
    }
    EXPECT_EQ(source.used_bytes(), 0U);
}
