#pragma once

#include <filesystem>
#include <string>

#include "options.hpp"
#include "report/results.hpp"

namespace arena_bench {

/// Every figure with all its samples, what was asked for, and what it was measured on and by.
std::string to_json(const options& asked, const results& found);

/// Throws std::runtime_error if the file cannot be written.
void write_json(const std::filesystem::path& file, const options& asked, const results& found);

}  // namespace arena_bench
