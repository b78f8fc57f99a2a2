#include <memory_arena/lease.hpp>

#include <atomic>
#include <barrier>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "support/arena_types.hpp"
#include "support/live_ranges.hpp"
#include "support/random_source.hpp"
#include "support/scale.hpp"
#include "support/team.hpp"

/// \file
/// Many leases with scopes, beside threads that allocate without, in one arena: whoever holds a
/// block finds its pattern in it as long as its scope is open, and no two hold the same bytes.

namespace {

using memory_arena::arena_lease;
using namespace test_support;

constexpr std::uint64_t seed = 0x5eed0011;

/// Random scopes within scopes; what each level holds is looked at again when the level above it
/// has ended.
template <class Arena>
class scoped_work {
public:
    scoped_work(Arena& source, arena_lease& lease, std::uint32_t owner, std::uint64_t number)
        : arena_(source), lease_(lease), random_(seed + number), owner_(owner) {}

    void run(int depth) {
        range_log mine(owner_);
        const std::size_t before = log_of_lease_.size();
        const std::size_t steps = random_.between(1, 12);
        for (std::size_t step = 0; step < steps; ++step) {
            if (depth > 0 && random_.one_in(3)) {
                const auto inner = lease_.scope();
                run(depth - 1);
            } else {
                take();
            }
        }
        check(before);
        log_of_lease_.resize(before);
    }

private:
    void take() {
        const std::size_t bytes = random_.skewed(1, random_.one_in(8) ? 200'000 : 3'000);
        const std::size_t alignment = std::size_t{1} << random_.below(8);
        void* const block = lease_.try_allocate_bytes(bytes, alignment);
        if (block == nullptr) {
            return;
        }
        EXPECT_TRUE(arena_.contains(block));
        log_of_lease_.push_back({reinterpret_cast<std::uintptr_t>(block), bytes, alignment,
                                 arena_.generation(), owner_, true});
        pattern(log_of_lease_.back()).fill(block, bytes);
    }

    void check(std::size_t from) const {
        for (std::size_t index = from; index < log_of_lease_.size(); ++index) {
            const live_range& one = log_of_lease_[index];
            ASSERT_TRUE(pattern(one).matches(reinterpret_cast<const void*>(one.begin), one.bytes))
                << one;
        }
    }

    Arena& arena_;
    arena_lease& lease_;
    random_source random_;
    std::uint32_t owner_;
    std::vector<live_range> log_of_lease_;
};

template <class Arena>
class leases : public testing::Test {};

}  // namespace

TYPED_TEST_SUITE(leases, arena_types, arena_names);

TYPED_TEST(leases, keep_what_their_scopes_hold_beside_threads_and_each_other) {
    constexpr std::size_t threads = 6;
    TypeParam source{std::size_t{48} << 20};
    std::vector<range_log> outside;
    for (std::uint32_t owner = 0; owner < threads; ++owner) {
        outside.emplace_back(owner);
    }
    for (std::size_t round = 0; round < scaled(30, 4); ++round) {
        run_team(threads, [&](std::size_t index) {
            random_source random(seed + round * threads + index);
            arena_lease lease = source.lease();
            for (std::size_t turn = 0; turn < 20; ++turn) {
                {
                    const auto scope = lease.scope();
                    scoped_work<TypeParam>(source, lease, static_cast<std::uint32_t>(100 + index),
                                           (round * threads + index) * 100 + turn % 3)
                        .run(3);
                }
                // What is taken outside of scopes stays: from the lease, and by the thread.
                const std::size_t bytes = random.skewed(8, 4'000);
                void* const block = random.one_in(2) ? lease.try_allocate_bytes(bytes, 8)
                                                     : source.try_allocate_bytes(bytes, 8);
                if (block != nullptr) {
                    outside[index].add_filled(block, bytes, 8, source.generation());
                }
                if (random.one_in(5)) {
                    lease = source.lease();
                }
            }
        });
        live_ranges all;
        for (range_log& log : outside) {
            all.merge(log);
        }
        expect_sound(all, source);
        EXPECT_EQ(source.used_bytes(), all.least_used());
        source.reset();
    }
}

TYPED_TEST(leases, pass_from_thread_to_thread) {
    constexpr std::size_t threads = 4;
    constexpr std::size_t in_turn = 3;
    TypeParam source{std::size_t{16} << 20};
    std::mutex lock;
    std::vector<arena_lease> idle;
    for (std::size_t count = 0; count < in_turn; ++count) {
        idle.push_back(source.lease());
    }
    std::atomic<std::size_t> expected{0};
    run_team(threads, [&](std::size_t index) {
        for (std::size_t turn = 0; turn < scaled(2'000, 200); ++turn) {
            std::optional<arena_lease> mine;
            {
                const std::scoped_lock guard(lock);
                if (!idle.empty()) {
                    mine.emplace(std::move(idle.back()));
                    idle.pop_back();
                }
            }
            if (!mine) {
                std::this_thread::yield();
                continue;
            }
            {
                const auto scope = mine->scope();
                scoped_work<TypeParam>(
                    source, *mine, static_cast<std::uint32_t>(index), index + threads * turn)
                    .run(1);
            }
            if (mine->try_new_object<std::size_t>(turn) != nullptr) {
                expected.fetch_add(8, std::memory_order_relaxed);
            }
            const std::scoped_lock guard(lock);
            idle.push_back(std::move(*mine));
        }
    });
    EXPECT_EQ(source.used_bytes(), expected.load());
}

TYPED_TEST(leases, come_and_go_on_all_threads_at_once) {
    TypeParam source{std::size_t{16} << 20};
    constexpr std::size_t threads = 8;
    std::vector<range_log> logs;
    for (std::uint32_t owner = 0; owner < threads; ++owner) {
        logs.emplace_back(owner);
    }
    run_team(threads, [&](std::size_t index) {
        for (std::size_t turn = 0; turn < scaled(3'000, 200); ++turn) {
            arena_lease one = source.lease();
            std::optional<arena_lease> another;
            if (turn % 4 == 0) {
                another.emplace(source.lease());
                logs[index].add(another->allocate_bytes(24, 8), 24, 8, 1);
            }
            logs[index].add(one.allocate_bytes(16, 8), 16, 8, 1);
        }
    });
    live_ranges all;
    for (range_log& log : logs) {
        all.merge(log);
    }
    expect_sound(all, source);
    EXPECT_EQ(source.used_bytes(), all.least_used());
    // Two leases at once in each thread: no more lanes than that.
    EXPECT_LE(source.usage().lanes, 2 * threads);
}

/// A reset beside leases that take addresses only: the arena stays whole.
TYPED_TEST(leases, survive_a_reset_that_overlaps_them) {
    TypeParam source{std::size_t{4} << 20};
    constexpr std::size_t threads = 4;
    for (std::size_t round = 0; round < scaled(200, 20); ++round) {
        std::vector<range_log> logs;
        for (std::uint32_t owner = 0; owner < threads; ++owner) {
            logs.emplace_back(owner);
        }
        run_team(threads, [&](std::size_t index) {
            if (index == 0) {
                source.reset();
                return;
            }
            random_source random(seed + round * threads + index);
            arena_lease lease = source.lease();
            std::uint64_t generation = source.generation();
            for (std::size_t turn = 0; turn < 30; ++turn) {
                const std::size_t bytes = random.skewed(8, 20'000);
                if (random.one_in(2)) {
                    const auto scope = lease.scope();
                    static_cast<void>(lease.try_allocate_bytes(bytes, 8));
                    static_cast<void>(lease.try_allocate_bytes(bytes, 8));
                }
                const void* const block = lease.try_allocate_bytes(bytes, 8);
                const std::uint64_t after = source.generation();
                if (after != generation) {
                    generation = after;
                    logs[index].clear();
                } else if (block != nullptr) {
                    logs[index].add(block, bytes, 8, generation);
                }
            }
        });
        live_ranges all;
        for (range_log& log : logs) {
            if (!log.ranges().empty() && log.ranges().front().generation == source.generation()) {
                all.merge(log);
            }
        }
        EXPECT_TRUE(all.inside(source));
        EXPECT_TRUE(all.disjoint());
    }
}
