#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "measure/statistics.hpp"
#include "report/results.hpp"

namespace arena_bench {

/// What every other backend is compared with.
inline constexpr std::string_view baseline = "arena";

/// One backend's figure, and how it stands to the arena's.
struct cell {
    std::string_view backend;
    const std::vector<double>* samples;
    summary values;
    std::optional<double> to_arena;  ///< how many times the arena's; none where that is 0 or absent
    std::string_view compared;  ///< "baseline", "same", "better", "worse", "noisy"; "": no arena
};

/// Who was best.
struct verdict {
    enum class kind { winner, tie, noisy, alone };

    kind how;
    std::vector<std::string_view> backends;  ///< the winner; else all that may be the best
    std::string text;
};

std::string_view name_of(verdict::kind how);

/// One figure in one state, at one setting if it is of a sweep: all backends' cells, in the order
/// in which they were measured.
struct row {
    figure what;
    state when;
    std::vector<cell> cells;
    verdict best;
    double resolution = 0;  ///< of the clock, where that limits what can be told apart

    [[nodiscard]] const cell* find(std::string_view backend) const;
};

/// All rows; those that differ only in their setting follow each other. They point into `found`.
std::vector<row> rows_of(const results& found);

/// Three sentences for who has no time: what an arena does for them, where it loses, how sure that
/// is.
std::vector<std::string> sum_up(const std::vector<row>& rows, const results& found);

}  // namespace arena_bench
