#include "reserve/page_hold.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <unordered_set>
#include <vector>

#include "model/hash.hpp"
#include "model/scheduler.hpp"
#include "model/word.hpp"
#include "reserve/page_return.hpp"
#include "shards/shard_set.hpp"

/// \file
/// Pages that go back to the system beside threads that allocate and reset, in every interleaving
/// of two and three of them: nothing that somebody uses is given back.

namespace {

using memory_arena::detail::end_generation;
using memory_arena::detail::give_back_unused;
using memory_arena::detail::grant;
using memory_arena::detail::page_hold;
using memory_arena::detail::shard;
using memory_arena::detail::shard_set;
using model::the_scheduler;

constexpr std::size_t block = 512;
constexpr std::size_t most_threads = 3;

/// What a thread does: 'a' takes 16 bytes, from a shard, 'b' 16 blocks, from the frontier, 't'
/// trims, 'r' resets and keeps all, 'n' resets and keeps nothing, 'g' takes 16 bytes and has what
/// ends there go on. Two faults, which have to be found: 'A' takes 16 bytes and doesn't look at the
/// hold, 'T' trims and holds too late.
using program = std::string;

/// The packed generations' width, and how many resets come before the threads: with 3 bits, the
/// generation that they begin in, or come into by a reset, has the bits of one that was used.
struct width {
    unsigned bits = 64;
    std::size_t resets = 1;
};
constexpr width wide{64, 1};
constexpr width narrow{3, 7};
constexpr width narrow_and_round{3, 8};

/// What is being given back: begin, end, and the first generation that must not be hit, in one
/// word; 0 for nothing.
std::uint64_t packed(std::size_t begin, std::size_t end, std::uint64_t spared) {
    return (static_cast<std::uint64_t>(begin) << 40) | (static_cast<std::uint64_t>(end) << 16) |
           spared;
}

struct thread_state {
    std::size_t done = 0;
    std::vector<std::uint64_t> log;  ///< what its present call has read
};

struct world {
    model::memory words{};
    std::array<thread_state, most_threads> threads;
    std::vector<grant> in_use;
};

class all_interleavings {
public:
    explicit all_interleavings(std::vector<program> programs, const width& chosen = wide)
        : programs_(std::move(programs)),
          width_(chosen),
          set_(shape_, {1, 256}, shards_.get(), nullptr, generation_) {}
    all_interleavings(const all_interleavings&) = delete;
    all_interleavings& operator=(const all_interleavings&) = delete;
    ~all_interleavings() { the_scheduler().figures_count(false); }

    void explore() {
        the_scheduler().figures_count(true);
        world at;
        at.words = the_scheduler().initial();
        // An earlier generation has used 32 blocks.
        for (const char call : "bb" + program(width_.resets, 'r')) {
            std::vector<std::uint64_t> log;
            grant got;
            auto run = [&] { do_call(call, got); };
            while (the_scheduler().step(at.words, log, 0, false, run) ==
                   model::scheduler::ending::paused) {
            }
        }
        go_on(at);
    }

    [[nodiscard]] std::size_t ends() const noexcept { return ends_; }
    [[nodiscard]] const std::set<std::uint64_t>& discarded() const noexcept { return discarded_; }
    [[nodiscard]] std::size_t states() const noexcept { return visited_.size(); }
    [[nodiscard]] const std::string& complaint() const noexcept { return complaint_; }

private:
    /// The end of a call's accesses is that of its last: so what is seen between the two here is
    /// what others do meanwhile.
    void discard(std::size_t begin, std::size_t end, std::uint64_t spared) {
        discarding_.store(packed(begin, end, spared), std::memory_order_relaxed);
        discarding_.store(0, std::memory_order_relaxed);
    }

    void do_call(char call, grant& got) {
        auto& edge = set_.edge();
        if (call == 'g') {
            got = set_.claim(0, {16, 8, nullptr});
            const auto more = set_.claim_behind(0, got.end, block, got.generation);
            got.end = more.end;
            hold_.pass(got.end);
        } else if (call == 'a' || call == 'b' || call == 'A') {
            got = set_.claim(0, {call == 'b' ? 16 * block : 16, 8, nullptr});
            if (call != 'A') {
                hold_.pass(got.end);
            }
        } else if (call == 'T') {
            edge.renew(generation_, memory_arena::detail::frontier::which::any);
            const std::size_t begin = edge.position();
            hold_.acquire();
            hold_.begin(begin);
            discard(begin, edge.touched(), generation_.load(std::memory_order_acquire));
            hold_.lift();
            hold_.release();
        } else if (call == 't') {
            const std::uint64_t now = generation_.load(std::memory_order_acquire);
            give_back_unused(
                edge, hold_, generation_, 0, 20 * block, [&](std::size_t begin, std::size_t end) {
                    discard(begin, end, now);
                    return true;
                });
        } else if (call == 'n') {
            renew_words(end_generation(edge, hold_, generation_, 0, [&](std::size_t end) {
                const std::uint64_t ending = generation_.load(std::memory_order_acquire);
                discard(0, end, ending + 1);
                return std::size_t{0};
            }));
        } else {
            renew_words(generation_.fetch_add(1, std::memory_order_acq_rel));
        }
    }

    /// As arena_core::renew_words, for words that come round.
    void renew_words(std::uint64_t turn) {
        const std::size_t words = set_.renewable_words();
        for (std::size_t look = 0; look < words && width_.bits < 64; ++look) {
            set_.renew(static_cast<std::size_t>((turn + look) % words));
        }
    }

    /// Whether the thread got on.
    bool step(world& at, std::size_t index) {
        thread_state& mine = at.threads[index];
        grant got;
        auto call = [&] { do_call(programs_[index][mine.done], got); };
        const auto ending = the_scheduler().step(at.words, mine.log, 0, false, call);
        if (ending == model::scheduler::ending::stuck) {
            complaint_ = "a call goes on for ever";
        }
        if (ending == model::scheduler::ending::finished) {
            mine.log.clear();
            mine.done += 1;
            if (got.what != grant::kind::none) {
                at.in_use.push_back(got);
            }
        }
        return ending != model::scheduler::ending::blocked;
    }

    static std::uint64_t hash_of(const world& at) {
        std::uint64_t hash = 0;
        const auto add = [&hash](std::uint64_t value) { hash = model::mix(hash, value); };
        for (const std::uint64_t word : at.words) {
            add(word);
        }
        for (const thread_state& one : at.threads) {
            add(one.done);
            add(one.log.size());
            for (const std::uint64_t read : one.log) {
                add(read);
            }
        }
        for (const grant& one : at.in_use) {
            add(one.begin);
            add(one.end);
            add(one.generation);
        }
        return hash;
    }

    void go_on(const world& at) {
        if (!visited_.insert(hash_of(at)).second) {
            return;
        }
        bool all_done = true;
        bool any_got_on = false;
        for (std::size_t index = 0; index < programs_.size() && complaint_.empty(); ++index) {
            if (at.threads[index].done < programs_[index].size()) {
                all_done = false;
                world next = at;
                if (step(next, index)) {
                    any_got_on = true;
                    check(next);
                    go_on(next);
                }
            }
        }
        if (all_done) {
            ends_ += 1;
        } else if (!any_got_on && complaint_.empty()) {
            complaint_ = "all wait for ever";
        }
    }

    void check(const world& at) {
        const std::uint64_t now = at.words[discarding_word];
        if (now == 0) {
            return;
        }
        discarded_.insert(now);
        const auto begin = static_cast<std::size_t>(now >> 40);
        const auto end = static_cast<std::size_t>(now >> 16 & 0xFFFFFF);
        for (const grant& one : at.in_use) {
            if (one.generation >= (now & 0xFFFF) && one.generation == at.words[0] &&
                one.begin < end && begin < one.end) {
                complaint_ = "bytes " + std::to_string(one.begin) + " to " +
                             std::to_string(one.end) + " are given back while they are used";
            }
        }
    }

    struct fresh_words {
        fresh_words() noexcept { the_scheduler().forget_words(); }
    };
    static constexpr std::size_t discarding_word = 1;

    fresh_words fresh_;
    memory_arena::detail::atomic_word generation_{1};
    memory_arena::detail::atomic_word discarding_{0};
    std::vector<program> programs_;
    width width_;
    memory_arena::detail::geometry shape_{64 * block, width_.bits};
    std::unique_ptr<shard[]> shards_ = std::make_unique<shard[]>(1);
    shard_set set_;
    page_hold hold_;
    std::unordered_set<std::uint64_t> visited_;
    std::set<std::uint64_t> discarded_;
    std::size_t ends_ = 0;
    std::string complaint_;
};

class every_page_hold : public testing::TestWithParam<std::tuple<std::vector<program>, width>> {};

std::vector<std::vector<program>> everyday_programs() {
    return {{"a", "t"}, {"b", "t"}, {"aa", "t"}, {"ra", "t"}, {"n", "ra"}, {"n", "rb"},
            {"t", "t"}, {"n", "t"}, {"n", "n"},  {"b", "n"},  {"g", "t"},  {"g", "n"}};
}

}  // namespace

TEST_P(every_page_hold, gives_nothing_back_that_is_used) {
    const auto& [programs, chosen] = GetParam();
    all_interleavings model(programs, chosen);
    model.explore();
    EXPECT_EQ(model.complaint(), "");
    EXPECT_GT(model.ends(), 0U);
    EXPECT_GT(model.discarded().size(), 0U);
    RecordProperty("states", std::to_string(model.states()));
    std::printf("%zu states, %zu ends\n", model.states(), model.ends());
}

TEST(page_hold_model, finds_who_does_not_look_and_who_holds_too_late) {
    for (const std::vector<program>& faulty :
         {std::vector<program>{"A", "t"}, std::vector<program>{"a", "T"}}) {
        all_interleavings model(faulty);
        model.explore();
        EXPECT_NE(model.complaint(), "");
    }
}

INSTANTIATE_TEST_SUITE_P(programs, every_page_hold,
                         testing::Combine(testing::ValuesIn(everyday_programs()),
                                          testing::Values(wide)));
INSTANTIATE_TEST_SUITE_P(narrow, every_page_hold,
                         testing::Combine(testing::ValuesIn(everyday_programs()),
                                          testing::Values(narrow, narrow_and_round)));

// 15 million states.
INSTANTIATE_TEST_SUITE_P(soak, every_page_hold,
                         testing::Combine(testing::Values(std::vector<program>{"b", "b", "t"}),
                                          testing::Values(wide)));
