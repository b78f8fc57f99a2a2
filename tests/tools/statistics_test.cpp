#include "measure/statistics.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <numeric>
#include <random>
#include <stdexcept>
#include <vector>

namespace arena_bench {
namespace {

std::vector<double> one_to(std::size_t count) {
    std::vector<double> samples(count);
    std::iota(samples.begin(), samples.end(), 1);
    return samples;
}

/// How often the interval of so many samples has the true median in it, of 20,000 times.
double coverage(std::size_t count) {
    constexpr int trials = 20'000;
    std::mt19937 random{static_cast<unsigned>(count)};
    std::exponential_distribution<double> skewed;
    const double truth = std::log(2.0);
    int hits = 0;
    for (int trial = 0; trial < trials; ++trial) {
        std::vector<double> samples(count);
        for (double& each : samples) each = skewed(random);
        const summary of = summarise(samples);
        if (of.low <= truth && truth <= of.high) ++hits;
    }
    return static_cast<double>(hits) / trials;
}

summary figure_of(double low, double median, double high, std::size_t count = 9) {
    return {.median = median,
            .spread = 0,
            .low = low,
            .high = high,
            .min = low,
            .max = high,
            .count = count};
}

TEST(median, is_the_middle_one_of_an_odd_number) { EXPECT_DOUBLE_EQ(median({9, 1, 5}), 5); }

TEST(median, is_the_mean_of_the_middle_two_of_an_even_number) {
    EXPECT_DOUBLE_EQ(median({4, 1, 3, 2}), 2.5);
}

TEST(median, refuses_no_samples) { EXPECT_THROW(median({}), std::invalid_argument); }

TEST(summarise, gives_median_spread_and_range) {
    const std::vector<double> samples{100, 2, 3, 4, 1};
    const summary of = summarise(samples);
    EXPECT_DOUBLE_EQ(of.median, 3);
    EXPECT_DOUBLE_EQ(of.spread, 1);  // deviations 2, 1, 0, 1, 97
    EXPECT_DOUBLE_EQ(of.min, 1);
    EXPECT_DOUBLE_EQ(of.max, 100);
    EXPECT_EQ(of.count, 5U);
}

TEST(summarise, refuses_no_samples) { EXPECT_THROW(summarise({}), std::invalid_argument); }

TEST(summarise, of_one_sample_is_that_sample) {
    const std::vector<double> samples{7};
    const summary of = summarise(samples);
    EXPECT_DOUBLE_EQ(of.spread, 0);
    EXPECT_DOUBLE_EQ(of.low, 7);
    EXPECT_DOUBLE_EQ(of.high, 7);
}

// The ranks are those of the tables of the sign test.
TEST(summarise, leaves_out_as_many_as_a_95_percent_interval_may) {
    struct expected {
        std::size_t count;
        double low;
        double high;
    };
    for (const expected& each :
         {expected{2, 1, 2}, expected{5, 1, 5}, expected{6, 1, 6}, expected{8, 1, 8},
          expected{9, 2, 8}, expected{11, 2, 10}, expected{12, 3, 10}, expected{33, 11, 23}}) {
        const std::vector<double> samples = one_to(each.count);
        const summary of = summarise(samples);
        EXPECT_DOUBLE_EQ(of.low, each.low) << each.count;
        EXPECT_DOUBLE_EQ(of.high, each.high) << each.count;
    }
}

TEST(summarise, covers_the_true_median_as_often_as_it_says) {
    for (const std::size_t count : {6U, 9U, 12U, 33U}) {
        EXPECT_GE(coverage(count), 0.945) << count;
        EXPECT_LE(coverage(count), 0.99) << count;
    }
    EXPECT_NEAR(coverage(5), 0.9375, 0.01);  // all of them are too few
    EXPECT_NEAR(coverage(33), 0.965, 0.01);  // not just the whole range
}

TEST(percentile, is_the_nearest_rank) {
    const std::vector<double> samples = one_to(1000);
    EXPECT_DOUBLE_EQ(percentile(samples, 0), 1);
    EXPECT_DOUBLE_EQ(percentile(samples, 0.5), 500);
    EXPECT_DOUBLE_EQ(percentile(samples, 0.99), 990);
    EXPECT_DOUBLE_EQ(percentile(samples, 0.999), 999);
    EXPECT_DOUBLE_EQ(percentile(samples, 1), 1000);
}

TEST(percentile, refuses_no_samples) { EXPECT_THROW(percentile({}, 0.5), std::invalid_argument); }

TEST(compare, calls_a_tenth_alike_however_sure_both_are) {
    const summary ten = figure_of(10, 10, 10);
    EXPECT_EQ(compare(ten, figure_of(11, 11, 11)), relation::alike);
    EXPECT_EQ(compare(figure_of(11, 11, 11), ten), relation::alike);
    EXPECT_EQ(compare(ten, figure_of(11.1, 11.1, 11.1)), relation::apart);
    EXPECT_EQ(compare(figure_of(11.1, 11.1, 11.1), ten), relation::apart);
}

TEST(compare, calls_what_the_clock_cannot_tell_alike) {
    const summary ten = figure_of(10, 10, 10);
    const summary twenty = figure_of(20, 20, 20);
    EXPECT_EQ(compare(ten, twenty, 10), relation::alike);
    EXPECT_EQ(compare(ten, twenty, 9), relation::apart);
}

TEST(compare, is_unclear_where_the_intervals_overlap) {
    const summary low = figure_of(9, 10, 12);
    EXPECT_EQ(compare(low, figure_of(12, 15, 16)), relation::unclear);
    EXPECT_EQ(compare(figure_of(12, 15, 16), low), relation::unclear);
    EXPECT_EQ(compare(low, figure_of(12.1, 15, 16)), relation::apart);
    EXPECT_EQ(compare(figure_of(12.1, 15, 16), low), relation::apart);
    EXPECT_EQ(compare(low, figure_of(1, 15, 99)), relation::unclear);
}

TEST(compare, of_less_than_three_samples_tells_only_the_far_apart) {
    const summary sure = figure_of(10, 10, 10, 9);
    EXPECT_EQ(compare(sure, figure_of(29, 29, 29, 2)), relation::unclear);
    EXPECT_EQ(compare(figure_of(29, 29, 29, 2), sure), relation::unclear);
    EXPECT_EQ(compare(sure, figure_of(31, 31, 31, 2)), relation::apart);
    EXPECT_EQ(compare(sure, figure_of(29, 29, 29, 3)), relation::apart);
    EXPECT_EQ(compare(sure, figure_of(10, 10, 10, 1)), relation::alike);
}

TEST(compare, knows_figures_of_nothing) {
    EXPECT_EQ(compare(figure_of(0, 0, 0), figure_of(0, 0, 0)), relation::alike);
    EXPECT_EQ(compare(figure_of(0, 0, 0), figure_of(1, 1, 1)), relation::apart);
}

using samples = std::vector<double>;

relation compare_samples(const samples& a, const samples& b, double resolution = 0) {
    return compare_turns(summarise(a), a, summarise(b), b, resolution);
}

TEST(is_alike, is_a_tenth_of_the_smaller_or_the_resolution) {
    EXPECT_TRUE(is_alike(11, 10));
    EXPECT_FALSE(is_alike(10, 11.1));
    EXPECT_TRUE(is_alike(10, 20, 10));
    EXPECT_FALSE(is_alike(10, 20, 9));
    const double step = 10.016174308621673;
    EXPECT_TRUE(is_alike(2 * step, 3 * step, step));  // which isn't exactly a step apart
    EXPECT_FALSE(is_alike(2 * step, 4 * step, step));
    EXPECT_TRUE(is_alike(0, 0));
}

TEST(compare_turns, tells_apart_what_leads_in_each_turn) {
    const samples a{10, 30, 20, 10, 50, 40};
    samples b;
    for (const double each : a) b.push_back(each * 1.2);
    EXPECT_EQ(compare(summarise(a), summarise(b)), relation::unclear);
    EXPECT_EQ(compare_samples(a, b), relation::apart);
    EXPECT_EQ(compare_samples(b, a), relation::apart);
    b[4] = 49;  // of six, one is too many
    EXPECT_EQ(compare_samples(a, b), relation::unclear);
    EXPECT_EQ(compare_samples(b, a), relation::unclear);
}

TEST(compare_turns, bears_one_turn_of_nine_the_other_way) {
    const samples a{10, 30, 20, 10, 50, 40, 25, 30, 15};
    samples b;
    for (const double each : a) b.push_back(each * 1.2);
    b[1] = 29;
    EXPECT_EQ(compare_samples(a, b), relation::apart);
    b[2] = 19;
    EXPECT_EQ(compare_samples(a, b), relation::unclear);
}

TEST(compare_turns, is_about_the_turns_that_both_had) {
    const samples a{10, 30, 20, 10, 50, 40, 10, 10, 10};
    EXPECT_EQ(compare_samples(a, {12, 36, 24, 12, 60}), relation::apart);
    EXPECT_EQ(compare_samples(a, {9, 36, 24, 12, 60}), relation::unclear);
    EXPECT_EQ(compare_samples(a, {12, 36}), relation::unclear);
}

TEST(compare_turns, needs_the_medians_to_say_the_same) {
    // b is larger in every turn that both had, but a's later turns were slow.
    EXPECT_EQ(compare_samples({10, 20, 30, 90, 90, 90, 90, 90}, {11, 21, 31}), relation::unclear);
}

TEST(compare_turns, calls_a_tenth_alike_all_the_same) {
    EXPECT_EQ(compare_samples({10, 20, 30, 40, 50}, {11, 22, 33, 44, 55}), relation::alike);
    EXPECT_EQ(compare_samples({10, 20, 30, 40, 50}, {12, 24, 36, 48, 60}, 6), relation::alike);
}

}  // namespace
}  // namespace arena_bench
