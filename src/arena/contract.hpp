#pragma once

#include <cstddef>
#include <string_view>

#include <memory_arena/detail/contract.hpp>

/// \file
/// What the compiled half has a checked build look at (rank 4). Called in `if constexpr
/// (is_checked)` alone: in other builds there are no such functions.

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

/// Of a new arena. Whether there is memory for it: it stays until the process ends, so that what
/// outlives an arena is found, too.
[[nodiscard]] bool open_contract(contract_handle& contract, std::string_view name) noexcept;

/// By the destruction, before anything else.
void require_unused(contract_handle contract) noexcept;

/// By the destruction, after everything else.
void close_contract(contract_handle contract) noexcept;

void count_lease(contract_handle contract) noexcept;
void discount_lease(contract_handle contract, std::size_t open_scopes) noexcept;

/// By the end of scope `depth` of a lease with `open` scopes.
void require_innermost(contract_handle contract, std::size_t depth, std::size_t open) noexcept;

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
