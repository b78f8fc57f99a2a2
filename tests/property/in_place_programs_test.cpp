#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include <gtest/gtest.h>

#include <memory_arena/lease.hpp>

#include "support/figures.hpp"
#include "support/random_source.hpp"
#include "support/scale.hpp"

/// \file
/// Random programs that grow, shrink and give back what they took, on a thread and on leases in and
/// out of scopes, with budgets that move, trims and resets of every kind, in arenas so small that
/// everything runs out. After each step the model knows what is alive and what it holds.

namespace {

using memory_arena::arena;
using memory_arena::arena_lease;
using memory_arena::arena_options;
using memory_arena::cpu_arena;
using memory_arena::lease_scope;
using memory_arena::retain;
using test_support::random_source;

constexpr std::size_t most_leases = 2;
constexpr std::size_t deepest = 3;

struct block {
    std::span<unsigned char> bytes;
    unsigned char content = 0;
};

/// The thread, or a lease; `held[d]` is what was alive when the scope within d others began.
struct party {
    std::unique_ptr<arena_lease> lease;
    std::vector<std::unique_ptr<const lease_scope>> scopes;
    std::vector<block> blocks;
    std::vector<std::vector<block>> held;
};

template <class Arena>
class in_place_program {
public:
    explicit in_place_program(std::uint64_t seed)
        : random_(seed),
          buffer_(random_.one_in(3) ? random_.skewed(32, 300'000) : 0),
          source_(options()),
          parties_(1 + random_.below(most_leases + 1)) {}

    void run() {
        for (std::size_t steps = random_.skewed(20, 200); steps > 0; --steps) {
            step();
            expect_disjoint();
            if (testing::Test::HasFailure()) {
                break;
            }
        }
        end();
    }

private:
    arena_options options() {
        constexpr std::array<std::size_t, 4> shard_counts{1, 1, 2, 64};
        arena_options result;
        if (buffer_.empty()) {
            result.capacity = random_.skewed(16, std::size_t{2} << 20);
        } else {
            result.buffer = std::span(buffer_).subspan(random_.below(16));
        }
        result.shard_count = shard_counts[random_.below(shard_counts.size())];
        result.max_tlab_bytes = std::size_t{1024} << random_.below(7);
        result.lane_count = random_.one_in(2) ? 1 : 1024;
        result.wipe_at_reset = random_.one_in(4);
        return result;
    }

    party& any_party() { return parties_[random_.below(parties_.size())]; }

    /// `call` with what `one` allocates from.
    template <class Call>
    auto with(party& one, Call call) {
        if (&one == &parties_.front()) {
            return call(source_);
        }
        if (one.lease == nullptr) {
            one.lease = std::make_unique<arena_lease>(source_.lease());
        }
        return call(*one.lease);
    }

    void step() {
        party& one = any_party();
        const std::size_t what = random_.below(100);
        if (what < 40) {
            allocate(one);
        } else if (what < 60) {
            resize(one);
        } else if (what < 78) {
            give_back(one);
        } else if (what < 84) {
            begin_scope(one);
        } else if (what < 90) {
            end_scope(one);
        } else if (what < 92) {
            end_lease(one);
        } else if (what < 95) {
            source_.set_budget(
                random_.one_in(2) ? source_.capacity() : random_.below(source_.capacity()));
        } else if (what < 97) {
            source_.trim(random_.below(2 * source_.capacity()));
        } else if (what == 99) {
            reset();
        }
    }

    /// Everything from a byte to all that is left, and often exactly that.
    std::size_t some_bytes() {
        const auto now = source_.usage();
        const std::size_t behind = source_.capacity() - now.used - now.slack;
        if (random_.one_in(6)) {
            // What the frontier doesn't serve, when it is used up: then it is a shard's.
            return 1 + source_.capacity() / random_.between(4, 8) + random_.below(600);
        }
        return random_.one_in(6) && behind != 0 ? behind
                                                : random_.skewed(1, source_.capacity() + 16);
    }

    void allocate(party& one) {
        const std::size_t bytes = some_bytes();
        const std::size_t alignment =
            random_.one_in(4) ? std::size_t{1} << random_.below(13) : std::size_t{8};
        void* const place =
            with(one, [&](auto& source) { return source.try_allocate_bytes(bytes, alignment); });
        if (place != nullptr) {
            EXPECT_TRUE(test_support::is_aligned(place, alignment));
            one.blocks.push_back({{static_cast<unsigned char*>(place), bytes},
                                  static_cast<unsigned char>(random_.next())});
            fill(one.blocks.back(), 0);
        }
    }

    static void fill(const block& one, std::size_t from) {
        std::fill(
            one.bytes.begin() + static_cast<std::ptrdiff_t>(from), one.bytes.end(), one.content);
    }

    /// The newest, mostly.
    std::size_t some_block(const party& one) {
        const std::size_t count = one.blocks.size();
        return random_.one_in(4) ? random_.below(count)
                                 : count - 1 - std::min(count - 1, random_.below(3));
    }

    void resize(party& one) {
        if (one.blocks.empty()) {
            return;
        }
        block& grown = one.blocks[some_block(one)];
        const std::size_t before = grown.bytes.size();
        const std::size_t count =
            random_.one_in(4)   ? random_.between(1, before)
            : random_.one_in(2) ? before + random_.between(1, 64)
                                : before + some_bytes();
        const std::size_t used = source_.used_bytes();
        const auto got =
            with(one, [&](auto& source) { return source.try_extend(grown.bytes, count); });
        if (got) {
            EXPECT_EQ(got->size(), count);
            EXPECT_EQ(got->data(), grown.bytes.data());
            grown.bytes = *got;
            if (count > before) {
                const auto added = got->subspan(before);
                EXPECT_EQ(std::count(added.begin(), added.end(), 0), std::ssize(added));
                fill(grown, before);
            }
        } else if (Arena::takes_all_back) {
            EXPECT_EQ(source_.used_bytes(), used);
        }
    }

    void give_back(party& one) {
        if (one.blocks.empty()) {
            return;
        }
        const std::size_t index = some_block(one);
        const block gone = one.blocks[index];
        expect_whole(gone);
        one.blocks.erase(one.blocks.begin() + static_cast<std::ptrdiff_t>(index));
        const std::size_t used = source_.used_bytes();
        with(one, [&](auto& source) {
            source.deallocate_bytes(gone.bytes.data(), gone.bytes.size());
            return 0;
        });
        const std::size_t after = source_.used_bytes();
        EXPECT_TRUE(after == used || after + test_support::in_granules(gone.bytes.size()) == used);
        // In the scopes around this one, too, it is gone.
        for (auto& held : one.held) {
            std::erase_if(
                held, [&](const block& other) { return other.bytes.data() == gone.bytes.data(); });
        }
    }

    void begin_scope(party& one) {
        if (&one != &parties_.front() && one.scopes.size() < deepest) {
            with(one, [&](auto& source) {
                if constexpr (requires { source.scope(); }) {
                    one.scopes.emplace_back(new lease_scope(source.scope()));
                }
                return 0;
            });
            one.held.push_back(one.blocks);
        }
    }

    void end_scope(party& one) {
        if (one.scopes.empty()) {
            return;
        }
        std::for_each(one.blocks.begin(), one.blocks.end(), expect_whole);
        one.scopes.pop_back();
        std::vector<block> left;
        for (block before : one.held.back()) {
            // It may have been shrunk within the scope, or grown: that is undone.
            for (const block& now : one.blocks) {
                if (now.bytes.data() == before.bytes.data()) {
                    before.bytes =
                        before.bytes.first(std::min(before.bytes.size(), now.bytes.size()));
                    left.push_back(before);
                }
            }
        }
        one.blocks = left;
        one.held.pop_back();
    }

    void end_lease(party& one) {
        while (!one.scopes.empty()) {
            end_scope(one);
        }
        if (one.lease != nullptr) {
            kept_.insert(kept_.end(), one.blocks.begin(), one.blocks.end());
            one.blocks.clear();
            one.lease = nullptr;
        }
    }

    void reset() {
        for (party& one : parties_) {
            std::for_each(one.blocks.begin(), one.blocks.end(), expect_whole);
            one.blocks.clear();
            one.held.assign(one.held.size(), {});
        }
        std::for_each(kept_.begin(), kept_.end(), expect_whole);
        kept_.clear();
        const std::array kinds{retain::all, retain::none, retain::adaptive,
                               retain::up_to(random_.below(source_.capacity()))};
        source_.reset(kinds[random_.below(kinds.size())]);
        EXPECT_EQ(source_.used_bytes(), 0U);
        EXPECT_EQ(source_.usage().slack, 0U);
    }

    static void expect_whole(const block& one) {
        EXPECT_EQ(
            std::count(one.bytes.begin(), one.bytes.end(), one.content), std::ssize(one.bytes));
    }

    void expect_disjoint() {
        std::map<const unsigned char*, std::size_t> ranges;
        const auto add = [&](const block& one) {
            EXPECT_TRUE(source_.contains(&one.bytes.front()) &&
                        source_.contains(&one.bytes.back()));
            EXPECT_TRUE(ranges.emplace(one.bytes.data(), one.bytes.size()).second);
        };
        for (const party& one : parties_) {
            std::for_each(one.blocks.begin(), one.blocks.end(), add);
        }
        std::for_each(kept_.begin(), kept_.end(), add);
        const unsigned char* last = nullptr;
        std::size_t alive = 0;
        for (const auto& [begin, bytes] : ranges) {
            EXPECT_TRUE(last == nullptr || last <= begin);
            last = begin + bytes;
            alive += test_support::in_granules(bytes);
        }
        const auto now = source_.usage();
        EXPECT_LE(alive, now.used);
        EXPECT_EQ(source_.used_bytes(), now.used);  // so it is what the lanes say, and no more
        EXPECT_LE(now.used + now.slack, now.peak);
        EXPECT_LE(now.peak, now.reserved);
        EXPECT_LE(now.committed, now.reserved);
    }

    void end() {
        for (party& one : parties_) {
            end_lease(one);
        }
        reset();
        source_.set_budget(source_.capacity());
        arena_lease lease = source_.lease();
        const auto scope = lease.scope();
        std::size_t total = 0;
        while (lease.try_allocate_bytes(8, 8) != nullptr) {
            total += 8;
        }
        EXPECT_EQ(total, source_.capacity());
    }

    random_source random_;
    std::vector<std::byte> buffer_;
    Arena source_;
    std::vector<party> parties_;
    std::vector<block> kept_;  ///< of leases that have ended
};

/// In an arena, a span that can't be extended leaves nothing behind.
struct thread_arena : arena {
    using arena::arena;
    static constexpr bool takes_all_back = true;
};
struct per_cpu_arena : cpu_arena {
    using cpu_arena::cpu_arena;
    static constexpr bool takes_all_back = false;
};

constexpr std::uint64_t seed = 0x5eed0021;

class in_place_programs : public testing::TestWithParam<std::uint64_t> {};

}  // namespace

TEST_P(in_place_programs, keep_what_they_hold) {
    const std::size_t programs = test_support::scaled(700, 20);
    for (std::size_t number = 0; number < programs && !HasFailure(); ++number) {
        const std::uint64_t program = (GetParam() << 32) + number;
        SCOPED_TRACE(program);
        in_place_program<thread_arena>(seed + program).run();
        in_place_program<per_cpu_arena>(seed + program).run();
    }
}

INSTANTIATE_TEST_SUITE_P(batches, in_place_programs, testing::Range<std::uint64_t>(0, 8));

/// The frontier at its end, a large request has only a part of its last block: the shard that
/// served it holds the rest.
TEST(large_block_of_a_shard, grows_and_goes_back_without_the_rest_of_its_block) {
    for (const bool grows : {false, true}) {
        arena source{arena_options{.capacity = std::size_t{8} << 20, .shard_count = 1}};
        EXPECT_NE(source.try_allocate_bytes(2 << 20, 8), nullptr);  // so that extents are large
        EXPECT_NE(source.try_allocate_bytes(50'000, 8), nullptr);   // from a new one
        const auto now = source.usage();
        EXPECT_NE(source.try_allocate_bytes(now.reserved - now.used - now.slack, 8), nullptr);
        constexpr std::size_t bytes = 65'160;
        auto* const begin = static_cast<unsigned char*>(source.try_allocate_bytes(bytes, 8));
        ASSERT_NE(begin, nullptr);
        // Behind it: whoever has taken this keeps it.
        auto* const next = static_cast<unsigned char*>(source.try_allocate_bytes(64, 8));
        ASSERT_NE(next, nullptr);
        if (grows) {
            const auto got = source.try_extend(std::span(begin, bytes), bytes + 64);
            EXPECT_TRUE(!got || next + 64 <= begin || begin + bytes + 64 <= next);
            continue;
        }
        source.deallocate_bytes(begin, bytes);
        while (auto* const later = static_cast<unsigned char*>(source.try_allocate_bytes(64, 8))) {
            ASSERT_TRUE(later + 64 <= next || next + 64 <= later);
        }
    }
}
