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

}  // namespace

double median(std::vector<double> samples) {
    expect_some(samples.size());
    std::sort(samples.begin(), samples.end());
    const std::size_t half = samples.size() / 2;
    return samples.size() % 2 == 1 ? samples[half] : (samples[half - 1] + samples[half]) / 2;
}

summary summarise(std::span<const double> samples) {
    expect_some(samples.size());
    const double centre = median({samples.begin(), samples.end()});
    const auto [low, high] = std::minmax_element(samples.begin(), samples.end());
    return {.median = centre,
            .spread = median_deviation(samples, centre),
            .min = *low,
            .max = *high,
            .count = samples.size()};
}

double percentile(std::span<const double> sorted, double fraction) {
    expect_some(sorted.size());
    const double rank = std::ceil(fraction * static_cast<double>(sorted.size()));
    const auto index = static_cast<std::size_t>(std::max(rank, 1.0)) - 1;
    return sorted[std::min(index, sorted.size() - 1)];
}

bool differ(const summary& a, const summary& b, double resolution) {
    constexpr double always_alike = 0.02;
    const double smaller = std::min(std::abs(a.median), std::abs(b.median));
    const double explained = a.spread + b.spread + resolution + always_alike * smaller;
    return std::abs(a.median - b.median) > explained;
}

}  // namespace arena_bench
