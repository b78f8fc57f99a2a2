#include "measure/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace arena_bench {

namespace {

void expect_some(std::size_t count) {
    if (count == 0) throw std::invalid_argument{"statistics of no samples"};
}

double median_deviation(std::span<const double> samples, double centre) {
    std::vector<double> deviations;
    deviations.reserve(samples.size());
    for (const double sample : samples) deviations.push_back(std::abs(sample - centre));
    return median(std::move(deviations));
}

/// As long as the chance that so many samples, and one more, lie on one side of the true median is
/// at most 2.5 %.
std::size_t left_out_on_each_side(std::size_t count) {
    double ways = std::pow(0.5, static_cast<double>(count));  // of `left_out` samples on one side
    double chance = ways;
    std::size_t left_out = 0;
    for (;;) {
        ways *= static_cast<double>(count - left_out) / static_cast<double>(left_out + 1);
        chance += ways;
        if (chance > 0.025 || 2 * (left_out + 1) >= count) return left_out;
        ++left_out;
    }
}

bool are_enough(const summary& a, const summary& b) {
    return std::min(a.count, b.count) >= fewest_to_tell_apart || (a.exact && b.exact);
}

}  // namespace

double median(std::vector<double> samples) {
    expect_some(samples.size());
    std::sort(samples.begin(), samples.end());
    const std::size_t half = samples.size() / 2;
    return samples.size() % 2 == 1 ? samples[half] : (samples[half - 1] + samples[half]) / 2;
}

summary summarise(std::span<const double> samples) {
    expect_some(samples.size());
    std::vector<double> sorted{samples.begin(), samples.end()};
    std::sort(sorted.begin(), sorted.end());
    const std::size_t left_out = left_out_on_each_side(sorted.size());
    const double centre = median(sorted);
    return {.median = centre,
            .spread = median_deviation(samples, centre),
            .low = sorted[left_out],
            .high = sorted[sorted.size() - 1 - left_out],
            .min = sorted.front(),
            .max = sorted.back(),
            .count = sorted.size()};
}

double percentile(std::span<const double> sorted, double fraction) {
    expect_some(sorted.size());
    const double rank = std::ceil(fraction * static_cast<double>(sorted.size()));
    const auto index = static_cast<std::size_t>(std::max(rank, 1.0)) - 1;
    return sorted[std::min(index, sorted.size() - 1)];
}

bool is_alike(double a, double b, double resolution) {
    constexpr double a_tenth = 0.1;
    constexpr double rounding = 1 + 1e-9;  // two steps of a clock are a difference, one isn't
    const double smaller = std::min(std::abs(a), std::abs(b));
    return std::abs(a - b) <= std::max(a_tenth * smaller, resolution) * rounding;
}

relation compare(const summary& a, const summary& b, double resolution) {
    if (is_alike(a.median, b.median, resolution)) return relation::alike;
    constexpr double far = 3;
    const auto [smaller, larger] = std::minmax({std::abs(a.median), std::abs(b.median)});
    if (!are_enough(a, b) && larger <= far * smaller) return relation::unclear;
    const bool overlap = a.low <= b.high && b.low <= a.high;
    return overlap ? relation::unclear : relation::apart;
}

relation compare_turns(const summary& a, std::span<const double> samples_of_a, const summary& b,
                       std::span<const double> samples_of_b, double resolution) {
    const relation separately = compare(a, b, resolution);
    const std::size_t turns = std::min(samples_of_a.size(), samples_of_b.size());
    if (separately != relation::unclear || turns < fewest_to_tell_apart) return separately;
    std::vector<double> differences;
    for (std::size_t turn = 0; turn < turns; ++turn) {
        differences.push_back(samples_of_b[turn] - samples_of_a[turn]);
    }
    const summary of = summarise(differences);
    // With the medians, for they are what is shown.
    const bool b_is_larger = b.median > a.median;
    return (b_is_larger ? of.low > 0 : of.high < 0) ? relation::apart : relation::unclear;
}

}  // namespace arena_bench
