#pragma once

#include <cstddef>

#include "faults/system.hpp"

/// \file
/// What the replaced functions (system_calls.cpp, heap.cpp) ask and tell.

namespace faults {

/// Whether calls are the library's now.
[[nodiscard]] bool is_library() noexcept;

/// Counts a call of the library; if it is to be refused, with which error, else 0.
[[nodiscard]] int refusal_of(call what) noexcept;

void note_mapped(const void* begin, std::size_t bytes) noexcept;
void note_unmapped(const void* begin, std::size_t bytes) noexcept;
void note_unmapping_refused(const void* begin, std::size_t bytes) noexcept;
void note_given_back(const void* begin, std::size_t bytes) noexcept;
void note_files(bool opened) noexcept;
void note_threads(bool started) noexcept;

}  // namespace faults
