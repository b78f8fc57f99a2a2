#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "options.hpp"
#include "report/results.hpp"

namespace arena_bench {

inline constexpr int json_format = 2;

/// Every figure with all its samples and who was best, what was asked for, and what it was measured
/// on and by: all that a report shows.
std::string to_json(const options& asked, const results& found);

/// Throws std::runtime_error if the file cannot be written.
void write_json(const std::filesystem::path& file, std::string_view document);

}  // namespace arena_bench
