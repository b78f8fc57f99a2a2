#pragma once

#include <cstddef>
#include <string>

#include <memory_arena/inspected_parts.hpp>
#include <memory_arena/usage.hpp>

/// \file
/// Numbers and names of parts, in words. Independent of the locale (rank 5).

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

/// `value` with so many digits behind the point.
[[nodiscard]] std::string with_decimals(double value, int decimals);

/// In the largest binary unit that leaves at least 1: "12.5 MiB"; exact below 1 KiB: "24 B".
[[nodiscard]] std::string in_units(std::size_t bytes);

/// The same, exact where three decimals are, and without needless ones: "1.125 MiB".
[[nodiscard]] std::string position_in_units(std::size_t bytes);

/// "12,345,678".
[[nodiscard]] std::string in_groups(std::size_t value);

/// `part` of `whole` in percent, "12.5 %"; "–" of nothing.
[[nodiscard]] std::string percentage(std::size_t part, std::size_t whole);

/// "thread", "CPU", "lease".
[[nodiscard]] const char* text_of(lane_owner owner) noexcept;

/// As their enumerators are written.
[[nodiscard]] const char* text_of(lane_path path) noexcept;
[[nodiscard]] const char* text_of(page_kind pages) noexcept;

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
