#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <list>
#include <map>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <memory_arena/lease.hpp>

#include "support/figures.hpp"
#include "support/random_source.hpp"
#include "support/scale.hpp"

/// \file
/// Random programs of a few leases on one thread, in arenas so small that everything runs out:
/// scopes within scopes, objects whose constructors throw or begin scopes, leases that end and come
/// again, resets. After each step the model knows what is alive, what it holds, and what has been
/// destroyed in which order.

namespace {

using memory_arena::arena;
using memory_arena::arena_lease;
using memory_arena::arena_options;
using memory_arena::cpu_arena;
using memory_arena::lease_scope;
using test_support::random_source;

constexpr std::size_t most_leases = 4;
constexpr std::size_t deepest = 6;

struct block {
    unsigned char* begin = nullptr;
    std::size_t bytes = 0;
    unsigned char content = 0;
};

/// Who holds what: no two blocks that live at once overlap.
class living {
public:
    void add(const block& one) {
        const auto begin = reinterpret_cast<std::uintptr_t>(one.begin);
        const auto above = ranges_.lower_bound(begin);
        EXPECT_TRUE(above == ranges_.end() || begin + one.bytes <= above->first);
        EXPECT_TRUE(above == ranges_.begin() ||
                    std::prev(above)->first + std::prev(above)->second <= begin);
        ranges_[begin] = one.bytes;
        std::memset(one.begin, one.content, one.bytes);
    }
    void end(const block& one) {
        check(one);
        ranges_.erase(reinterpret_cast<std::uintptr_t>(one.begin));
    }
    void clear() { ranges_.clear(); }

    static void check(const block& one) {
        EXPECT_EQ(
            static_cast<std::size_t>(std::count(one.begin, one.begin + one.bytes, one.content)),
            one.bytes);
    }

private:
    std::map<std::uintptr_t, std::size_t> ranges_;
};

/// Notes its end; throws when it is told to.
class noted {
public:
    noted(std::vector<int>& log, int number, bool throws) : log_(&log), number_(number) {
        if (throws) {
            throw number;
        }
    }
    noted(const noted&) = delete;
    noted& operator=(const noted&) = delete;
    ~noted() { log_->push_back(number_); }

private:
    std::vector<int>* log_;
    int number_;
};

/// Works in scopes of its lease while it is made and while it is destroyed.
class scoped_in_its_making {
public:
    scoped_in_its_making(arena_lease& lease, bool throws) : lease_(lease) {
        work(300);
        if (throws) {
            throw 1;
        }
    }
    scoped_in_its_making(const scoped_in_its_making&) = delete;
    scoped_in_its_making& operator=(const scoped_in_its_making&) = delete;
    ~scoped_in_its_making() { work(700); }

private:
    void work(std::size_t bytes) {
        const auto scope = lease_.scope();
        if (void* const place = lease_.try_allocate_bytes(bytes, 8)) {
            std::memset(place, 1, bytes);
        }
    }

    arena_lease& lease_;
};

/// A lease, and what the model knows of it.
struct party {
    struct level {
        level(arena_lease& lease, std::size_t blocks_before, std::size_t objects_before)
            : scope(lease.scope()), blocks(blocks_before), objects(objects_before) {}
        lease_scope scope;
        std::size_t blocks;
        std::size_t objects;
    };

    std::unique_ptr<arena_lease> lease;
    std::list<level> scopes;
    std::vector<block> blocks;
    std::vector<int> objects;    ///< of this generation, oldest first
    std::vector<int> log;        ///< as they were destroyed
    bool changed_hands = false;  ///< some of the objects were made in a lease that has ended
};

template <class Arena>
class lease_program {
public:
    explicit lease_program(std::uint64_t seed) : random_(seed), source_(make_options()) {
        parties_.resize(random_.between(1, most_leases));
    }

    void run() {
        for (int step = 0; step < 300 && !testing::Test::HasFailure(); ++step) {
            party& one = parties_[random_.below(parties_.size())];
            do_one_step(one);
            const auto figures = source_.usage();
            ASSERT_EQ(figures.used, source_.used_bytes());
            ASSERT_LE(figures.used + figures.slack, source_.capacity());
        }
        end();
    }

private:
    arena_options make_options() {
        constexpr std::array<std::size_t, 11> capacities{
            16, 100, 600, 1'040, 3'000, 5'000, 16'384, 40'000, 100'000, 300'000, 1U << 20};
        const std::size_t capacity = capacities[random_.below(capacities.size())];
        arena_options chosen;
        chosen.shard_count = random_.between(1, 4);
        chosen.lane_count = 1;
        if (random_.one_in(3)) {
            chosen.max_tlab_bytes = std::size_t{1024} << random_.below(8);
        }
        if (random_.one_in(2)) {
            buffer_.resize(capacity + 96);
            chosen.buffer = std::span(buffer_).subspan(16 + random_.below(16), capacity + 16);
        } else {
            chosen.capacity = capacity;
        }
        return chosen;
    }

    void do_one_step(party& one) {
        switch (random_.below(16)) {
            case 0: begin_lease(one); break;
            case 1: end_lease(one); break;
            case 2:
            case 3: begin_scope(one); break;
            case 4:
            case 5: end_scope(one); break;
            case 6: reset(); break;
            case 7: take_without_lease(); break;
            case 8: make_object(one); break;
            case 9:
            case 10: make_scoped_object(one); break;
            case 11: move_lease(one); break;
            default: take(one); break;
        }
    }

    void begin_lease(party& one) {
        if (one.lease == nullptr) {
            one.lease = std::make_unique<arena_lease>(source_.lease());
        }
    }

    void end_lease(party& one) {
        if (one.lease != nullptr && one.scopes.empty() && random_.one_in(3)) {
            one.lease = nullptr;
            one.changed_hands = true;
        }
    }

    void begin_scope(party& one) {
        if (one.lease != nullptr && one.scopes.size() < deepest) {
            const std::size_t before = source_.used_bytes();
            one.scopes.emplace_back(*one.lease, one.blocks.size(), one.objects.size());
            EXPECT_EQ(source_.used_bytes(), before);
        }
    }

    void end_scope(party& one) {
        if (one.scopes.empty()) {
            return;
        }
        const std::size_t blocks = one.scopes.back().blocks;
        const std::size_t objects = one.scopes.back().objects;
        while (one.blocks.size() > blocks) {
            living_.end(one.blocks.back());
            one.blocks.pop_back();
        }
        one.log.clear();
        one.scopes.pop_back();
        const std::vector<int> expected(
            one.objects.rbegin(), one.objects.rend() - static_cast<std::ptrdiff_t>(objects));
        EXPECT_EQ(one.log, expected);
        one.objects.resize(objects);
    }

    void reset() {
        if (!random_.one_in(40)) {
            return;
        }
        for (party& one : parties_) {
            std::for_each(one.blocks.begin(), one.blocks.end(), living::check);
            one.log.clear();
        }
        source_.reset();
        living_.clear();
        without_lease_.clear();
        EXPECT_EQ(source_.used_bytes(), 0U);
        for (party& one : parties_) {
            std::vector<int> expected(one.objects.rbegin(), one.objects.rend());
            if (one.changed_hands) {
                std::sort(expected.begin(), expected.end());
                std::sort(one.log.begin(), one.log.end());
            }
            EXPECT_EQ(one.log, expected);
            one.log.clear();
            one.objects.clear();
            one.blocks.clear();
            one.changed_hands = false;
            while (!one.scopes.empty()) {  // void: their end does nothing
                one.scopes.pop_back();
            }
            EXPECT_TRUE(one.log.empty());
        }
    }

    void take_without_lease() {
        const std::size_t bytes = random_.between(1, 200);
        if (void* const place = source_.try_allocate_bytes(bytes, 8)) {
            without_lease_.push_back({static_cast<unsigned char*>(place), bytes, next_content()});
            living_.add(without_lease_.back());
        }
    }

    void make_object(party& one) {
        if (one.lease == nullptr) {
            return;
        }
        const int number = next_number_++;
        try {
            if (one.lease->template try_new_object<noted>(one.log, number, random_.one_in(3)) !=
                nullptr) {
                one.objects.push_back(number);
            }
        } catch (int) {
        }
    }

    void make_scoped_object(party& one) {
        if (one.lease == nullptr) {
            return;
        }
        try {
            const bool throws = random_.one_in(2);
            // A managed one only where its lease outlives it.
            if (!one.scopes.empty() && random_.one_in(2)) {
                static_cast<void>(
                    one.lease->template try_new_object<scoped_in_its_making>(*one.lease, throws));
            } else {
                static_cast<void>(one.lease->template try_new_unmanaged<scoped_in_its_making>(
                    *one.lease, throws));
            }
        } catch (int) {
        }
    }

    void move_lease(party& one) {
        if (one.lease != nullptr) {
            arena_lease moved(std::move(*one.lease));
            *one.lease = std::move(moved);
        }
    }

    void take(party& one) {
        if (one.lease == nullptr) {
            return;
        }
        const std::size_t most =
            random_.one_in(5)   ? source_.capacity() / 2 + 1
            : random_.one_in(3) ? source_.capacity() / 16 + 8
                                : 40;
        const std::size_t bytes = random_.between(1, most);
        std::size_t alignment = random_.one_in(6) ? std::size_t{1} << random_.below(18) : 8;
        if (random_.one_in(200)) {
            alignment = ~(~std::size_t{0} >> 1) >> random_.below(8);
        }
        const std::size_t before = source_.used_bytes();
        void* const place = one.lease->try_allocate_bytes(bytes, alignment);
        const std::size_t after = source_.used_bytes();
        if (place == nullptr) {
            EXPECT_EQ(after, before);
            return;
        }
        EXPECT_TRUE(test_support::is_aligned(place, alignment));
        EXPECT_TRUE(source_.contains(place));
        EXPECT_TRUE(source_.contains(static_cast<std::byte*>(place) + bytes - 1));
        EXPECT_GE(after, before + test_support::in_granules(bytes));
        one.blocks.push_back({static_cast<unsigned char*>(place), bytes, next_content()});
        living_.add(one.blocks.back());
    }

    void end() {
        for (party& one : parties_) {
            while (!one.scopes.empty()) {
                end_scope(one);
            }
            std::for_each(one.blocks.begin(), one.blocks.end(), living::check);
            one.lease = nullptr;
        }
        std::for_each(without_lease_.begin(), without_lease_.end(), living::check);
        source_.reset();
        {
            arena_lease lease = source_.lease();
            const auto scope = lease.scope();
            std::size_t total = 0;
            while (lease.try_allocate_bytes(8, 8) != nullptr) {
                total += 8;
            }
            EXPECT_EQ(total, source_.capacity());
        }
        EXPECT_EQ(source_.used_bytes(), 0U);
        // Nothing was written before the buffer that was lent.
        EXPECT_TRUE(std::all_of(
            buffer_.begin(), buffer_.begin() + std::min<std::ptrdiff_t>(16, std::ssize(buffer_)),
            [](std::byte one) { return one == std::byte{0}; }));
    }

    unsigned char next_content() { return static_cast<unsigned char>(random_.next()); }

    random_source random_;
    std::vector<std::byte> buffer_;
    Arena source_;
    living living_;
    std::vector<party> parties_;
    std::vector<block> without_lease_;
    int next_number_ = 0;
};

constexpr std::uint64_t seed = 0x5eed0013;

class lease_programs : public testing::TestWithParam<std::uint64_t> {};

}  // namespace

TEST_P(lease_programs, keep_what_they_hold) {
    const std::size_t programs = test_support::scaled(2'500, 100);
    for (std::size_t number = 0; number < programs && !HasFailure(); ++number) {
        const std::uint64_t program = (GetParam() << 32) + number;
        SCOPED_TRACE(program);
        lease_program<arena>(seed + program).run();
        lease_program<cpu_arena>(seed + program).run();
    }
}

INSTANTIATE_TEST_SUITE_P(batches, lease_programs, testing::Range<std::uint64_t>(0, 8));
