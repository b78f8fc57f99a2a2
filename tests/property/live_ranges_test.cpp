#include <algorithm>
#include <array>
#include <atomic>
#include <barrier>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <ostream>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <memory_arena/arena.hpp>

#include "support/live_ranges.hpp"
#include "support/random_source.hpp"
#include "support/scale.hpp"

/// \file
/// Threads take what chance tells them to, all at once, round after round with a reset between;
/// at each rest the model says what must be true.

namespace {

using memory_arena::arena;
using memory_arena::arena_options;
using namespace test_support;

constexpr std::uint64_t seed = 0x5eed0001;
constexpr std::size_t rounds = 10;

/// One arena, and who uses it.
struct shape {
    std::size_t threads = 1;
    std::size_t capacity = 0;
    std::size_t shard_count = 64;
    std::size_t max_tlab_bytes = 65536;
    std::size_t lane_count = 1024;
    std::size_t buffer_offset = 0;      ///< not 0: a caller's buffer that begins so far off
    std::size_t largest_alignment = 8;  ///< up to 8 there is no padding: the accounts are exact
};

void PrintTo(const shape& that, std::ostream* out) {
    *out << that.threads << " threads, " << that.capacity << " bytes, " << that.shard_count
         << " shards, TLABs to " << that.max_tlab_bytes << ", " << that.lane_count
         << " lanes, alignments to " << that.largest_alignment << ", buffer offset "
         << that.buffer_offset << ", seed " << seed;
}

/// A managed object with a body that the model can fill.
class counted {
public:
    explicit counted(std::atomic<std::size_t>& destroyed) noexcept : destroyed_(&destroyed) {}
    counted(const counted&) = delete;
    counted& operator=(const counted&) = delete;
    ~counted() { destroyed_->fetch_add(1, std::memory_order_relaxed); }

    static constexpr std::size_t body_bytes = 40;
    void* body() noexcept { return body_.data(); }

private:
    std::atomic<std::size_t>* destroyed_;
    std::array<std::byte, body_bytes> body_{};
};

/// One thread's part.
class taker {
public:
    taker(arena& source, const shape& limits, std::uint32_t owner,
          std::atomic<std::size_t>& destroyed)
        : arena_(source),
          limits_(limits),
          random_(seed + owner),
          destroyed_(destroyed),
          log_(owner) {}

    /// Takes often, unless the arena refuses too often.
    void take_a_round() {
        generation_ = arena_.generation();
        const std::size_t most = scaled(3000, 200);
        std::size_t refused = 0;
        for (std::size_t step = 0; step < most && refused < 20; ++step) {
            refused += take_one() ? 0U : 1U;
        }
    }

    [[nodiscard]] range_log& log() noexcept { return log_; }
    [[nodiscard]] std::size_t made_managed() const noexcept { return made_managed_; }

private:
    bool take_one() {
        switch (random_.below(8)) {
            case 0: return take_throwing(any_size(), any_alignment());
            case 1: return take_object();
            case 2: return take_managed();
            case 3: return take_span(random_.skewed(1, 600));
            case 4: return take_text(random_.skewed(1, 80));
            default: return take_bytes(any_size(), any_alignment());
        }
    }

    /// Mostly small, now and then as large as the arena.
    std::size_t any_size() {
        if (random_.one_in(200)) {
            return random_.skewed(1, limits_.capacity);
        }
        return random_.one_in(10) ? random_.skewed(1, 100000) : random_.skewed(1, 512);
    }

    std::size_t any_alignment() {
        const auto choices = static_cast<std::size_t>(std::bit_width(limits_.largest_alignment));
        return std::size_t{1} << random_.below(choices);
    }

    bool take_bytes(std::size_t bytes, std::size_t alignment) {
        return note(arena_.try_allocate_bytes(bytes, alignment), bytes, alignment);
    }

    bool take_throwing(std::size_t bytes, std::size_t alignment) {
        try {
            return note(arena_.allocate_bytes(bytes, alignment), bytes, alignment);
        } catch (const memory_arena::arena_exhausted& failure) {
            EXPECT_EQ(failure.requested_bytes(), bytes);
            return false;
        }
    }

    bool take_object() {
        using record = std::array<std::uint32_t, 7>;
        return note(arena_.try_new_object<record>(), sizeof(record), alignof(record));
    }

    bool take_managed() {
        auto* object = arena_.try_new_object<counted>(destroyed_);
        if (object == nullptr) {
            return false;
        }
        ++made_managed_;
        log_.add_overhead(in_granules(memory_arena::detail::managed_block<counted>::bytes) -
                          in_granules(counted::body_bytes));
        return note(object->body(), counted::body_bytes, alignof(std::byte));
    }

    bool take_span(std::size_t count) {
        const auto span = arena_.try_new_span<std::uint16_t>(count);
        return span && note(span->data(), span->size_bytes(), alignof(std::uint16_t));
    }

    bool take_text(std::size_t length) {
        const std::string text(length, 'x');
        const auto copy = arena_.try_copy_string(text);
        if (!copy) {
            return false;
        }
        EXPECT_EQ(*copy, text);
        return note(const_cast<char*>(copy->data()), length + 1, alignof(char));
    }

    bool note(void* block, std::size_t bytes, std::size_t alignment) {
        if (block == nullptr) {
            return false;
        }
        log_.add_filled(block, bytes, alignment, generation_);
        return true;
    }

    arena& arena_;
    const shape& limits_;
    random_source random_;
    std::atomic<std::size_t>& destroyed_;
    range_log log_;
    std::uint64_t generation_ = 0;
    std::size_t made_managed_ = 0;
};

/// The threads, which live as long as the arena and keep their lanes from round to round.
class crew {
public:
    crew(arena& source, const shape& limits)
        : turn_(static_cast<std::ptrdiff_t>(limits.threads + 1)) {
        takers_.reserve(limits.threads);
        threads_.reserve(limits.threads);
        for (std::size_t index = 0; index < limits.threads; ++index) {
            takers_.emplace_back(source, limits, static_cast<std::uint32_t>(index), destroyed_);
        }
        for (taker& member : takers_) {
            threads_.emplace_back([this, &member] {
                for (std::size_t round = 0; round < rounds; ++round) {
                    turn_.arrive_and_wait();
                    member.take_a_round();
                    turn_.arrive_and_wait();
                }
            });
        }
    }
    crew(const crew&) = delete;
    crew& operator=(const crew&) = delete;
    ~crew() {
        for (std::thread& thread : threads_) {
            thread.join();
        }
    }

    /// Lets all take a round, and merges what they got.
    void take_a_round(live_ranges& ranges) {
        turn_.arrive_and_wait();
        turn_.arrive_and_wait();
        for (taker& member : takers_) {
            ranges.merge(member.log());
        }
    }

    [[nodiscard]] std::size_t made_managed() const noexcept {
        return std::accumulate(
            takers_.begin(), takers_.end(), std::size_t{0},
            [](std::size_t sum, const taker& member) { return sum + member.made_managed(); });
    }
    [[nodiscard]] std::size_t destroyed() const noexcept { return destroyed_.load(); }

private:
    std::barrier<> turn_;
    std::atomic<std::size_t> destroyed_{0};
    std::vector<taker> takers_;
    std::vector<std::thread> threads_;
};

class live_ranges_of : public testing::TestWithParam<shape> {};

TEST_P(live_ranges_of, are_apart_intact_and_accounted_for_at_every_rest) {
    const shape& limits = GetParam();
    std::vector<std::byte> buffer;
    arena_options options{.capacity = limits.capacity,
                          .shard_count = limits.shard_count,
                          .max_tlab_bytes = limits.max_tlab_bytes,
                          .lane_count = limits.lane_count};
    if (limits.buffer_offset != 0) {
        buffer.resize(limits.capacity + limits.buffer_offset);
        options.capacity = 0;
        options.buffer = std::span(buffer).subspan(limits.buffer_offset);
    }
    arena source(options);
    crew everybody(source, limits);
    live_ranges ranges;
    std::size_t frontier_so_far = 0;
    for (std::size_t round = 0; round < rounds; ++round) {
        everybody.take_a_round(ranges);
        SCOPED_TRACE(testing::Message() << "round " << round);
        EXPECT_GT(ranges.size(), 0U);
        expect_sound(ranges, source);
        expect_exact_accounts(ranges, source);
        const auto figures = source.usage();
        EXPECT_LE(figures.lanes, std::min(limits.threads, limits.lane_count));
        frontier_so_far = std::max(frontier_so_far, figures.used + figures.slack);
        EXPECT_EQ(figures.peak, frontier_so_far);
        source.reset();
        ranges.clear();
        EXPECT_EQ(source.used_bytes(), 0U);
        EXPECT_EQ(everybody.destroyed(), everybody.made_managed());
    }
}

/// All counts of threads with all capacities; the other options come round in turn.
std::vector<shape> shapes() {
    constexpr std::array<std::size_t, 6> threads{1, 2, 3, 4, 8, 16};
    constexpr std::array<std::size_t, 5> capacities{1024, 65536, 1 << 20, 1000003, 16 << 20};
    constexpr std::array<std::size_t, 3> shard_counts{1, 3, 64};
    constexpr std::array<std::size_t, 4> tlabs{1024, 4096, 65536, 131072};
    constexpr std::array<std::size_t, 4> lane_counts{1024, 1, 2, 4096};
    constexpr std::array<std::size_t, 4> buffer_offsets{0, 0, 1, 9};
    std::vector<shape> result;
    for (std::size_t t = 0; t < threads.size(); ++t) {
        for (std::size_t c = 0; c < capacities.size(); ++c) {
            for (const std::size_t alignment : {8U, 8192U}) {
                const std::size_t turn = result.size();
                result.push_back({threads[t], capacities[c], shard_counts[(t + c) % 3],
                                  tlabs[(t + 2 * c + turn) % 4], lane_counts[(2 * t + c) % 4],
                                  buffer_offsets[(t + turn) % 4], alignment});
            }
        }
    }
    return result;
}

INSTANTIATE_TEST_SUITE_P(every_shape, live_ranges_of, testing::ValuesIn(shapes()));

}  // namespace
