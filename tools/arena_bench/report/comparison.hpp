#pragma once

#include <string>

#include "report/stored_run.hpp"

namespace arena_bench {

/// What became better or worse from one run to another, and how far one may believe it: the text
/// that --compare prints. Throws unusable_document.
std::string to_comparison(const document& older, const document& newer);

}  // namespace arena_bench
