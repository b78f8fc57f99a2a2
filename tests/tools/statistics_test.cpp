#include "measure/statistics.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <vector>

namespace arena_bench {
namespace {

TEST(median, is_the_middle_one_of_an_odd_number) { EXPECT_DOUBLE_EQ(median({9, 1, 5}), 5); }

TEST(median, is_the_mean_of_the_middle_two_of_an_even_number) {
    EXPECT_DOUBLE_EQ(median({4, 1, 3, 2}), 2.5);
}

TEST(median, refuses_no_samples) { EXPECT_THROW(median({}), std::invalid_argument); }

TEST(summarise, gives_median_spread_and_range) {
    const std::vector<double> samples{1, 2, 3, 4, 100};
    const summary of = summarise(samples);
    EXPECT_DOUBLE_EQ(of.median, 3);
    EXPECT_DOUBLE_EQ(of.spread, 1);  // deviations 2, 1, 0, 1, 97
    EXPECT_DOUBLE_EQ(of.min, 1);
    EXPECT_DOUBLE_EQ(of.max, 100);
    EXPECT_EQ(of.count, 5U);
}

TEST(summarise, of_one_sample_has_no_spread) {
    const std::vector<double> samples{7};
    EXPECT_DOUBLE_EQ(summarise(samples).spread, 0);
}

TEST(percentile, is_the_nearest_rank) {
    std::vector<double> samples;
    for (int i = 1; i <= 1000; ++i) {
        samples.push_back(i);
    }
    EXPECT_DOUBLE_EQ(percentile(samples, 0), 1);
    EXPECT_DOUBLE_EQ(percentile(samples, 0.5), 500);
    EXPECT_DOUBLE_EQ(percentile(samples, 0.99), 990);
    EXPECT_DOUBLE_EQ(percentile(samples, 0.999), 999);
    EXPECT_DOUBLE_EQ(percentile(samples, 1), 1000);
}

TEST(percentile, refuses_no_samples) { EXPECT_THROW(percentile({}, 0.5), std::invalid_argument); }

TEST(differ, needs_more_than_both_spreads_and_a_fiftieth) {
    const summary low{.median = 10, .spread = 1, .min = 9, .max = 11, .count = 3};
    const summary near{.median = 12, .spread = 1, .min = 9, .max = 14, .count = 3};
    const summary far{.median = 12.5, .spread = 1, .min = 9, .max = 14, .count = 3};
    EXPECT_FALSE(differ(low, near));
    EXPECT_TRUE(differ(low, far));
    EXPECT_FALSE(differ(low, far, 1));
    EXPECT_TRUE(differ(far, low));
    const summary sure{.median = 100, .spread = 0, .min = 100, .max = 100, .count = 1};
    const summary same{.median = 101, .spread = 0, .min = 101, .max = 101, .count = 1};
    EXPECT_FALSE(differ(sure, same));
}

}  // namespace
}  // namespace arena_bench
