#include <algorithm>
#include <barrier>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <boost/context/fiber.hpp>

#include <memory_arena/arena.hpp>
#include <memory_arena/inspect.hpp>
#include <memory_arena/lease.hpp>

#include "support/arena_types.hpp"
#include "support/live_ranges.hpp"
#include "support/random_source.hpp"
#include "support/team.hpp"

/// \file
/// Fibers that are on any thread each time they go on, each with a lease: in the middle of a
/// loop of allocations, and in the middle of a scope.

namespace {

using boost::context::fiber;
using memory_arena::arena_lease;
using namespace test_support;

constexpr std::uint64_t seed = 0x5eed0f04;
constexpr std::size_t threads = 4;
constexpr std::size_t fibers = 12;
constexpr std::size_t turns = 100;
constexpr std::size_t blocks = 100;  // between two journeys: long enough that threads overlap

/// What a fiber does: it takes blocks, and goes to another thread after every few.
template <class Arena>
class traveller {
public:
    traveller(Arena& source, std::uint32_t number)
        : source_(source),
          number_(number),
          random_(seed + number),
          here_([this](fiber&& back) { return live(std::move(back)); }) {}

    /// By a thread: goes on until it wants to travel.
    void go_on() {
        seen_.insert(std::this_thread::get_id());
        here_ = std::move(here_).resume();
    }

    [[nodiscard]] bool has_ended() const noexcept { return !here_; }
    [[nodiscard]] std::size_t threads_seen() const noexcept { return seen_.size(); }
    [[nodiscard]] bool kept_its_scopes() const noexcept { return kept_; }
    [[nodiscard]] range_log& log() noexcept { return log_; }

private:
    fiber live(fiber&& starter) {
        fiber back = std::move(starter);
        arena_lease lease = source_.lease();
        for (std::size_t turn = 0; turn < turns / 4; ++turn) {
            take(lease, log_, back, 4);
            range_log of_scope(number_);
            {
                const auto scope = lease.scope();
                take(lease, of_scope, back, 4);
                kept_ = kept_ && intact(of_scope);
            }
            back = std::move(back).resume();
        }
        return back;
    }

    void take(arena_lease& lease, range_log& log, fiber& back, std::size_t journeys) {
        for (std::size_t count = 0; count < blocks * journeys; ++count) {
            const std::size_t bytes = random_.skewed(8, random_.one_in(100) ? 6000 : 100);
            void* const block = lease.allocate_bytes(bytes, 8);
            if (count % blocks == blocks / 2) {
                back = std::move(back).resume();
            }
            log.add_filled(block, bytes, 8, 1);
        }
    }

    static bool intact(range_log& log) {
        live_ranges ranges;
        ranges.merge(log);
        return ranges.intact() && ranges.disjoint();
    }

    Arena& source_;
    std::uint32_t number_;
    random_source random_;
    range_log log_{number_};
    std::set<std::thread::id> seen_;
    bool kept_ = true;
    fiber here_;
};

/// What the lanes of leases have used, in order.
template <class Arena>
std::vector<std::size_t> used_by_leases(const Arena& source) {
    std::vector<std::size_t> result;
    for (const memory_arena::inspected_lane& lane : source.inspect().lanes) {
        if (lane.owner == memory_arena::lane_owner::lease) {
            result.push_back(lane.used);
        }
    }
    std::sort(result.begin(), result.end());
    return result;
}

template <class Arena>
class fibers_with_leases : public testing::Test {};

TYPED_TEST_SUITE(fibers_with_leases, arena_types, arena_names);

TYPED_TEST(fibers_with_leases, go_from_thread_to_thread_in_the_middle_of_everything) {
    TypeParam source{std::size_t{128} << 20};
    std::vector<std::unique_ptr<traveller<TypeParam>>> all;
    for (std::uint32_t number = 0; number < fibers; ++number) {
        all.push_back(std::make_unique<traveller<TypeParam>>(source, number));
    }
    std::vector<range_log> of_threads;
    for (std::uint32_t index = 0; index < threads; ++index) {
        of_threads.emplace_back(100 + index);
    }
    std::barrier together(static_cast<std::ptrdiff_t>(threads));
    run_team(threads, [&](std::size_t index) {
        for (std::size_t turn = 0; turn < 3 * turns; ++turn) {
            for (std::size_t number = 0; number < fibers; ++number) {
                // Any thread, each turn: those that were together part.
                const bool is_mine = mixed(seed + turn * fibers + number) % threads == index;
                if (is_mine && !all[number]->has_ended()) {
                    void* const block = source.allocate_bytes(24, 8);
                    all[number]->go_on();
                    of_threads[index].add_filled(block, 24, 8, 1);
                }
            }
            together.arrive_and_wait();
        }
    });
    live_ranges ranges;
    std::vector<std::size_t> used;
    for (const auto& each : all) {
        EXPECT_TRUE(each->has_ended());
        EXPECT_EQ(each->threads_seen(), threads);
        EXPECT_TRUE(each->kept_its_scopes());
        used.push_back(each->log().used());
        ranges.merge(each->log());
    }
    for (range_log& log : of_threads) {
        ranges.merge(log);
    }
    expect_sound(ranges, source);
    EXPECT_EQ(source.used_bytes(), ranges.least_used());
    // Whoever went on with the lane of the thread that it was on before would be missing here, even
    // where the two did not clash.
    std::sort(used.begin(), used.end());
    EXPECT_EQ(used_by_leases(source), used);
}

}  // namespace
