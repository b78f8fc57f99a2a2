#include <array>
#include <atomic>
#include <barrier>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <memory_arena/arena.hpp>

#include "support/live_ranges.hpp"
#include "support/random_source.hpp"
#include "support/scale.hpp"
#include "support/team.hpp"

/// \file
/// Arenas that come and go: many at one time, many after each other at one address, and beside
/// threads that have used them.

namespace {

using memory_arena::arena;
using memory_arena::arena_options;
using namespace test_support;

constexpr std::uint64_t seed = 0x5eed0006;
constexpr std::size_t kib = 1024;

/// Storage for one arena after another.
class place_for_an_arena {
public:
    place_for_an_arena() = default;
    place_for_an_arena(const place_for_an_arena&) = delete;
    place_for_an_arena& operator=(const place_for_an_arena&) = delete;
    ~place_for_an_arena() { destroy(); }

    arena& make(const arena_options& options) {
        destroy();
        made_ = ::new (static_cast<void*>(storage_.data())) arena(options);
        return *made_;
    }

    void destroy() noexcept {
        if (made_ != nullptr) {
            made_->~arena();
            made_ = nullptr;
        }
    }

    [[nodiscard]] arena& made() noexcept { return *made_; }

private:
    alignas(arena) std::array<std::byte, sizeof(arena)> storage_{};
    arena* made_ = nullptr;
};

/// Takes `count` blocks, fills them and notes them.
void take_some(arena& source, range_log& log, std::size_t count, random_source& random) {
    const std::uint64_t generation = source.generation();
    for (std::size_t taken = 0; taken < count; ++taken) {
        const std::size_t bytes = random.skewed(1, 400);
        if (void* block = source.try_allocate_bytes(bytes, 8)) {
            log.add_filled(block, bytes, 8, generation);
        }
    }
}

void expect_sound_and_exact(range_log& log, const arena& source) {
    live_ranges ranges;
    ranges.merge(log);
    expect_sound(ranges, source);
    expect_exact_accounts(ranges, source);
}

TEST(a_thousand_arenas, used_in_turn_on_one_thread_keep_their_contents) {
    struct user {
        arena source{64 * kib};
        range_log log;
    };
    std::vector<std::unique_ptr<user>> users;
    for (std::size_t index = 0; index < 1000; ++index) {
        users.push_back(std::make_unique<user>());
    }
    random_source random(seed);
    for (std::size_t turn = 0; turn < 10; ++turn) {
        for (const auto& each : users) {
            take_some(each->source, each->log, 5, random);
        }
    }
    for (const auto& each : users) {
        ASSERT_EQ(each->log.ranges().size(), 50U);
        expect_sound_and_exact(each->log, each->source);
    }
}

TEST(a_thousand_arenas, used_in_turn_by_several_threads_keep_their_contents) {
    constexpr std::size_t threads = 4;
    const std::size_t count = scaled(1000, 50);
    std::vector<std::unique_ptr<arena>> arenas;
    for (std::size_t index = 0; index < count; ++index) {
        arenas.push_back(std::make_unique<arena>(64 * kib));
    }
    std::vector<std::vector<range_log>> logs(threads);
    run_team(threads, [&](std::size_t index) {
        random_source random(seed + index);
        for (std::size_t which = 0; which < count; ++which) {
            logs[index].emplace_back(static_cast<std::uint32_t>(index));
        }
        for (std::size_t turn = 0; turn < 5; ++turn) {
            for (std::size_t which = 0; which < count; ++which) {
                take_some(*arenas[which], logs[index][which], 5, random);
            }
        }
    });
    for (std::size_t which = 0; which < count; ++which) {
        live_ranges ranges;
        for (auto& of_one_thread : logs) {
            ranges.merge(of_one_thread[which]);
        }
        ASSERT_EQ(ranges.size(), threads * 25);
        expect_sound(ranges, *arenas[which]);
        expect_exact_accounts(ranges, *arenas[which]);
    }
}

TEST(arenas_after_each_other, on_one_thread_at_one_address_start_empty) {
    std::vector<std::byte> buffer(64 * kib);
    place_for_an_arena place;
    for (std::size_t life = 0; life < scaled(2000, 100); ++life) {
        const bool borrows = life % 2 == 0;
        arena& source =
            place.make(borrows ? arena_options{.buffer = buffer} : arena_options{.capacity = 4096});
        ASSERT_EQ(source.generation(), 1U);
        ASSERT_EQ(source.used_bytes(), 0U);
        ASSERT_EQ(source.usage().lanes, 0U);
        range_log log;
        random_source random(seed + life);
        take_some(source, log, 5, random);
        expect_sound_and_exact(log, source);
        for (std::size_t resets = 0; resets < life % 3; ++resets) {
            source.reset();
        }
    }
}

/// Threads that outlive many arenas at one address, which also share one caller's buffer.
TEST(arenas_after_each_other, at_one_address_serve_threads_that_live_on) {
    constexpr std::size_t threads = 4;
    const std::size_t lives = scaled(1000, 50);
    std::vector<std::byte> buffer(256 * kib);
    place_for_an_arena place;
    std::vector<range_log> logs;
    for (std::size_t index = 0; index < threads; ++index) {
        logs.emplace_back(static_cast<std::uint32_t>(index));
    }
    std::barrier turn(static_cast<std::ptrdiff_t>(threads + 1));
    run_team(threads + 1, [&](std::size_t index) {
        random_source random(seed + index);
        for (std::size_t life = 0; life < lives; ++life) {
            if (index == threads) {
                const bool borrows = life % 4 != 3;
                place.make(borrows ? arena_options{.buffer = buffer}
                                   : arena_options{.capacity = 256 * kib});
            }
            turn.arrive_and_wait();  // the arena is made
            if (index < threads) {
                take_some(place.made(), logs[index], 1 + random.below(30), random);
            }
            turn.arrive_and_wait();  // the threads are done with it
            if (index == threads) {
                live_ranges ranges;
                for (range_log& log : logs) {
                    ranges.merge(log);
                }
                expect_sound(ranges, place.made());
                expect_exact_accounts(ranges, place.made());
                place.destroy();
            }
        }
    });
}

/// A thread that has used the arena exits while the arena is destroyed: nothing orders the two but
/// that the thread's last call is over.
TEST(destroying_an_arena, may_race_the_exit_of_threads_that_used_it) {
    for (std::size_t life = 0; life < scaled(2000, 100); ++life) {
        auto source = std::make_unique<arena>(64 * kib);
        auto next = std::make_unique<arena>(64 * kib);
        std::atomic<std::size_t> calls_over{0};
        std::vector<std::thread> threads;
        for (std::size_t index = 0; index < 2; ++index) {
            threads.emplace_back([&] {
                static_cast<void>(next->allocate_bytes(16));
                static_cast<void>(source->allocate_bytes(64));
                calls_over.fetch_add(1, std::memory_order_release);
            });
        }
        while (calls_over.load(std::memory_order_acquire) != 2) {
            std::this_thread::yield();
        }
        source.reset();
        for (std::thread& thread : threads) {
            thread.join();
        }
        // The lanes that the threads gave back are in order for the next ones.
        range_log log;
        std::thread([&] {
            random_source random(seed + life);
            take_some(*next, log, 3, random);
        }).join();
        EXPECT_EQ(next->used_bytes(), 32 + log.used());
    }
}

TEST(destroying_an_arena, runs_destructors_that_exited_threads_registered) {
    struct counter {
        std::atomic<std::size_t>* destroyed;
        explicit counter(std::atomic<std::size_t>& count) : destroyed(&count) {}
        counter(const counter&) = delete;
        counter& operator=(const counter&) = delete;
        ~counter() { destroyed->fetch_add(1); }
    };
    std::atomic<std::size_t> destroyed{0};
    {
        arena source{1 << 20};
        for (std::size_t round = 0; round < 10; ++round) {
            run_team(4, [&](std::size_t) {
                for (std::size_t count = 0; count < 10; ++count) {
                    static_cast<void>(source.new_object<counter>(destroyed));
                }
            });
        }
        EXPECT_EQ(destroyed.load(), 0U);
    }
    EXPECT_EQ(destroyed.load(), 10U * 4 * 10);
}

}  // namespace
