#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <memory_arena/arena.hpp>

#include "support/live_ranges.hpp"
#include "support/scale.hpp"
#include "support/team.hpp"

/// \file
/// Allocation when a thread, or the process, is on its way out.

namespace {

using memory_arena::arena;
using namespace test_support;

/// Where a destructor allocates from, and what it got. Threads set it; destructors read it.
struct exit_work {
    arena* source = nullptr;
    range_log* log = nullptr;
    std::size_t blocks = 0;
};

void do_work(const exit_work& work) {
    if (work.source == nullptr) {
        return;
    }
    for (std::size_t count = 0; count < work.blocks; ++count) {
        const std::size_t bytes = 24 + count % 100;
        if (void* block = work.source->try_allocate_bytes(bytes, 8)) {
            work.log->add_filled(block, bytes, 8, work.source->generation());
        }
    }
}

/// A thread-local whose destructor allocates. Its first use on a thread makes it.
class at_thread_exit {
public:
    at_thread_exit() = default;
    at_thread_exit(const at_thread_exit&) = delete;
    at_thread_exit& operator=(const at_thread_exit&) = delete;
    ~at_thread_exit() { do_work(work); }

    exit_work work;
};

// Destroyed in the opposite order of their making: the one made before the arena's first use on
// the thread after whatever that use made, the other one before it.
thread_local at_thread_exit made_first;
thread_local at_thread_exit made_last;

enum class order { before_first_use, after_first_use, both, without_other_use };

class allocating_at_thread_exit : public testing::TestWithParam<order> {};

void live_and_exit(arena& source, range_log& log, order when) {
    const exit_work work{&source, &log, 40};
    if (when == order::before_first_use || when == order::both) {
        made_first.work = work;
    }
    if (when != order::without_other_use) {
        do_work({&source, &log, 10});
    }
    if (when != order::before_first_use) {
        made_last.work = work;
    }
}

TEST_P(allocating_at_thread_exit, is_served_and_disturbs_nobody) {
    constexpr std::size_t threads = 4;
    const order when = GetParam();
    arena source{8 << 20};
    const std::size_t batches = scaled(100, 10);
    std::vector<range_log> logs;
    for (std::size_t index = 0; index < threads * batches; ++index) {
        logs.emplace_back(static_cast<std::uint32_t>(index));
    }
    for (std::size_t batch = 0; batch < batches; ++batch) {
        run_team(threads, [&](std::size_t index) {
            live_and_exit(source, logs[batch * threads + index], when);
        });
    }
    const std::size_t each =
        (when == order::without_other_use ? 0U : 10U) + (when == order::both ? 80U : 40U);
    live_ranges ranges;
    for (range_log& log : logs) {
        ranges.merge(log);
    }
    EXPECT_EQ(ranges.size(), threads * batches * each);
    expect_sound(ranges, source);
    expect_exact_accounts(ranges, source);
    EXPECT_LE(source.usage().lanes, threads);
}

TEST_P(allocating_at_thread_exit, sees_a_reset_that_came_meanwhile) {
    const order when = GetParam();
    arena source{1 << 20};
    for (std::size_t round = 0; round < scaled(200, 10); ++round) {
        range_log log(static_cast<std::uint32_t>(round));
        run_team(1, [&](std::size_t) {
            live_and_exit(source, log, when);
            source.reset();
            log.clear();
        });
        live_ranges ranges;
        ranges.merge(log);
        ASSERT_EQ(ranges.size(), when == order::both ? 80U : 40U);
        expect_sound(ranges, source);
        expect_exact_accounts(ranges, source);
    }
}

INSTANTIATE_TEST_SUITE_P(every_order, allocating_at_thread_exit,
                         testing::Values(order::before_first_use, order::after_first_use,
                                         order::both, order::without_other_use));

TEST(registering_at_thread_exit, has_the_destructor_run_at_the_reset) {
    static std::size_t destroyed = 0;
    struct counter {
        counter() = default;
        counter(const counter&) = delete;
        counter& operator=(const counter&) = delete;
        ~counter() { ++destroyed; }
    };
    struct registers_at_exit {
        arena* source = nullptr;
        registers_at_exit() = default;
        registers_at_exit(const registers_at_exit&) = delete;
        registers_at_exit& operator=(const registers_at_exit&) = delete;
        ~registers_at_exit() {
            static_cast<void>(source->new_object<counter>());
            source->on_reset([] { ++destroyed; });
        }
    };
    arena source{64 << 10};
    std::thread([&source] {
        static thread_local registers_at_exit early;
        early.source = &source;
        static_cast<void>(source.new_object<counter>());
        static thread_local registers_at_exit late;
        late.source = &source;
    }).join();
    EXPECT_EQ(destroyed, 0U);
    source.reset();
    EXPECT_EQ(destroyed, 5U);
    source.reset();
    EXPECT_EQ(destroyed, 5U);
}

// The process's end -------------------------------------------------------------------------------

/// An arena that outlives everything, as a program's own may.
arena& lasting_arena() {
    static auto* const source = new arena{1 << 20};  // never destroyed
    return *source;
}

/// Allocates, checks what it got, and ends the process with 0 if it is in order.
void allocate_and_end_the_process() {
    arena& source = lasting_arena();
    const std::size_t before = source.used_bytes();
    range_log log;
    do_work({&source, &log, 2000});
    live_ranges ranges;
    ranges.merge(log);
    const bool right = ranges.size() == 2000 && ranges.inside(source) && ranges.disjoint() &&
                       ranges.intact() && source.used_bytes() == before + ranges.least_used();
    std::_Exit(right ? 0 : 1);
}

constexpr int not_reached = 3;  // the destructor or handler has not run

class allocating_at_process_exit : public testing::Test {
protected:
    allocating_at_process_exit() { GTEST_FLAG_SET(death_test_style, "threadsafe"); }

    static void use_the_arena_first() {
        ASSERT_NE(lasting_arena().try_allocate_bytes(100), nullptr);
    }
};

struct allocates_when_destroyed {
    allocates_when_destroyed() = default;
    allocates_when_destroyed(const allocates_when_destroyed&) = delete;
    allocates_when_destroyed& operator=(const allocates_when_destroyed&) = delete;
    ~allocates_when_destroyed() { allocate_and_end_the_process(); }
};

TEST_F(allocating_at_process_exit, is_served_in_a_static_object_destructor) {
    EXPECT_EXIT(
        {
            use_the_arena_first();
            static const allocates_when_destroyed last_words;
            std::exit(not_reached);
        },
        testing::ExitedWithCode(0), "");
}

TEST_F(allocating_at_process_exit, is_served_in_a_thread_local_destructor_of_the_main_thread) {
    EXPECT_EXIT(
        {
            static thread_local const allocates_when_destroyed last_words;
            static_cast<void>(&last_words);
            use_the_arena_first();
            std::exit(not_reached);
        },
        testing::ExitedWithCode(0), "");
}

TEST_F(allocating_at_process_exit, is_served_in_a_handler_that_runs_at_exit) {
    EXPECT_EXIT(
        {
            use_the_arena_first();
            if (std::atexit(allocate_and_end_the_process) == 0) {
                std::exit(not_reached);
            }
        },
        testing::ExitedWithCode(0), "");
}

TEST_F(allocating_at_process_exit, is_served_in_a_handler_that_is_the_first_to_use_an_arena) {
    EXPECT_EXIT(
        {
            if (std::atexit(allocate_and_end_the_process) == 0) {
                std::exit(not_reached);
            }
        },
        testing::ExitedWithCode(0), "");
}

TEST_F(allocating_at_process_exit, of_a_static_arena_comes_before_its_destruction) {
    EXPECT_EXIT(
        {
            static arena source{64 << 10};
            source.on_reset([] { std::_Exit(0); });
            run_team(2, [](std::size_t) { static_cast<void>(source.allocate_bytes(100)); });
            std::exit(not_reached);
        },
        testing::ExitedWithCode(0), "");
}

}  // namespace
