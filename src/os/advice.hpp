#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <system_error>

#include <memory_arena/detail/version.hpp>

/// \file
/// What the system is told about pages that are mapped (rank 0). [begin, begin + bytes) lies on
/// page boundaries. Each call returns what the system says when it refuses; the pages then are as
/// they were.

namespace memory_arena::inline MEMORY_ARENA_ABI::os {

/// From now on, where a huge page fits, a touch commits one if the system finds one. Refused too
/// where the system would agree and then give none: its administrator, or this process, has turned
/// them off.
[[nodiscard]] std::error_code prefer_huge_pages(std::byte* begin, std::size_t bytes) noexcept;

/// A core dump of the process leaves them out.
[[nodiscard]] std::error_code exclude_from_core_dumps(std::byte* begin, std::size_t bytes) noexcept;

/// What the kernel takes as the name of a mapping, its final zero included.
using page_name = std::array<char, 80>;

/// "memory_arena:NAME", without the colon for an empty name. Bytes that the kernel doesn't take
/// become underscores; those it has no room for are cut off.
[[nodiscard]] page_name page_name_of(std::string_view name) noexcept;

/// /proc/self/maps shows them as [anon:memory_arena:NAME].
[[nodiscard]] std::error_code name_pages(std::byte* begin, std::size_t bytes,
                                         std::string_view name) noexcept;

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::os
