#pragma once

#include <memory_arena/arena_options.hpp>

#include "reserve/page_options.hpp"

/// \file
/// The options that are about the system's pages, in the reserve's terms (rank 4).

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

/// What is wrong with them; null for nothing.
[[nodiscard]] const char* complaint_about_pages(const arena_options& options) noexcept;

/// What is wrong with the quarantine, the rest being in range; null for nothing.
[[nodiscard]] const char* complaint_about_quarantine(const arena_options& options) noexcept;

[[nodiscard]] page_options page_options_of(const arena_options& options) noexcept;

[[nodiscard]] page_kind kind_of(page_size size) noexcept;

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
