#pragma once

#include <optional>

#include "options.hpp"

namespace arena_bench {

inline constexpr int exit_success = 0;
inline constexpr int exit_failure = 1;        // a workload failed
inline constexpr int exit_usage = 2;          // the command line asks for what cannot be
inline constexpr int exit_interrupted = 130;  // as a shell reports SIGINT

/// Reads the command line into `into`. Empty: go on; else the exit status, everything being said.
std::optional<int> parse_command_line(int argc, char** argv, options& into);

}  // namespace arena_bench
