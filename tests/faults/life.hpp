#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include <memory_arena/arena.hpp>
#include <memory_arena/inspect.hpp>
#include <memory_arena/lease.hpp>
#include <memory_arena/memory_resource.hpp>

#include "faults/system.hpp"
#include "support/figures.hpp"
#include "support/live_ranges.hpp"

/// \file
/// The life of an arena, from its making to its end, with every call that asks the system for
/// something; and what has to be true after each, whatever was refused.

namespace faults {

/// Refusals that an arena does without, and counts.
inline std::size_t counted_refusals() {
    std::size_t sum = 0;
    for (const call what : {call::map_from_pool, call::huge_pages, call::core_dumps, call::place,
                            call::name, call::give_back, call::close_pages, call::open_pages}) {
        sum += refused(what);
    }
    return sum + std::min(refused(call::populate), std::size_t{1});
}

/// The thread's signals are as they were when this was made.
class same_signals {
public:
    same_signals() { pthread_sigmask(SIG_SETMASK, nullptr, &before_); }

    [[nodiscard]] bool now() const {
        sigset_t mask{};
        pthread_sigmask(SIG_SETMASK, nullptr, &mask);
        for (int signal = 1; signal < SIGRTMAX; ++signal) {
            if (sigismember(&mask, signal) != sigismember(&before_, signal)) {
                return false;
            }
        }
        return true;
    }

private:
    sigset_t before_{};
};

template <class Arena>
class life {
public:
    life(const memory_arena::arena_options& options, bool tries)
        : options_(options), tries_(tries) {}

    void run() {
        make();
        if (arena_ == nullptr) {
            expect_can_be_made_later();
            return;
        }
        expect_serves();
        take_leases();
        inspect();
        for (const memory_arena::retain kept :
             {memory_arena::retain::all, memory_arena::retain::none,
              memory_arena::retain::up_to(64 * kib), memory_arena::retain::adaptive}) {
            end_generation(kept);
        }
        trim();
        exhaust();
        asked([this] { arena_.reset(); });
        EXPECT_TRUE(signals_.now());
    }

private:
    static constexpr std::size_t kib = 1024;

    /// Made or refused, with the reason.
    void make() {
        std::error_code error;
        try {
            asked([&] {
                arena_ = tries_ ? memory_arena::try_make_arena<Arena>(options_, error)
                                : std::make_unique<Arena>(options_);
            });
        } catch (const std::system_error& thrown) {
            error = thrown.code();
            EXPECT_NE(std::strstr(thrown.what(), "mmap"), nullptr) << thrown.what();
        } catch (const std::bad_alloc&) {
            EXPECT_NE(refused(call::take_from_heap), 0U);
            error = std::make_error_code(std::errc::not_enough_memory);
        }
        EXPECT_TRUE(signals_.now());
        if (arena_ == nullptr) {
            expect_reason(error);
            return;
        }
        // Whatever was refused, the arena does without, and says so.
        EXPECT_FALSE(error) << error.message();
        EXPECT_EQ(arena_->usage().refused,
                  counted_refusals() + refused(call::map) + refused(call::unmap));
    }

    static void expect_reason(const std::error_code& error) {
        if (refused(call::take_from_heap) == 0) {
            const auto errors = errors_of(call::map);
            EXPECT_NE(refused(call::map), 0U);
            EXPECT_EQ(error.category(), std::system_category());
            EXPECT_NE(std::find(errors.begin(), errors.end(), error.value()), errors.end())
                << error.message();
        } else {
            EXPECT_EQ(error, std::errc::not_enough_memory);
        }
    }

    void expect_can_be_made_later() {
        std::error_code error;
        arena_ = memory_arena::try_make_arena<Arena>(options_, error);
        ASSERT_NE(arena_, nullptr) << error.message();
        expect_serves();
        arena_.reset();
    }

    /// Small blocks, medium and large ones, managed objects, a container: all as ever.
    void expect_serves() {
        test_support::range_log log;
        test_support::random_source random(0x5eed0f01);
        const std::size_t used = arena_->used_bytes();
        for (std::size_t count = 0; count < 60; ++count) {
            const std::size_t bytes = random.skewed(1, count % 10 == 0 ? 100 * kib : 2 * kib);
            void* const block = asked([&] { return arena_->try_allocate_bytes(bytes, 8); });
            ASSERT_NE(block, nullptr) << bytes;
            log.add_filled(block, bytes, 8, arena_->generation());
        }
        test_support::live_ranges ranges;
        ranges.merge(log);
        test_support::expect_sound(ranges, *arena_);
        EXPECT_EQ(arena_->used_bytes(), used + ranges.least_used());
        asked([this] {
            arena_->on_reset([this] { ++destroyed_; });
            static_cast<void>(arena_->resource()->allocate(100));
        });
        registered_ += 1;
    }

    /// More leases than one table holds; one that is refused leaves the arena as it was.
    void take_leases() {
        std::vector<memory_arena::arena_lease> leases;
        leases.reserve(70);
        bool any_refused = false;
        for (std::size_t count = 0; count < 70; ++count) {
            const memory_arena::arena_usage before = arena_->usage();
            std::error_code error;
            try {
                asked([&] {
                    if (tries_) {
                        if (auto got = arena_->try_lease()) {
                            leases.push_back(std::move(*got));
                        }
                    } else {
                        leases.push_back(arena_->lease());
                    }
                });
            } catch (const std::system_error& thrown) {
                expect_reason(thrown.code());
            } catch (const std::bad_alloc&) {
                EXPECT_NE(refused(call::take_from_heap), 0U);  // the text of the system_error
            }
            const memory_arena::arena_usage after = arena_->usage();
            test_support::expect_same_usage(before, after);
            EXPECT_EQ(after.refused, before.refused);
            any_refused = any_refused || leases.size() <= count;
        }
        EXPECT_TRUE(!any_refused || refused(call::map) != 0);
        use(leases);
    }

    void use(std::vector<memory_arena::arena_lease>& leases) {
        test_support::range_log log;
        for (memory_arena::arena_lease& lease : leases) {
            asked([&] {
                const auto scope = lease.scope();
                lease.on_reset([this] { ++destroyed_; });
                static_cast<void>(lease.try_allocate_bytes(8 * kib, 8));
            });
            registered_ += 1;
            EXPECT_EQ(destroyed_, registered_ - 1);  // the arena's own comes later
            void* const block = asked([&] { return lease.try_allocate_bytes(100, 8); });
            ASSERT_NE(block, nullptr);
            log.add_filled(block, 100, 8, arena_->generation());
        }
        test_support::live_ranges ranges;
        ranges.merge(log);
        test_support::expect_sound(ranges, *arena_);
        asked([&] { leases.clear(); });
    }

    /// Made, or bad_alloc; nothing changes either way.
    void inspect() {
        const memory_arena::arena_usage before = arena_->usage();
        try {
            const memory_arena::arena_inspection seen = asked([this] { return arena_->inspect(); });
            EXPECT_EQ(seen.frontier, before.used + before.slack);
        } catch (const std::bad_alloc&) {
            EXPECT_NE(refused(call::take_from_heap), 0U);
        }
        test_support::expect_same_usage(before, arena_->usage());
    }

    static bool gives_all_back(memory_arena::retain kept) {
        return kept.what() == memory_arena::retain::kind::up_to && kept.bytes() == 0;
    }

    /// Goes on where pages can't be given back: they stay, and that is counted.
    void end_generation(memory_arena::retain kept) {
        const memory_arena::arena_usage before = arena_->usage();
        const std::size_t refused_before = counted_refusals();
        asked([&] { arena_->reset(kept); });
        const memory_arena::arena_usage after = arena_->usage();
        EXPECT_TRUE(signals_.now());
        EXPECT_EQ(destroyed_, registered_);
        EXPECT_EQ(after.generation, before.generation + 1);
        EXPECT_EQ(after.used + after.slack, 0U);
        const std::size_t refused_now = counted_refusals() - refused_before;
        EXPECT_EQ(after.refused, before.refused + refused_now);
        if (options_.quarantine != 0) {
            // Pages go back with each generation, or stay with one that is over.
        } else if (refused_now != 0) {
            EXPECT_EQ(after.committed, before.committed);
        } else if (gives_all_back(kept) && options_.buffer.empty()) {
            EXPECT_EQ(after.committed, 0U);
        }
        expect_is_wiped();
        expect_serves();
    }

    void expect_is_wiped() {
        if (options_.wipe_at_reset) {
            const auto* const bytes =
                static_cast<const std::byte*>(arena_->try_allocate_bytes(64 * kib));
            ASSERT_NE(bytes, nullptr);
            EXPECT_EQ(std::count(bytes, bytes + 64 * kib, std::byte{0}), 64 * kib);
        }
    }

    void trim() {
        asked([this] { arena_->reset(); });
        const memory_arena::arena_usage before = arena_->usage();
        const std::size_t refused_before = counted_refusals();
        asked([this] { arena_->trim(); });
        const memory_arena::arena_usage after = arena_->usage();
        const std::size_t refused_now = counted_refusals() - refused_before;
        EXPECT_TRUE(signals_.now());
        EXPECT_EQ(after.refused, before.refused + refused_now);
        if (options_.buffer.empty() && options_.quarantine == 0) {
            EXPECT_EQ(after.committed, refused_now != 0 ? before.committed : 0U);
        }
        expect_serves();
    }

    void exhaust() {
        bool thrown = false;
        asked([&] {
            while (arena_->try_allocate_bytes(10 * kib) != nullptr) {
            }
            try {
                static_cast<void>(arena_->allocate_bytes(10 * kib));
            } catch (const memory_arena::arena_exhausted&) {
                thrown = true;
            }
        });
        EXPECT_TRUE(thrown);
        asked([this] { arena_->reset(); });
        EXPECT_EQ(destroyed_, registered_);
        expect_serves();
    }

    const memory_arena::arena_options options_;
    const bool tries_;
    const same_signals signals_;
    std::unique_ptr<Arena> arena_;
    std::size_t registered_ = 0;
    std::size_t destroyed_ = 0;
};

}  // namespace faults
