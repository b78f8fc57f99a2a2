#pragma once

#include <cstddef>

/// \file
/// Counts what a thread takes from the heap: this program's malloc family counts, then passes on to
/// the C library's.

namespace heap_counter {

/// Whether this build counts. A sanitizer's malloc is its own, and other C libraries have no name
/// for theirs.
extern const bool counts;

/// What the calling thread has taken from the heap so far: calls, not bytes.
std::size_t taken() noexcept;

/// What `call` takes from the heap on this thread.
template <class Call>
std::size_t taken_by(const Call& call) {
    const std::size_t before = taken();
    call();
    return taken() - before;
}

}  // namespace heap_counter
