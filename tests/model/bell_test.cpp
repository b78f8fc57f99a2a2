#include "pool/bell.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "lanes/free_list.hpp"
#include "model/scheduler.hpp"
#include "model/word.hpp"

/// \file
/// A pool's bell beside its free list, in every interleaving of one thread that waits and two
/// others: nobody sleeps beside a free number who hasn't been rung for. (The lock sees to it that a
/// ring comes after the sleep: who waits holds it from before enter() until it sleeps.)

namespace {

using memory_arena::detail::bell;
using memory_arena::detail::free_list;
using model::the_scheduler;

/// What a thread does: 'w' comes to wait; 'g' gives its number back; 't' takes one in passing.
using program = std::string;

/// How the bell is used, right and wrong.
enum class order : unsigned char {
    as_it_is,
    looks_before_it_enters,
    asks_before_it_gives_back,
};

struct thread_state {
    std::size_t done = 0;
    std::vector<std::uint64_t> log;
    std::uint32_t owned = free_list::none;
};

struct world {
    model::memory words{};
    std::array<thread_state, 3> threads;
    bool sleeps = false;
    bool was_rung_for = false;
};

class all_interleavings {
    auto next_of() {
        return [this](std::uint32_t number) -> model::word& { return next_[number].word; };
    }

public:
    /// The numbers are owned by those who give them back, and the rest of `count` are free.
    all_interleavings(std::vector<program> programs, std::uint32_t count, order how)
        : how_(how), programs_(std::move(programs)), next_(count) {}

    void explore() {
        world at;
        at.words = the_scheduler().initial();
        std::uint32_t number = 0;
        for (std::size_t index = 0; index < programs_.size(); ++index) {
            if (programs_[index].front() == 'g') {
                at.threads[index].owned = number++;
            }
        }
        for (; number < next_.size(); ++number) {
            run_alone(at, [&] { list_.give_back(number, next_of()); });
        }
        go_on(at);
    }

    [[nodiscard]] std::size_t ends() const noexcept { return ends_; }
    [[nodiscard]] const std::string& complaint() const noexcept { return complaint_; }

private:
    template <class Call>
    void run_alone(world& at, Call call) {
        std::vector<std::uint64_t> log;
        while (the_scheduler().step(at.words, log, 0, false, call) ==
               model::scheduler::ending::paused) {
        }
    }

    /// Comes in, and looks once more.
    void come_to_wait(std::uint32_t& got) {
        if (how_ == order::looks_before_it_enters) {
            got = list_.take(next_of());
            bell_.enter();
            return;
        }
        bell_.enter();
        got = list_.take(next_of());
    }

    void give_back(const thread_state& mine, bool& rings) {
        if (how_ == order::asks_before_it_gives_back) {
            rings = bell_.is_awaited();
            list_.give_back(mine.owned, next_of());
            return;
        }
        list_.give_back(mine.owned, next_of());
        rings = bell_.is_awaited();
    }

    void step(world& at, std::size_t index) {
        thread_state& mine = at.threads[index];
        const char what = programs_[index][mine.done];
        std::uint32_t got = free_list::none;
        bool rings = false;
        auto call = [&] {
            switch (what) {
                case 'w': come_to_wait(got); break;
                case 'g': give_back(mine, rings); break;
                default: got = list_.take(next_of()); break;
            }
        };
        if (the_scheduler().step(at.words, mine.log, 0, false, call) !=
            model::scheduler::ending::finished) {
            return;
        }
        mine.log.clear();
        mine.done += 1;
        at.sleeps = at.sleeps || (what == 'w' && got == free_list::none);
        at.was_rung_for = at.was_rung_for || rings;
    }

    static std::vector<std::uint64_t> key_of(const world& at) {
        std::vector<std::uint64_t> key(at.words.begin(), at.words.end());
        for (const thread_state& one : at.threads) {
            key.push_back(one.done);
            key.push_back(one.log.size());
            key.insert(key.end(), one.log.begin(), one.log.end());
        }
        key.push_back(at.sleeps ? 1 : 0);
        key.push_back(at.was_rung_for ? 1 : 0);
        return key;
    }

    void go_on(const world& at) {
        if (!visited_.insert(key_of(at)).second) {
            return;
        }
        bool all_done = true;
        for (std::size_t index = 0; index < programs_.size(); ++index) {
            if (at.threads[index].done < programs_[index].size()) {
                all_done = false;
                world next = at;
                step(next, index);
                go_on(next);
            }
        }
        if (all_done) {
            ends_ += 1;
            check(at);
        }
    }

    void check(world at) {
        std::uint32_t left = free_list::none;
        run_alone(at, [&] { left = list_.take(next_of()); });
        if (at.sleeps && !at.was_rung_for && left != free_list::none) {
            complaint_ = "somebody sleeps beside a free number";
        }
    }

    struct next_word {
        model::word word{0};
    };
    struct fresh_words {
        fresh_words() noexcept { the_scheduler().forget_words(); }
    };

    order how_;
    fresh_words fresh_;
    model::word unused_generation_{0};  // the scheduler's first word is special
    free_list list_;
    bell bell_;
    std::vector<program> programs_;
    std::vector<next_word> next_;
    std::set<std::vector<std::uint64_t>> visited_;
    std::size_t ends_ = 0;
    std::string complaint_;
};

class bell_model : public testing::TestWithParam<std::vector<program>> {};

}  // namespace

TEST_P(bell_model, lets_nobody_sleep_beside_a_free_number) {
    all_interleavings model(GetParam(), 2, order::as_it_is);
    model.explore();
    EXPECT_EQ(model.complaint(), "");
    EXPECT_GT(model.ends(), 1U);
}

INSTANTIATE_TEST_SUITE_P(
    programs, bell_model,
    testing::Values(std::vector<program>{"w", "g"}, std::vector<program>{"w", "g", "g"},
                    std::vector<program>{"w", "g", "t"}, std::vector<program>{"w", "g", "tt"}));

// That the model could find it.
TEST(bell_model, finds_who_looks_before_it_enters) {
    all_interleavings model({"w", "g"}, 1, order::looks_before_it_enters);
    model.explore();
    EXPECT_EQ(model.complaint(), "somebody sleeps beside a free number");
}

TEST(bell_model, finds_who_asks_before_it_gives_back) {
    all_interleavings model({"w", "g"}, 1, order::asks_before_it_gives_back);
    model.explore();
    EXPECT_EQ(model.complaint(), "somebody sleeps beside a free number");
}
