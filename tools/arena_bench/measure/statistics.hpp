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
    double min = 0;
    double max = 0;
    std::size_t count = 0;
};

/// All of these throw std::invalid_argument for no samples at all.
double median(std::vector<double> samples);
summary summarise(std::span<const double> samples);

/// The smallest sample that at least `fraction` of all samples do not exceed (the nearest rank).
/// Expects them sorted; `fraction` lies in [0, 1].
double percentile(std::span<const double> sorted, double fraction);

/// Do the two differ by more than their spreads and the clock's resolution explain, and by more
/// than a fiftieth? (Few repetitions may agree by chance.)
bool differ(const summary& a, const summary& b, double resolution = 0);

}  // namespace arena_bench
