#pragma once

#include <memory_arena/detail/compiler.hpp>
#include <memory_arena/detail/version.hpp>

/// \file
/// The one place that knows whether exceptions exist (rank 0). Without them, what would be thrown
/// goes to the failure handler (errors.hpp), and then the process aborts.

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

/// Calls the failure handler with `text`, then aborts.
[[noreturn]] MEMORY_ARENA_API void fail(const char* text) noexcept;

#if defined(__cpp_exceptions)

template <class Exception>
[[noreturn]] void raise(Exception&& exception) {
    throw static_cast<Exception&&>(exception);
}

#else

template <class Exception>
[[noreturn]] void raise(Exception&& exception) {
    fail(exception.what());
}

#endif

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
