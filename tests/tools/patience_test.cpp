#include "workloads/patience.hpp"

#include <gtest/gtest.h>

#include "options.hpp"
#include "report/results.hpp"

namespace arena_bench {
namespace {

options quick() {
    options asked;
    asked.how_long = effort::quick;  // a second
    return asked;
}

TEST(patience, begins_no_repetition_once_the_time_is_spent) {
    patience left{3, quick()};
    EXPECT_FALSE(left.has_run_out("slow", 0));
    left.spend("slow", 0.6);
    EXPECT_FALSE(left.has_run_out("slow", 1));
    left.spend("slow", 0.6);
    EXPECT_TRUE(left.has_run_out("slow", 2));
}

TEST(patience, ends_a_repetition_that_has_begun) {
    patience left{3, quick()};
    EXPECT_FALSE(left.has_run_out("slow", 0));
    left.spend("slow", 5);
    EXPECT_FALSE(left.has_run_out("slow", 0));  // the next setting
    EXPECT_TRUE(left.has_run_out("slow", 1));
    EXPECT_TRUE(left.has_run_out("slow", 1));
}

TEST(patience, is_kept_for_each_backend) {
    patience left{3, quick()};
    EXPECT_FALSE(left.has_run_out("slow", 0));
    left.spend("slow", 5);
    EXPECT_FALSE(left.has_run_out("fast", 1));
}

TEST(patience, lasts_longer_where_there_is_more_time) {
    options asked;
    for (const effort how : {effort::demo, effort::full}) {
        asked.how_long = how;
        patience left{3, asked};
        EXPECT_FALSE(left.has_run_out("slow", 0));
        left.spend("slow", 5);
        EXPECT_FALSE(left.has_run_out("slow", 1));
        left.spend("slow", 15.1);
        EXPECT_TRUE(left.has_run_out("slow", 2));
    }
}

TEST(patience, never_ends_where_the_user_named_the_repetitions) {
    options asked = quick();
    asked.repetitions = 3;
    patience left{3, asked};
    EXPECT_FALSE(left.has_run_out("slow", 0));
    left.spend("slow", 500);
    EXPECT_FALSE(left.has_run_out("slow", 1));
}

TEST(patience, explains_what_it_cut_short_and_only_that) {
    results found;
    patience left{2, quick()};
    for (const unsigned repetition : {0U, 1U}) {
        for (const char* name : {"slow", "fast", "late"}) {
            if (left.has_run_out(name, repetition)) continue;
            const bool now_slow = name[0] == 's' || (name[0] == 'l' && repetition == 1);
            left.spend(name, now_slow ? 2 : 0.1);
        }
    }
    left.explain("work", found);
    ASSERT_EQ(found.notes().size(), 1U);
    EXPECT_EQ(found.notes()[0].workload, "work");
    EXPECT_EQ(found.notes()[0].text, "slow ran 1 of 2 repetitions, for they took 2 s");
}

TEST(patience, says_nothing_of_an_interrupted_run) {
    results found;
    patience left{2, quick()};
    EXPECT_FALSE(left.has_run_out("fast", 0));
    left.spend("fast", 0.5);
    left.explain("work", found);
    EXPECT_TRUE(found.notes().empty());
}

}  // namespace
}  // namespace arena_bench
