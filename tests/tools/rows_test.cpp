#include "report/rows.hpp"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace arena_bench {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr figure speed{"work", "time", "ns/object"};

/// As many samples as make an interval, all the same.
void add_sure(results& to, const figure& what, std::string_view backend, double sample,
              state when = state::warm) {
    for (int i = 0; i < 6; ++i) to.add(what, backend, when, sample);
}

/// Samples from half of `centre` to twice that.
void add_each(results& to, const figure& what, std::string_view backend, double centre,
              const std::vector<double>& factors) {
    for (const double factor : factors) to.add(what, backend, state::warm, centre * factor);
}
void add_noisy(results& to, const figure& what, std::string_view backend, double centre) {
    add_each(to, what, backend, centre, {0.5, 0.7, 0.9, 1.1, 1.5, 2.0});
}
void add_noisy_elsewhere(results& to, const figure& what, std::string_view backend, double centre) {
    add_each(to, what, backend, centre, {2.0, 1.5, 1.1, 0.9, 0.7, 0.5});
}

std::vector<std::string> names_of(const std::vector<row>& rows) {
    std::vector<std::string> names;
    for (const row& each : rows) {
        std::string name{each.what.name};
        if (each.what.at) name += ' ' + each.what.at->label();
        name += ' ';
        name += name_of(each.when);
        names.push_back(name);
    }
    return names;
}

verdict only_verdict(const results& found) {
    const std::vector<row> rows = rows_of(found);
    EXPECT_EQ(rows.size(), 1U);
    return rows.front().best;
}

TEST(rows_of, keeps_sweeps_together_and_the_rest_in_order) {
    results found;
    const figure by_size{"work", "by size", "ns"};
    const figure small = by_size.when({"size", "B", 8});
    const figure large = by_size.when({"size", "B", 64});
    found.add(speed, "arena", state::cold, 1);
    found.add(small, "arena", state::warm, 1);
    found.add(small, "arena", state::cold, 1);
    found.add(speed, "arena", state::warm, 1);
    found.add(large, "arena", state::warm, 1);
    found.add(small, "malloc", state::warm, 1);
    EXPECT_THAT(names_of(rows_of(found)),
                ElementsAre("time cold", "by size 8 B warm", "by size 64 B warm",
                            "by size 8 B cold", "time warm"));
}

TEST(rows_of, has_the_backends_in_the_order_of_measuring) {
    results found;
    add_sure(found, speed, "malloc", 20);
    add_sure(found, speed, "arena", 10);
    const std::vector<row> rows = rows_of(found);
    ASSERT_EQ(rows.size(), 1U);
    ASSERT_EQ(rows[0].cells.size(), 2U);
    EXPECT_EQ(rows[0].cells[0].backend, "malloc");
    EXPECT_DOUBLE_EQ(rows[0].find("malloc")->values.median, 20);
    EXPECT_EQ(rows[0].find("nobody"), nullptr);
}

TEST(rows_of, compares_everybody_with_the_arena) {
    results found;
    add_sure(found, speed, "arena", 10);
    add_sure(found, speed, "faster", 5);
    add_sure(found, speed, "slower", 30);
    add_sure(found, speed, "alike", 11);
    add_noisy(found, speed, "noisy", 14);
    found.add(speed, "once", state::warm, 30);
    const std::vector<row> rows = rows_of(found);
    const auto compared = [&](std::string_view name) { return rows[0].find(name)->compared; };
    EXPECT_EQ(compared("arena"), "baseline");
    EXPECT_EQ(compared("faster"), "better");
    EXPECT_EQ(compared("slower"), "worse");
    EXPECT_EQ(compared("alike"), "same");
    EXPECT_EQ(compared("noisy"), "noisy");
    EXPECT_EQ(compared("once"), "noisy");
    EXPECT_DOUBLE_EQ(*rows[0].find("slower")->to_arena, 3);
}

TEST(rows_of, compares_nobody_where_the_arena_is_missing_or_nothing) {
    results found;
    add_sure(found, speed, "malloc", 10);
    const std::vector<row> without = rows_of(found);
    EXPECT_EQ(without[0].find("malloc")->compared, "");
    EXPECT_FALSE(without[0].find("malloc")->to_arena);
    add_sure(found, speed, "arena", 0);
    const std::vector<row> of_nothing = rows_of(found);
    EXPECT_EQ(of_nothing[0].find("malloc")->compared, "worse");
    EXPECT_FALSE(of_nothing[0].find("malloc")->to_arena);
}

TEST(verdict, names_a_winner_who_is_apart_from_everybody) {
    results found;
    add_sure(found, speed, "arena", 10);
    add_sure(found, speed, "malloc", 25);
    add_sure(found, speed, "pool", 20);
    const verdict best = only_verdict(found);
    EXPECT_EQ(best.how, verdict::kind::winner);
    EXPECT_THAT(best.backends, ElementsAre("arena"));
    EXPECT_EQ(best.text, "arena; pool takes 2.00 times as much");
}

TEST(verdict, of_a_winner_at_nothing_has_no_ratio) {
    results found;
    add_sure(found, speed, "arena", 0);
    add_sure(found, speed, "malloc", 25);
    EXPECT_EQ(only_verdict(found).text, "arena, next malloc");
}

TEST(verdict, is_a_tie_where_the_best_two_are_alike) {
    results found;
    add_sure(found, speed, "malloc", 10.5);
    add_sure(found, speed, "arena", 10);
    add_sure(found, speed, "pool", 20);
    const verdict best = only_verdict(found);
    EXPECT_EQ(best.how, verdict::kind::tie);
    EXPECT_THAT(best.backends, ElementsAre("arena", "malloc"));
    EXPECT_EQ(best.text, "no more than a tenth apart: arena, malloc");
}

TEST(verdict, of_a_tie_tells_the_alike_from_the_unclear) {
    results found;
    add_sure(found, speed, "arena", 10);
    add_sure(found, speed, "malloc", 10.5);
    add_noisy(found, speed, "pool", 14);
    add_sure(found, speed, "other", 20);
    const verdict best = only_verdict(found);
    EXPECT_EQ(best.how, verdict::kind::tie);
    EXPECT_THAT(best.backends, ElementsAre("arena", "malloc", "pool"));
    EXPECT_EQ(best.text, "no more than a tenth apart: arena, malloc; perhaps pool");
}

TEST(verdict, is_noisy_where_the_best_two_overlap) {
    results found;
    add_noisy(found, speed, "arena", 10);
    add_noisy_elsewhere(found, speed, "malloc", 14);
    const verdict best = only_verdict(found);
    EXPECT_EQ(best.how, verdict::kind::noisy);
    EXPECT_THAT(best.backends, ElementsAre("arena", "malloc"));
    EXPECT_EQ(best.text, "too noisy, or too few rounds, to tell: arena, malloc");
}

TEST(verdict, names_who_is_ahead_in_every_turn_however_much_the_turns_differ) {
    results found;
    add_noisy(found, speed, "arena", 10);
    add_noisy(found, speed, "malloc", 14);
    EXPECT_EQ(only_verdict(found).how, verdict::kind::winner);
    EXPECT_EQ(rows_of(found)[0].find("malloc")->compared, "worse");
}

TEST(verdict, is_noisy_where_somebody_behind_the_second_overlaps) {
    results found;
    add_sure(found, speed, "arena", 10);
    add_sure(found, speed, "malloc", 15);
    add_noisy(found, speed, "pool", 18);
    const verdict best = only_verdict(found);
    EXPECT_EQ(best.how, verdict::kind::noisy);
    EXPECT_THAT(best.backends, ElementsAre("arena", "pool"));
}

TEST(verdict, is_noisy_after_two_rounds) {
    results found;
    for (int round = 0; round < 2; ++round) {
        found.add(speed, "arena", state::warm, 10);
        found.add(speed, "malloc", state::warm, 25);
    }
    EXPECT_EQ(only_verdict(found).how, verdict::kind::noisy);
}

TEST(verdict, needs_one_count_of_instructions_only) {
    results found;
    constexpr figure counted{"work", "allocate", "instructions/block"};
    found.add(counted, "arena", state::counted, 10);
    found.add(counted, "malloc", state::counted, 30);
    EXPECT_EQ(rows_of(found)[0].best.how, verdict::kind::winner);
}

TEST(verdict, is_alone_with_one_backend) {
    results found;
    add_sure(found, speed, "arena", 10);
    const verdict best = only_verdict(found);
    EXPECT_EQ(best.how, verdict::kind::alone);
    EXPECT_EQ(best.text, "only arena was measured");
}

TEST(verdict, heeds_what_the_clock_can_tell) {
    results found;
    figure clocked = speed;
    clocked.by_tick_clock = true;
    found.ticks.resolution_ns = 10;
    add_sure(found, clocked, "arena", 10);
    add_sure(found, clocked, "malloc", 20);
    EXPECT_EQ(only_verdict(found).how, verdict::kind::tie);
    EXPECT_DOUBLE_EQ(rows_of(found)[0].resolution, 10);
    found.ticks.resolution_ns = 9;
    EXPECT_EQ(only_verdict(found).how, verdict::kind::winner);
}

TEST(verdict, heeds_what_the_figure_itself_can_tell) {
    results found;
    figure coarse = speed;
    coarse.resolution = 10;
    add_sure(found, coarse, "arena", 10);
    add_sure(found, coarse, "malloc", 20);
    EXPECT_EQ(only_verdict(found).how, verdict::kind::tie);
    EXPECT_DOUBLE_EQ(rows_of(found)[0].resolution, 10);
}

TEST(verdict, lists_four_at_most) {
    results found;
    for (const char* name : {"a", "b", "c", "d"}) add_sure(found, speed, name, 10);
    EXPECT_THAT(only_verdict(found).text, HasSubstr(": a, b, c, d"));
    add_sure(found, speed, "e", 10);
    add_sure(found, speed, "f", 10);
    EXPECT_EQ(only_verdict(found).text, "no more than a tenth apart: a, b, c, d and 2 more");
    EXPECT_EQ(only_verdict(found).backends.size(), 6U);
}

TEST(sum_up, says_what_the_arena_gains_and_where_it_loses) {
    results found;
    const figure lost{"other", "time", "ms"};
    add_sure(found, speed, "arena", 10);
    add_sure(found, speed, "malloc", 40);
    add_sure(found, lost.when({"size", "B", 8}), "arena", 10);
    add_sure(found, lost.when({"size", "B", 8}), "malloc", 20);
    add_sure(found, lost.when({"size", "B", 8}), "pool", 4);
    const std::vector<std::string> text = sum_up(rows_of(found), found);
    EXPECT_THAT(
        text,
        ElementsAre("Where memory is warm, malloc took 2.0 times the arena's time in the median of "
                    "2 timings, from 2.0 to 4.0 times; in none of them it was clearly faster than "
                    "the arena.",
                    "Among everything measured the arena was the fastest, or not told apart from "
                    "the fastest, in 1 of 2 timings, and clearly beaten by somebody in 1; worst in "
                    "\"other: time, 8 B\", where it took 2.5 times pool's time.",
                    "Of 2 comparisons 2 name a winner, 0 are within a tenth of each other, and 0 "
                    "were too noisy on this machine, or had too few rounds, to name one."));
}

TEST(sum_up, counts_ties_and_noise) {
    results found;
    const figure other{"other", "time", "ns"};
    const figure alone{"alone", "time", "ns"};
    add_sure(found, speed, "arena", 10);
    add_sure(found, speed, "malloc", 10);
    add_noisy(found, other, "arena", 10);
    add_noisy_elsewhere(found, other, "malloc", 14);
    add_sure(found, alone, "arena", 10);
    found.partial = true;
    EXPECT_THAT(sum_up(rows_of(found), found).back(),
                "Of 2 comparisons 0 name a winner, 1 are within a tenth of each other, and 1 were "
                "too noisy on this machine, or had too few rounds, to name one; the run was cut "
                "short, so there would have been more.");
}

TEST(sum_up, heeds_warm_timings_only) {
    results found;
    add_sure(found, speed, "arena", 10, state::cold);
    add_sure(found, speed, "malloc", 40, state::cold);
    const figure cpu{"work", "CPU time", "ns"};
    const figure bytes{"work", "memory", "MiB"};
    for (const figure& each : {cpu, bytes}) {
        add_sure(found, each, "arena", 10);
        add_sure(found, each, "malloc", 40);
    }
    const std::vector<std::string> text = sum_up(rows_of(found), found);
    EXPECT_EQ(text[0], "Nothing was timed on both the arena and malloc.");
    EXPECT_THAT(text[1], HasSubstr("in 0 of 0 timings"));
    EXPECT_THAT(text[1], Not(HasSubstr("worst")));
}

TEST(sum_up, says_how_often_malloc_was_faster) {
    results found;
    add_sure(found, speed, "arena", 10);
    add_sure(found, speed, "malloc", 5);
    const std::vector<std::string> text = sum_up(rows_of(found), found);
    EXPECT_THAT(text[0], HasSubstr("in 1 of them it was clearly faster"));
}

}  // namespace
}  // namespace arena_bench
