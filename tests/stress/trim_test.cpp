#include <array>
#include <atomic>
#include <barrier>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <thread>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include <memory_arena/arena.hpp>
#include <memory_arena/lease.hpp>

#include "support/arena_types.hpp"
#include "support/live_ranges.hpp"
#include "support/random_source.hpp"
#include "support/scale.hpp"
#include "support/team.hpp"

/// \file
/// Pages go back to the system, at trim and at reset, beside threads that allocate, write and read:
/// no live byte is lost, and nobody waits for ever.

namespace {

using memory_arena::arena;
using memory_arena::arena_options;
using memory_arena::cpu_arena;
using memory_arena::retain;
using namespace test_support;

constexpr std::uint64_t seed = 0x5eed0009;
constexpr std::size_t kib = 1024;
constexpr std::size_t mib = 1024 * kib;

template <class Arena>
class trim : public testing::Test {};

TYPED_TEST_SUITE(trim, arena_types, arena_names);

/// Takes blocks of all sizes and fills them.
template <class Source>
void take(Source& source, range_log& log, std::size_t bytes, random_source& random) {
    for (std::size_t taken = 0; taken < bytes;) {
        const std::size_t size = random.skewed(8, random.one_in(20) ? 300 * kib : 2000);
        void* const block = source.try_allocate_bytes(size, 8);
        if (block == nullptr) {
            return;
        }
        log.add_filled(block, size, 8, source.generation());
        taken += size;
    }
}

retain any_retention(random_source& random) {
    switch (random.below(4)) {
        case 0: return retain::none;
        case 1: return retain::adaptive;
        case 2: return retain::up_to(random.below(16 * mib));
        default: return retain::all;
    }
}

/// The takers' share of a round varies a lot, so that there is something to trim.
TYPED_TEST(trim, beside_allocations_and_resets_loses_no_live_byte) {
    constexpr std::size_t takers = 3;
    const std::size_t rounds = scaled(150, 20);
    std::array<range_log, takers> logs{range_log(0), range_log(1), range_log(2)};
    live_ranges all;
    TypeParam source(arena_options{.capacity = 64 * mib});
    std::atomic<bool> over{false};
    std::thread trimmer([&] {
        random_source random(seed);
        while (!over.load()) {
            source.trim(random.one_in(3) ? 0 : random.below(32 * mib));
        }
    });
    random_source for_resets(seed + 1);
    std::barrier rest(takers, [&]() noexcept {
        for (range_log& log : logs) {
            all.merge(log);
        }
        expect_sound(all, source);
        expect_exact_accounts(all, source);
        all.clear();
        source.reset(any_retention(for_resets));
    });
    run_team(takers, [&](std::size_t index) {
        random_source random(seed + 10 + index);
        for (std::size_t round = 0; round < rounds; ++round) {
            const std::size_t bytes = random.skewed(kib, 8 * mib);
            if (index == 2) {
                auto lease = source.lease();
                {
                    const auto scope = lease.scope();
                    range_log undone(9);
                    take(lease, undone, bytes / 4, random);
                    live_ranges checked;
                    checked.merge(undone);
                    EXPECT_TRUE(checked.intact());
                }
                take(lease, logs[index], bytes / 2, random);
            } else {
                take(source, logs[index], bytes, random);
            }
            rest.arrive_and_wait();
        }
    });
    over.store(true);
    trimmer.join();
}

TYPED_TEST(trim, beside_trims_and_resets_that_give_back_leaves_an_arena_whole) {
    TypeParam source(64 * mib);
    const std::size_t turns = scaled(300, 30);
    run_team(4, [&](std::size_t index) {
        random_source random(seed + index);
        for (std::size_t turn = 0; turn < turns; ++turn) {
            if (index < 2) {
                source.trim(random.below(mib));
            } else {
                source.reset(any_retention(random));
            }
            static_cast<void>(source.usage());
        }
    });
    EXPECT_EQ(source.generation(), 2 * turns + 1);
    const auto all = source.template new_span<std::byte>(source.capacity());
    EXPECT_EQ(all.size(), source.capacity());
}

/// A reset that gives back, beside threads that only take addresses: out of contract, and yet no
/// two blocks of one generation overlap, and nothing locks up.
TYPED_TEST(trim, at_a_reset_beside_allocations_keeps_the_arena_whole) {
    TypeParam source(4 * mib);
    std::atomic<bool> over{false};
    std::array<range_log, 3> logs{range_log(0), range_log(1), range_log(2)};
    run_team(4, [&](std::size_t index) {
        if (index == 3) {
            random_source random(seed);
            for (std::size_t turn = 0; turn < scaled(1500, 200); ++turn) {
                source.reset(any_retention(random));
                std::this_thread::yield();
            }
            over.store(true);
        }
        std::size_t kept = 0;
        while (!over.load()) {
            const std::uint64_t before = source.generation();
            const void* const block = source.try_allocate_bytes(64, 8);
            if (block != nullptr && before == source.generation() && ++kept < 100000) {
                logs[index].add(block, 64, 8, before);
            }
        }
    });
    live_ranges all;
    for (range_log& log : logs) {
        all.merge(log);
    }
    EXPECT_TRUE(all.disjoint());
}

cpu_arena* arena_of_the_handler = nullptr;
std::atomic<std::size_t> handled{0};

void take_in_a_handler(int /*signal*/) {
    // Large: from the frontier, behind which the pages go.
    if (arena_of_the_handler->try_allocate_bytes(100 * kib) != nullptr) {
        handled.fetch_add(1);
    }
}

/// A handler that allocates on the very thread that gives pages back must not wait for it.
TEST(trim_of_a_cpu_arena, is_never_waited_for_by_a_handler_on_its_own_thread) {
    cpu_arena source(64 * mib);
    arena_of_the_handler = &source;
    struct sigaction action {};
    struct sigaction before {};
    action.sa_handler = &take_in_a_handler;
    action.sa_flags = SA_RESTART;
    sigaction(SIGUSR1, &action, &before);
    std::atomic<bool> over{false};
    const pthread_t trimmer = pthread_self();
    std::thread sender([&] {
        while (!over.load()) {
            pthread_kill(trimmer, SIGUSR1);
            std::this_thread::yield();
        }
    });
    for (std::size_t turn = 0; turn < scaled(200, 20); ++turn) {
        // The handler may have taken all.
        if (const auto bytes = source.try_new_span_for_overwrite<char>(mib)) {
            std::memset(bytes->data(), 1, mib);
        }
        source.trim(0);
        source.reset(turn % 2 == 0 ? retain::none : retain::all);
    }
    while (handled.load() == 0) {
        std::this_thread::yield();
    }
    over.store(true);
    sender.join();
    sigaction(SIGUSR1, &before, nullptr);
}

/// The child of a fork that came while another thread gave pages back has no such thread.
TEST(trim_of_an_arena, that_a_fork_interrupts_holds_up_nobody_in_the_child) {
    if (work_divisor == 8) {
        GTEST_SKIP() << "ThreadSanitizer doesn't let a child of several threads begin anew";
    }
    arena source(256 * mib);
    std::atomic<bool> over{false};
    std::thread trimmer([&] {
        while (!over.load()) {
            // Something to give back, at every turn.
            std::memset(source.new_span_for_overwrite<char>(8 * mib).data(), 1, 8 * mib);
            source.reset(retain::none);
        }
    });
    for (std::size_t turn = 0; turn < scaled(200, 20); ++turn) {
        const pid_t child = fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            alarm(20);
            // Another generation may be in the making: this one's own is what counts.
            source.reset(retain::none);
            bool well = true;
            for (int count = 0; count < 100; ++count) {
                well = well && source.try_allocate_bytes(mib, 8) != nullptr;
            }
            source.trim(0);
            _exit(well ? 0 : 1);
        }
        int status = 0;
        ASSERT_EQ(waitpid(child, &status, 0), child);
        EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
        std::this_thread::yield();
    }
    over.store(true);
    trimmer.join();
}

}  // namespace
