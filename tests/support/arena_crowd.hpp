#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <vector>

#include <gtest/gtest.h>

#include <memory_arena/arena.hpp>
#include <memory_arena/lease.hpp>

#include "support/live_ranges.hpp"
#include "support/random_source.hpp"
#include "support/team.hpp"

/// \file
/// Many threads that come and go, and many arenas, which they make, use and destroy in random
/// order.

namespace test_support {

/// A place where an arena may be.
template <class Arena>
class arena_place {
public:
    /// Makes one, or, where there is one, looks at all that was taken from it, and destroys it.
    void make_or_destroy() {
        const std::unique_lock alone(mutex_);
        if (arena_ == nullptr) {
            arena_ = std::make_unique<Arena>(std::size_t{64} << 10);
            return;
        }
        live_ranges ranges;
        ranges.merge(log_);
        expect_sound(ranges, *arena_);
        EXPECT_EQ(arena_->used_bytes(), ranges.least_used());
        arena_.reset();
    }

    void use(random_source& random, std::uint32_t owner) {
        const std::shared_lock beside_others(mutex_);
        if (arena_ == nullptr) {
            return;
        }
        range_log mine(owner);
        if (random.one_in(4)) {
            auto lease = arena_->lease();
            take(lease, random, mine);
        } else {
            take(*arena_, random, mine);
        }
        const std::scoped_lock lock(log_mutex_);
        for (const live_range& range : mine.ranges()) {
            log_.add_filled(reinterpret_cast<void*>(range.begin), range.bytes, range.alignment,
                            range.generation);
        }
    }

    void end() {
        if (arena_ != nullptr) {
            make_or_destroy();
        }
    }

private:
    template <class Source>
    static void take(Source& source, random_source& random, range_log& log) {
        for (std::size_t count = random.between(1, 5); count > 0; --count) {
            const std::size_t bytes = random.skewed(1, 400);
            if (void* const block = source.try_allocate_bytes(bytes, 8)) {
                log.add(block, bytes, 8, source.generation());
            }
        }
    }

    std::shared_mutex mutex_;
    std::mutex log_mutex_;
    std::unique_ptr<Arena> arena_;
    range_log log_;
};

/// So many threads, eight at once, over so many places.
template <class Arena>
void run_arena_crowd(std::size_t threads, std::size_t places_count) {
    constexpr std::uint64_t seed = 0x5eed0f02;
    constexpr std::size_t at_once = 8;
    std::vector<arena_place<Arena>> places(places_count);
    for (std::size_t first = 0; first < threads; first += at_once) {
        run_team(at_once, [&](std::size_t index) {
            random_source random(seed + first + index);
            for (std::size_t turn = 0; turn < 20; ++turn) {
                auto& one = places[random.below(places.size())];
                if (random.one_in(3)) {
                    one.make_or_destroy();
                } else {
                    one.use(random, static_cast<std::uint32_t>(first + index));
                }
            }
        });
    }
    for (auto& one : places) {
        one.end();
    }
}

}  // namespace test_support
