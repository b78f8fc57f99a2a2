#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace arena_bench {

/// What is said of a figure that was measured several times. The spread is the median absolute
/// deviation: one disturbed repetition of five moves neither it nor the median.
struct summary {
    double median = 0;
    double spread = 0;
    double low = 0;   ///< the median's confidence interval, of 95 % where there are enough samples
    double high = 0;  ///< for one: six; with fewer it is all of them
    double min = 0;
    double max = 0;
    std::size_t count = 0;
    bool exact = false;  ///< counted, so that every round gives the same: one of them is enough
};

/// All of these throw std::invalid_argument for no samples at all.
double median(std::vector<double> samples);

/// The interval is that of order statistics, which supposes nothing of how the samples are
/// distributed: the k-th smallest to the k-th largest, with the largest k whose chance of missing
/// the true median is at most 5 % (the sign test's; David and Nagaraja, Order Statistics, 7.1).
summary summarise(std::span<const double> samples);

/// The smallest sample that at least `fraction` of all samples do not exceed (the nearest rank).
/// Expects them sorted; `fraction` lies in [0, 1].
double percentile(std::span<const double> sorted, double fraction);

/// How two figures that were measured beside each other compare.
enum class relation {
    alike,    ///< no more than a tenth apart, or no more than the clock can tell
    unclear,  ///< further apart, but their intervals overlap, or there are too few samples
    apart
};

/// One sample, or two that happen to be alike, have no interval worth the name: they are apart only
/// where one median is over three times the other.
inline constexpr std::size_t fewest_to_tell_apart = 3;

/// On one machine two runs of one program differ by some per cent, for where its loops and pages
/// happen to lie: what is no more than a tenth of the smaller one apart, or than `resolution`, is
/// never called a difference.
bool is_alike(double a, double b, double resolution = 0);

/// Of figures that were measured one after the other: apart where their intervals are.
relation compare(const summary& a, const summary& b, double resolution = 0);

/// Of figures that were measured in turn, sample by sample: apart, too, where the interval of the
/// differences of those that belong together doesn't reach zero (the paired sign test). What
/// disturbs the machine for a while meets both, and so hides neither's lead. Where one has fewer
/// samples, the other's last ones stand alone.
relation compare_turns(const summary& a, std::span<const double> samples_of_a, const summary& b,
                       std::span<const double> samples_of_b, double resolution = 0);

}  // namespace arena_bench
