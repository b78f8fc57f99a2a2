// What a reset has ended the life of can't be touched for a while.

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory_resource>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <vector>

#include <memory_arena/arena.hpp>
#include <memory_arena/inspect.hpp>
#include <memory_arena/lease.hpp>
#include <memory_arena/memory_resource.hpp>

#include "support/arena_types.hpp"
#include "support/reachable.hpp"
#include "support/scale.hpp"

namespace {

using memory_arena::arena;
using memory_arena::arena_options;
using memory_arena::max_capacity;
using memory_arena::max_quarantine;
using memory_arena::page_kind;
using memory_arena::retain;
using namespace test_support;

constexpr std::size_t kib = 1024;
constexpr std::size_t mib = 1024 * kib;

/// Takes `bytes` and writes to each.
template <class Arena>
std::byte* take(Arena& source, std::size_t bytes) {
    auto* const place = static_cast<std::byte*>(source.allocate_bytes(bytes));
    std::memset(place, 0x5a, bytes);
    return place;
}

/// Every byte of a generation can be had and written to, and no more.
template <class Arena>
bool works(Arena& source) {
    auto* const whole = static_cast<std::byte*>(source.try_allocate_bytes(source.capacity(), 1));
    if (whole == nullptr || source.try_allocate_bytes(1) != nullptr) {
        return false;
    }
    std::memset(whole, 1, source.capacity());
    return true;
}

template <class Arena>
class quarantine : public testing::Test {};

TYPED_TEST_SUITE(quarantine, arena_types, arena_names);

TYPED_TEST(quarantine, keeps_an_ended_generation_inaccessible_for_so_many_resets) {
    for (const std::size_t resets : {1U, 2U, 3U, 7U}) {
        TypeParam source(arena_options{.capacity = mib, .quarantine = resets});
        std::vector<std::byte*> stale;
        for (std::size_t generation = 0; generation < 4 * resets; ++generation) {
            std::byte* const newest = take(source, 64);
            for (std::size_t age = 1; age <= stale.size(); ++age) {
                std::byte* const older = stale[stale.size() - age];
                if (age <= resets) {
                    ASSERT_FALSE(is_readable(older)) << resets << ", " << age;
                    ASSERT_FALSE(is_writable(older)) << resets << ", " << age;
                } else if (age % (resets + 1) == 0) {
                    ASSERT_EQ(older, newest) << "the memory is used again";
                }
            }
            ASSERT_TRUE(is_readable(newest));
            stale.push_back(newest);
            source.reset();
        }
        EXPECT_EQ(source.usage().refused, 0U);
        EXPECT_EQ(source.generation(), 4 * resets + 1);
    }
}

TYPED_TEST(quarantine, has_the_first_byte_and_the_last_of_the_capacity) {
    TypeParam source(arena_options{.capacity = 100 * kib, .quarantine = 2});
    for (int generation = 0; generation < 7; ++generation) {
        ASSERT_TRUE(works(source)) << generation;
        const auto seen = source.inspect();
        EXPECT_EQ(seen.usage.used, source.capacity());
        source.reset();
    }
}

TYPED_TEST(quarantine, ends_the_process_at_a_touch) {
    if (work_divisor != 1) {
        GTEST_SKIP() << "a sanitizer reports it in its own way";
    }
    TypeParam source(arena_options{.capacity = mib, .quarantine = 3});
    auto* const stale = source.template new_object<std::uint64_t>(42U);
    volatile std::uint64_t& object = *stale;
    for (int reset = 0; reset < 3; ++reset) {
        source.reset();
        static_cast<void>(source.template new_object<std::uint64_t>(1U));
        EXPECT_EXIT(std::_Exit(static_cast<int>(object)), testing::KilledBySignal(SIGSEGV), "")
            << reset;
        EXPECT_EXIT(object = 7, testing::KilledBySignal(SIGSEGV), "") << reset;
    }
    source.reset();
    object = 7;  // it lives again, whoever has it
    EXPECT_EQ(object, 7U);
}

TYPED_TEST(quarantine, covers_whatever_handed_the_memory_out) {
    TypeParam source(arena_options{.capacity = 16 * mib, .quarantine = 1});
    for (int generation = 0; generation < 5; ++generation) {
        std::vector<std::byte*> made{take(source, 8), take(source, 20 * kib),
                                     take(source, 200 * kib), take(source, 4 * mib)};
        {
            auto lease = source.lease();
            made.push_back(take(lease, 100));
            const auto scope = lease.scope();
            made.push_back(take(lease, 300 * kib));
        }
        made.push_back(static_cast<std::byte*>(source.resource()->allocate(64, 64)));
        std::array<std::byte*, 4> of_threads{};
        {
            std::vector<std::jthread> team;
            for (std::byte*& mine : of_threads) {
                team.emplace_back([&] { mine = take(source, 64); });
            }
        }
        made.insert(made.end(), of_threads.begin(), of_threads.end());
        for (std::byte* const one : made) {
            EXPECT_TRUE(is_readable(one));
            EXPECT_TRUE(source.contains(one));
        }
        source.reset();
        for (std::byte* const one : made) {
            EXPECT_FALSE(is_readable(one));
            EXPECT_FALSE(source.contains(one));
        }
    }
}

TYPED_TEST(quarantine, lets_destructors_read_what_ends) {
    struct reader {
        const unsigned char* read;
        unsigned* sum;
        reader(const unsigned char* from, unsigned* to) : read(from), sum(to) {}
        ~reader() { *sum += *read; }
    };
    unsigned sum = 0;
    TypeParam source(arena_options{.capacity = mib, .wipe_at_reset = true, .quarantine = 1});
    for (unsigned generation = 1; generation <= 4; ++generation) {
        auto bytes = source.template new_span<unsigned char>(100 * kib, 7);
        std::thread([&] {
            static_cast<void>(source.template new_object<reader>(&bytes.back(), &sum));
        }).join();
        static_cast<void>(source.template new_object<reader>(&bytes.front(), &sum));
        source.on_reset([&] { source.reset(); });  // does nothing, and doesn't wait for itself
        source.reset();
        EXPECT_EQ(sum, 14 * generation);
        EXPECT_EQ(source.generation(), generation + 1);
        EXPECT_FALSE(is_readable(bytes.data()));
    }
}

TYPED_TEST(quarantine, has_figures_of_one_generation) {
    TypeParam source(arena_options{.capacity = 3 * mib - 5000, .quarantine = 4});
    const std::size_t capacity = source.capacity();
    EXPECT_EQ(capacity % static_cast<std::size_t>(sysconf(_SC_PAGESIZE)), 0U);
    EXPECT_GE(capacity, 3 * mib - 5000);
    for (int generation = 0; generation < 12; ++generation) {
        static_cast<void>(take(source, 1000));
        static_cast<void>(take(source, mib));
        const auto now = source.usage();
        EXPECT_EQ(now.reserved, capacity);
        EXPECT_EQ(now.budget, capacity);
        EXPECT_GE(now.used, mib + 1000);
        EXPECT_LE(now.used + now.slack, mib + 64 * kib);
        EXPECT_EQ(now.peak, now.used + now.slack);
        EXPECT_EQ(now.committed, now.used + now.slack);
        EXPECT_EQ(source.remaining_bytes(), capacity - now.used);
        const auto seen = source.inspect();
        ASSERT_GE(seen.lanes.size() + seen.shards.size(), 1U);
        for (const auto& lane : seen.lanes) {
            EXPECT_LE(lane.tlab.end, now.used + now.slack);
            EXPECT_TRUE(lane.tlab.begin == lane.tlab.end || lane.cursor <= lane.tlab.end);
        }
        std::size_t runs = 0;
        for (const auto& shard : seen.shards) {
            EXPECT_LE(shard.run.end, now.used + now.slack);
            runs += shard.run.end - shard.run.begin;
        }
        EXPECT_GT(runs, 0U);
        source.reset();
        EXPECT_EQ(source.usage().used, 0U);
        EXPECT_EQ(source.usage().slack, 0U);
        EXPECT_EQ(source.usage().committed, 0U);
    }
}

TYPED_TEST(quarantine, goes_by_the_budget_in_each_generation) {
    TypeParam source(arena_options{.capacity = mib, .budget = 512 * kib, .quarantine = 2});
    for (int generation = 0; generation < 5; ++generation) {
        EXPECT_EQ(source.try_allocate_bytes(512 * kib + 1), nullptr);
        EXPECT_NE(source.try_allocate_bytes(512 * kib), nullptr);
        EXPECT_EQ(source.try_allocate_bytes(1), nullptr);
        EXPECT_EQ(source.remaining_bytes(), 0U);
        source.reset();
    }
    source.set_budget(mib);
    EXPECT_TRUE(works(source));
}

TYPED_TEST(quarantine, gives_as_many_small_objects_as_without) {
    constexpr std::size_t capacity = 256 * kib;
    TypeParam plain(capacity);
    TypeParam source(arena_options{.capacity = capacity, .quarantine = 2});
    std::size_t expected = 0;
    while (plain.try_allocate_bytes(32) != nullptr) {
        ++expected;
    }
    for (int generation = 0; generation < 7; ++generation) {
        std::size_t count = 0;
        while (void* const one = source.try_allocate_bytes(32)) {
            *static_cast<unsigned char*>(one) = 1;
            ++count;
        }
        EXPECT_EQ(count, expected);
        source.reset();
    }
}

TYPED_TEST(quarantine, grows_and_gives_back_in_place) {
    TypeParam source(arena_options{.capacity = 8 * mib, .quarantine = 1});
    for (int generation = 0; generation < 5; ++generation) {
        for (const std::size_t count : {100U, 20'000U, 1'000'000U}) {
            auto bytes = source.template new_span<unsigned char>(count, 1);
            const auto* const begin = bytes.data();
            if (source.try_extend(bytes, count + 100)) {
                EXPECT_EQ(bytes.data(), begin);
                EXPECT_EQ(std::count(bytes.begin(), bytes.end(), 1), count);
            }
            source.deallocate_bytes(bytes.data(), bytes.size());
        }
        EXPECT_LE(source.usage().used, source.capacity());
        auto* const aligned = source.try_allocate_bytes(100, 64 * kib);
        ASSERT_NE(aligned, nullptr);
        EXPECT_EQ(reinterpret_cast<std::uintptr_t>(aligned) % (64 * kib), 0U);
        source.reset(retain::up_to(mib));
        source.trim();
    }
}

TYPED_TEST(quarantine, survives_resets_of_several_threads_beside_allocations) {
    constexpr std::size_t resets = scaled(2000);
    TypeParam source(arena_options{.capacity = mib, .quarantine = 1});
    std::atomic<bool> done{false};
    std::vector<std::thread> takers;
    for (int taker = 0; taker < 2; ++taker) {
        takers.emplace_back([&] {
            while (!done.load()) {
                for (const std::size_t bytes : {16U, 3000U, 100'000U}) {
                    static_cast<void>(source.try_allocate_bytes(bytes));  // the address alone
                }
                const auto now = source.usage();
                EXPECT_LE(now.used + now.slack, now.reserved);
                EXPECT_LE(now.peak, now.reserved);
                EXPECT_LE(now.committed, now.reserved);
            }
        });
    }
    {
        std::vector<std::jthread> team;
        for (int resetter = 0; resetter < 3; ++resetter) {
            team.emplace_back([&] {
                for (std::size_t reset = 0; reset < resets; ++reset) {
                    source.reset();
                }
            });
        }
    }
    done.store(true);
    for (std::thread& taker : takers) {
        taker.join();
    }
    EXPECT_EQ(source.generation(), 3 * resets + 1);
    EXPECT_EQ(source.usage().refused, 0U);
    for (int generation = 0; generation < 3; ++generation) {
        source.reset();
        EXPECT_TRUE(works(source));
    }
}

/// In a child that fork leaves at any point of another thread's reset, the arena works.
TYPED_TEST(quarantine, works_in_children_that_are_born_during_resets) {
    if (work_divisor == 8) {
        GTEST_SKIP() << "ThreadSanitizer doesn't let a child of several threads begin anew";
    }
    constexpr std::size_t children = scaled(200, 20);
    TypeParam source(arena_options{.capacity = 256 * kib, .quarantine = 1});
    std::atomic<bool> done{false};
    std::thread resetter([&] {
        while (!done.load()) {
            source.reset();
        }
    });
    std::size_t well = 0;
    for (std::size_t birth = 0; birth < children; ++birth) {
        const pid_t child = fork();
        if (child == 0) {
            bool works_here = true;
            for (int generation = 0; generation < 5; ++generation) {
                std::byte* const stale = take(source, 100 * kib);
                source.reset();
                works_here = works_here && !is_readable(stale);
            }
            std::_Exit(works_here && works(source) ? 0 : 1);
        }
        int status = 1;
        well += child > 0 && waitpid(child, &status, 0) == child && status == 0 ? 1U : 0U;
    }
    done.store(true);
    resetter.join();
    EXPECT_EQ(well, children);
    source.reset();
    EXPECT_TRUE(works(source));
}

void expect_refused(const arena_options& options, const char* why) {
    try {
        const arena refused(options);
        ADD_FAILURE() << "it was made";
    } catch (const std::invalid_argument& error) {
        EXPECT_STREQ(error.what(), why);
    }
    std::error_code error;
    EXPECT_EQ(memory_arena::try_make_arena(options, error), nullptr);
    EXPECT_EQ(error, std::errc::invalid_argument);
}

TEST(quarantine_options, are_refused_where_they_make_no_sense) {
    alignas(16) std::array<std::byte, 4096> buffer;
    expect_refused({.buffer = buffer, .quarantine = 1},
                   "arena_options: quarantine must be 0 where a buffer is given");
    expect_refused({.capacity = mib, .quarantine = max_quarantine + 1},
                   "arena_options: quarantine is above max_quarantine");
    expect_refused({.capacity = mib, .quarantine = ~std::size_t{0}},
                   "arena_options: quarantine is above max_quarantine");
    expect_refused({.capacity = mib, .pages = page_kind::explicit_huge, .quarantine = 1},
                   "arena_options: explicit huge pages can't be quarantined");
    const char* const too_large =
        "arena_options: capacity and its quarantine are above max_capacity";
    expect_refused({.capacity = max_capacity, .quarantine = 1}, too_large);
    expect_refused({.capacity = max_capacity / 2, .quarantine = 1}, too_large);
    expect_refused({.capacity = max_capacity / 256, .quarantine = max_quarantine}, too_large);
}

TEST(quarantine_options, may_be_as_large_as_all_positions) {
    std::error_code error;
    const auto made = memory_arena::try_make_arena(
        {.capacity = max_capacity / 2 - 64 * kib, .quarantine = 1}, error);
    if (made == nullptr) {
        EXPECT_EQ(error, std::errc::not_enough_memory);
        return;
    }
    for (int generation = 0; generation < 4; ++generation) {
        static_cast<void>(take(*made, 100 * kib));
        EXPECT_NE(made->try_allocate_bytes(made->capacity() - mib), nullptr);
        made->reset();
    }
    arena many(arena_options{.capacity = 64 * kib, .quarantine = max_quarantine});
    for (std::size_t generation = 0; generation < 2 * max_quarantine; ++generation) {
        ASSERT_TRUE(works(many));
        many.reset();
    }
    EXPECT_EQ(many.usage().refused, 0U);
}

}  // namespace
