// A budget below the capacity, and the soft limit.

#include <gtest/gtest.h>

#include <cstddef>
#include <vector>

#include <memory_arena/arena.hpp>
#include <memory_arena/lease.hpp>

#include "support/arena_types.hpp"

namespace {

using memory_arena::arena;
using memory_arena::arena_exhausted;
using memory_arena::arena_options;
using memory_arena::arena_usage;
using memory_arena::cpu_arena;
using test_support::arena_names;
using test_support::arena_types;

constexpr std::size_t kib = 1024;
constexpr std::size_t mib = 1024 * kib;

template <class Arena>
std::size_t take_all(Arena& source, std::size_t piece) {
    std::size_t taken = 0;
    while (source.try_allocate_bytes(piece, 8) != nullptr) {
        taken += piece;
    }
    return taken;
}

template <class Arena>
class budget : public testing::Test {};
TYPED_TEST_SUITE(budget, arena_types, arena_names);

TYPED_TEST(budget, is_the_capacity_at_first) {
    TypeParam source(mib);
    EXPECT_EQ(source.usage().budget, mib);
    TypeParam generous(arena_options{.capacity = mib, .budget = 4 * mib});
    EXPECT_EQ(generous.usage().budget, mib);
}

TYPED_TEST(budget, is_handed_out_to_the_last_byte_and_no_further) {
    for (const std::size_t bytes : {mib, 3 * mib + 20 * kib, 64 * kib, 4 * kib}) {
        for (const std::size_t piece : {std::size_t{32}, 4 * kib}) {
            TypeParam source(arena_options{.capacity = 64 * mib, .budget = bytes});
            EXPECT_EQ(take_all(source, piece), bytes) << bytes << " in " << piece;
            const arena_usage figures = source.usage();
            EXPECT_EQ(figures.used + figures.slack, bytes);
            EXPECT_EQ(source.remaining_bytes(), 0U);
            EXPECT_THROW(static_cast<void>(source.allocate_bytes(8)), arena_exhausted);
            source.reset();
            EXPECT_EQ(take_all(source, piece), bytes) << "after a reset";
        }
    }
}

TYPED_TEST(budget, is_rounded_down_to_a_block) {
    TypeParam source(arena_options{.capacity = 64 * mib, .budget = 8 * kib + 4095});
    EXPECT_EQ(source.usage().budget, 8 * kib + 4095);
    EXPECT_EQ(take_all(source, 16), 8 * kib);
    source.reset();
    source.set_budget(4095);
    EXPECT_EQ(take_all(source, 16), 0U);
    source.set_budget(0);
    EXPECT_EQ(take_all(source, 16), 0U);
    EXPECT_EQ(source.usage().budget, 0U);
}

TYPED_TEST(budget, holds_for_large_requests_and_leases) {
    TypeParam source(arena_options{.capacity = 64 * mib, .budget = mib});
    EXPECT_EQ(source.try_allocate_bytes(mib + 1, 8), nullptr);
    EXPECT_NE(source.try_allocate_bytes(512 * kib, 8), nullptr);
    EXPECT_EQ(source.try_allocate_bytes(513 * kib, 8), nullptr);
    auto lease = source.lease();
    {
        const auto scope = lease.scope();
        EXPECT_LE(take_all(lease, 64), 512 * kib);
        EXPECT_GE(take_all(lease, 8) + source.used_bytes(), mib - 4 * kib);
    }
    EXPECT_LE(source.usage().used + source.usage().slack, mib);
}

TYPED_TEST(budget, changes_while_the_arena_is_in_use) {
    TypeParam source(arena_options{.capacity = 64 * mib, .budget = mib});
    EXPECT_EQ(take_all(source, 64), mib);
    source.set_budget(2 * mib);
    EXPECT_EQ(take_all(source, 64), mib);
    source.set_budget(mib / 2);  // below what was given out
    EXPECT_EQ(take_all(source, 64), 0U);
    EXPECT_EQ(source.remaining_bytes(), 0U);
    EXPECT_EQ(source.used_bytes(), 2 * mib);
    source.reset();
    EXPECT_EQ(take_all(source, 64), mib / 2);
    source.set_budget(~std::size_t{0});
    EXPECT_EQ(take_all(source, 64), 64 * mib - mib / 2);
}

struct told {
    std::vector<arena_usage> calls;
    static void note(void* context, const arena_usage& now) noexcept {
        static_cast<told*>(context)->calls.push_back(now);
    }
};

template <class Arena>
class soft_limit : public testing::Test {
public:
    told log;
    Arena limited{arena_options{.capacity = 64 * mib,
                                .soft_limit = mib,
                                .on_soft_limit = &told::note,
                                .soft_limit_context = &log}};
    void take(std::size_t bytes) {
        for (std::size_t taken = 0; taken < bytes; taken += 64) {
            static_cast<void>(limited.allocate_bytes(64));
        }
    }
};
TYPED_TEST_SUITE(soft_limit, arena_types, arena_names);

TYPED_TEST(soft_limit, is_told_once_in_each_generation_that_passes_it) {
    this->take(mib / 2);
    EXPECT_EQ(this->log.calls.size(), 0U);
    this->take(mib);
    ASSERT_EQ(this->log.calls.size(), 1U);
    const arena_usage& seen = this->log.calls.front();
    EXPECT_GT(seen.used + seen.slack, mib);
    EXPECT_LE(seen.used, mib + 256 * kib);
    this->take(8 * mib);
    EXPECT_EQ(this->log.calls.size(), 1U);
    this->limited.reset();
    this->take(mib / 2);
    EXPECT_EQ(this->log.calls.size(), 1U);
    this->take(4 * mib);
    EXPECT_EQ(this->log.calls.size(), 2U);
}

TYPED_TEST(soft_limit, may_be_answered_with_allocations) {
    struct answer {
        TypeParam* source = nullptr;
        int calls = 0;
        static void take(void* context, const arena_usage& /*now*/) noexcept {
            auto& mine = *static_cast<answer*>(context);
            mine.calls += 1;
            for (int count = 0; count < 10000; ++count) {
                static_cast<void>(mine.source->allocate_bytes(64));
            }
        }
    } mine;
    TypeParam source(arena_options{
        .capacity = 64 * mib,
        .soft_limit = mib,
        .on_soft_limit = &answer::take,
        .soft_limit_context = &mine});
    mine.source = &source;
    auto first = source.template new_span<int>(4 * kib, 7);
    static_cast<void>(source.template new_span<int>(mib, 8));
    EXPECT_EQ(mine.calls, 1);
    EXPECT_EQ(first.back(), 7);
}

TYPED_TEST(soft_limit, is_told_by_leases_and_by_the_call_that_fails) {
    auto lease = this->limited.lease();
    static_cast<void>(lease.allocate_bytes(2 * mib));
    EXPECT_EQ(this->log.calls.size(), 1U);
    this->limited.reset();
    this->limited.set_budget(mib + 64 * kib);
    EXPECT_THROW(this->take(2 * mib), arena_exhausted);
    EXPECT_EQ(this->log.calls.size(), 2U);
}

TEST(soft_limit_of_an_arena, is_told_from_calls_that_do_not_throw) {
    told log;
    arena source(arena_options{.capacity = 64 * mib,
                               .soft_limit = mib,
                               .on_soft_limit = &told::note,
                               .soft_limit_context = &log});
    EXPECT_NE(source.try_allocate_bytes(2 * mib), nullptr);
    EXPECT_EQ(log.calls.size(), 1U);
}

TEST(soft_limit_of_a_cpu_arena, is_not_told_from_a_try_call_but_from_the_next_that_throws) {
    told log;
    cpu_arena source(arena_options{
        .capacity = 64 * mib,
        .soft_limit = mib,
        .on_soft_limit = &told::note,
        .soft_limit_context = &log});
    EXPECT_NE(source.try_allocate_bytes(2 * mib), nullptr);
    EXPECT_EQ(take_all(source, 4 * mib), 60 * mib);
    EXPECT_EQ(log.calls.size(), 0U);
    source.set_budget(0);
    EXPECT_THROW(static_cast<void>(source.allocate_bytes(4 * mib)), arena_exhausted);
    EXPECT_EQ(log.calls.size(), 1U);
}

}  // namespace
