#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

#include "report/results.hpp"

namespace arena_bench {

/// Keeps a very slow backend from making everybody wait: once it has spent so many seconds in a
/// workload, it is not repeated again, and a note says so. Not where the user named a number.
class patience {
public:
    patience(unsigned repetitions, bool unlimited)
        : repetitions_{repetitions}, unlimited_{unlimited} {}

    [[nodiscard]] bool has_run_out(std::string_view backend) const {
        for (const account& each : accounts_) {
            if (each.backend == backend) return !unlimited_ && each.seconds > limit;
        }
        return false;
    }

    void spend(std::string_view backend, double seconds) {
        for (account& each : accounts_) {
            if (each.backend != backend) continue;
            each.seconds += seconds;
            ++each.repetitions;
            return;
        }
        accounts_.push_back({backend, seconds, 1});
    }

    void explain(std::string_view workload, results& found) const {
        for (const account& each : accounts_) {
            if (each.repetitions == repetitions_ || !has_run_out(each.backend)) continue;
            found.add_note(
                workload, fmt::format("{} ran {} of {} repetitions, for they took {:.0f} s",
                                      each.backend, each.repetitions, repetitions_, each.seconds));
        }
    }

private:
    static constexpr double limit = 30;

    struct account {
        std::string_view backend;
        double seconds;
        unsigned repetitions;
    };

    unsigned repetitions_;
    bool unlimited_;
    std::vector<account> accounts_;
};

}  // namespace arena_bench
