#pragma once

#include <fmt/format.h>

#include <string_view>
#include <vector>

#include "options.hpp"
#include "report/results.hpp"

namespace arena_bench {

/// Keeps a very slow backend from making everybody wait: once it has spent so many seconds in a
/// workload, it begins no further repetition, and a note says so. Not where the user named a number
/// of repetitions.
class patience {
public:
    patience(unsigned repetitions, const options& asked)
        : repetitions_{repetitions},
          limit_{by_effort<double>{.full = 15, .demo = 6, .quick = 1}.of(asked.how_long)},
          unlimited_{asked.repetitions.has_value()} {}

    /// Asked at each setting of each repetition: a repetition that has begun is also ended.
    [[nodiscard]] bool has_run_out(std::string_view backend, unsigned repetition) {
        account& its = account_of(backend);
        if (its.last_begun == repetition) return false;
        if (!unlimited_ && its.seconds > limit_) return true;
        its.last_begun = repetition;
        ++its.repetitions;
        return false;
    }

    void spend(std::string_view backend, double seconds) { account_of(backend).seconds += seconds; }

    void explain(std::string_view workload, results& found) const {
        for (const account& each : accounts_) {
            if (each.repetitions == repetitions_ || each.seconds <= limit_) continue;
            found.add_note(
                workload, fmt::format("{} ran {} of {} repetitions, for they took {:.0f} s",
                                      each.backend, each.repetitions, repetitions_, each.seconds));
        }
    }

private:
    static constexpr unsigned none = ~0U;

    struct account {
        std::string_view backend;
        double seconds = 0;
        unsigned repetitions = 0;
        unsigned last_begun = none;
    };

    account& account_of(std::string_view backend) {
        for (account& each : accounts_) {
            if (each.backend == backend) return each;
        }
        accounts_.push_back({.backend = backend});
        return accounts_.back();
    }

    unsigned repetitions_;
    double limit_;
    bool unlimited_;
    std::vector<account> accounts_;
};

}  // namespace arena_bench
