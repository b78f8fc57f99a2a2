#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <functional>
#include <string>
#include <utility>
#include <vector>

/// \file
/// Contenders measured in turn, round by round, so that a machine whose speed drifts is slow for
/// all of them; reported as medians, and as the median of each round's ratio to a reference.

namespace benchmarks {

struct contender {
    std::string name;
    std::function<void()> run;      ///< does `operations` operations
    std::function<void()> prepare;  ///< runs before each, unmeasured; may be empty
    std::vector<double> nanoseconds = {};
};

inline double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    const std::size_t middle = values.size() / 2;
    return values.size() % 2 != 0 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

class paired {
public:
    paired(std::string title, std::size_t operations, int rounds = 15)
        : title_(std::move(title)), operations_(operations), rounds_(rounds) {}

    void add(std::string name, std::function<void()> run, std::function<void()> prepare = {}) {
        contenders_.push_back({std::move(name), std::move(run), std::move(prepare)});
    }

    /// Names a contender that isn't there to be measured.
    void skip(std::string name) { skipped_.push_back(std::move(name)); }

    /// Runs all of them and prints a table; ratios are to the contender named `reference`.
    void report(const std::string& reference) {
        for (contender& one : contenders_) {
            prepare(one);
            one.run();  // unmeasured: pages, caches and branches
        }
        for (int round = 0; round < rounds_; ++round) {
            for (contender& one : contenders_) {
                prepare(one);
                const auto begin = std::chrono::steady_clock::now();
                one.run();
                const std::chrono::duration<double, std::nano> spent =
                    std::chrono::steady_clock::now() - begin;
                one.nanoseconds.push_back(spent.count() / static_cast<double>(operations_));
            }
        }
        print(reference);
    }

private:
    static void prepare(const contender& one) {
        if (one.prepare) {
            one.prepare();
        }
    }

    void print(const std::string& reference) const {
        const contender& base =
            *std::find_if(contenders_.begin(), contenders_.end(),
                          [&](const auto& one) { return one.name == reference; });
        std::printf(
            "%s (ns, medians of %d; x = times %s)\n", title_.c_str(), rounds_, reference.c_str());
        for (const contender& one : contenders_) {
            std::vector<double> ratios;
            for (std::size_t round = 0; round < one.nanoseconds.size(); ++round) {
                ratios.push_back(one.nanoseconds[round] / base.nanoseconds[round]);
            }
            const auto [low, high] =
                std::minmax_element(one.nanoseconds.begin(), one.nanoseconds.end());
            std::printf("  %-44s %9.3f  (%.3f to %.3f)  %6.3f x\n", one.name.c_str(),
                        median(one.nanoseconds), *low, *high, median(ratios));
        }
        for (const std::string& name : skipped_) {
            std::printf("  %-44s   skipped: not here\n", name.c_str());
        }
    }

    std::string title_;
    std::size_t operations_;
    int rounds_;
    std::vector<contender> contenders_;
    std::vector<std::string> skipped_;
};

/// Makes the compiler believe that `value` is used.
template <class T>
inline void keep(T* value) {
    asm volatile("" : : "r"(value) : "memory");
}

}  // namespace benchmarks
