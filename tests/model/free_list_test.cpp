#include "lanes/free_list.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "model/scheduler.hpp"
#include "model/word.hpp"

/// \file
/// The free list of the leases' lanes, in every interleaving of two and three threads: no number is
/// anybody's twice, and none is lost.

namespace {

using memory_arena::detail::free_list;
using model::the_scheduler;

constexpr std::size_t most_threads = 3;

/// What a thread does: 't' takes a number, 'g' gives back the one that it has had longest.
using program = std::string;

struct thread_state {
    std::size_t done = 0;
    std::vector<std::uint64_t> log;  ///< what its present call has read
    std::vector<std::uint32_t> owned;
};

struct world {
    model::memory words{};
    std::array<thread_state, most_threads> threads;
};

class all_interleavings {
    auto next_of() {
        return [this](std::uint32_t number) -> model::word& { return next_[number].word; };
    }

public:
    /// Begins with the numbers 0 to `count` - 1 free.
    all_interleavings(std::vector<program> programs, std::uint32_t count)
        : programs_(std::move(programs)), next_(count) {}

    void explore() {
        world at;
        at.words = the_scheduler().initial();
        for (auto number = static_cast<std::uint32_t>(next_.size()); number-- > 0;) {
            std::vector<std::uint64_t> log;
            auto give = [&] { list_.give_back(number, next_of()); };
            while (the_scheduler().step(at.words, log, 0, false, give) ==
                   model::scheduler::ending::paused) {
            }
        }
        go_on(at);
    }

    [[nodiscard]] std::size_t ends() const noexcept { return ends_; }
    [[nodiscard]] std::size_t states() const noexcept { return visited_.size(); }
    [[nodiscard]] const std::string& complaint() const noexcept { return complaint_; }

private:
    void step(world& at, std::size_t index) {
        thread_state& mine = at.threads[index];
        const bool takes = programs_[index][mine.done] == 't';
        std::uint32_t got = free_list::none;
        auto call = [&] {
            if (takes) {
                got = list_.take(next_of());
            } else {
                list_.give_back(mine.owned.front(), next_of());
            }
        };
        const auto ending = the_scheduler().step(at.words, mine.log, 0, false, call);
        if (ending == model::scheduler::ending::stuck) {
            complaint_ = "a call goes on for ever";
        }
        if (ending != model::scheduler::ending::finished) {
            return;
        }
        mine.log.clear();
        mine.done += 1;
        if (!takes) {
            mine.owned.erase(mine.owned.begin());
        } else if (got != free_list::none) {
            mine.owned.push_back(got);
        }
    }

    /// All that decides how it goes on.
    static std::vector<std::uint64_t> key_of(const world& at) {
        std::vector<std::uint64_t> key(at.words.begin(), at.words.end());
        for (const thread_state& one : at.threads) {
            key.push_back(one.done);
            key.push_back(one.log.size());
            key.insert(key.end(), one.log.begin(), one.log.end());
            key.push_back(one.owned.size());
            key.insert(key.end(), one.owned.begin(), one.owned.end());
        }
        return key;
    }

    void go_on(const world& at) {
        if (!visited_.insert(key_of(at)).second) {
            return;
        }
        bool all_done = true;
        for (std::size_t index = 0; index < programs_.size() && complaint_.empty(); ++index) {
            if (at.threads[index].done < programs_[index].size()) {
                all_done = false;
                world next = at;
                step(next, index);
                check_owners(next);
                go_on(next);
            }
        }
        if (all_done && complaint_.empty()) {
            ends_ += 1;
            check_nothing_lost(at);
        }
    }

    void check_owners(const world& at) {
        std::vector<std::uint32_t> all;
        for (const thread_state& one : at.threads) {
            all.insert(all.end(), one.owned.begin(), one.owned.end());
        }
        std::sort(all.begin(), all.end());
        if (std::adjacent_find(all.begin(), all.end()) != all.end()) {
            complaint_ = "a number is owned twice";
        }
    }

    void check_nothing_lost(world at) {
        std::size_t found = 0;
        for (const thread_state& one : at.threads) {
            found += one.owned.size();
        }
        for (;;) {
            std::vector<std::uint64_t> log;
            std::uint32_t got = free_list::none;
            auto take = [&] { got = list_.take(next_of()); };
            while (the_scheduler().step(at.words, log, 0, false, take) ==
                   model::scheduler::ending::paused) {
            }
            if (got == free_list::none || found > next_.size()) {
                break;
            }
            found += 1;
        }
        if (found != next_.size()) {
            complaint_ = std::to_string(found) + " numbers of " + std::to_string(next_.size());
        }
    }

    struct next_word {
        model::word word{0};
    };
    struct fresh_words {
        fresh_words() noexcept { the_scheduler().forget_words(); }
    };

    fresh_words fresh_;
    model::word unused_generation_{0};  // the scheduler's first word is special
    free_list list_;
    std::vector<program> programs_;
    std::vector<next_word> next_;
    std::set<std::vector<std::uint64_t>> visited_;
    std::size_t ends_ = 0;
    std::string complaint_;
};

class free_list_model : public testing::TestWithParam<std::vector<program>> {};

}  // namespace

TEST_P(free_list_model, gives_each_number_to_one_and_loses_none) {
    all_interleavings model(GetParam(), 3);
    model.explore();
    EXPECT_EQ(model.complaint(), "");
    EXPECT_GT(model.ends(), 1U);
    RecordProperty("states", std::to_string(model.states()));
}

INSTANTIATE_TEST_SUITE_P(
    programs, free_list_model,
    testing::Values(std::vector<program>{"t", "ttg"}, std::vector<program>{"tg", "tg"},
                    std::vector<program>{"tgt", "ttgg"}, std::vector<program>{"t", "t", "t"},
                    std::vector<program>{"t", "tg", "tg"}));
