#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "measure/statistics.hpp"

namespace arena_bench {

/// A file that --json wrote, or is said to have been.
struct document {
    std::string name;  ///< as the user calls it
    std::string text;
};

/// Says which document cannot be read, and why.
class unusable_document : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// One backend's figure, summarised anew from its samples.
struct stored_cell {
    std::string backend;
    bool ours = false;
    summary values;
};

struct stored_row {
    std::string workload;
    std::string figure;
    std::string unit;
    std::string state;
    std::string at;  ///< what the sweep varies, and its value; empty: it is of none
    double resolution = 0;
    std::string winner;  ///< as the run itself named it; empty: it named none
    std::vector<stored_cell> cells;

    /// Of the same figure in the same state at the same setting.
    [[nodiscard]] bool matches(const stored_row& other) const;
};

/// What --compare needs of an earlier run.
struct stored_run {
    std::string name;
    std::string commit;
    bool partial;
    /// What must be alike for two runs to be comparable, by name, such as the compiler.
    std::vector<std::pair<std::string, std::string>> conditions;
    std::vector<stored_row> rows;
};

/// Throws unusable_document if there is no such file, or it is none.
document read_document(const std::filesystem::path& file);

/// Throws unusable_document if it isn't one of this program's, of its format.
stored_run parse_run(const document& of);

}  // namespace arena_bench
