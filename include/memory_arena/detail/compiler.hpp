#pragma once

#include <memory_arena/detail/version.hpp>

/// \file
/// The only home of compiler attributes and of inline assembly (rank 0).

/// The bump must be part of its caller's loop: left to its own, Clang makes it a call.
#define MEMORY_ARENA_ALWAYS_INLINE [[gnu::always_inline]] inline

/// Everything that throws or refills stays out of line, away from the hot instructions.
#define MEMORY_ARENA_COLD [[gnu::cold, gnu::noinline]]

/// What the compiled half of the library exports; all else is hidden.
#define MEMORY_ARENA_API [[gnu::visibility("default")]]

/// A thread-local that is read at a fixed offset from the thread pointer, without a call. The C
/// library keeps few such bytes free for shared objects that dlopen brings in; MEMORY_ARENA_DLOPEN
/// does without, and leaves the choice to the compiler: -fPIC code then asks __tls_get_addr.
#if defined(MEMORY_ARENA_DLOPEN)
#define MEMORY_ARENA_TLS_MODEL
#define MEMORY_ARENA_HAS_FIXED_TLS 0
#else
#define MEMORY_ARENA_TLS_MODEL [[gnu::tls_model("initial-exec")]]
#define MEMORY_ARENA_HAS_FIXED_TLS 1
#endif

/// As a default argument: where the call stands. (Clang 14 has no std::source_location.)
#define MEMORY_ARENA_FILE_OF_CALL __builtin_FILE()
#define MEMORY_ARENA_LINE_OF_CALL static_cast<unsigned>(__builtin_LINE())

/// Spares the caller the test for null, and a placement new its own.
#define MEMORY_ARENA_RETURNS_NONNULL [[gnu::returns_nonnull]]

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

/// Whether a thread-local of ours is at the same offset from the thread pointer in every thread.
inline constexpr bool has_fixed_tls = MEMORY_ARENA_HAS_FIXED_TLS != 0;

/// Returns its argument, in a register that the compiler can't look through. Clang otherwise folds
/// the lane's address differently into the load and the store of a cursor, and the processor can't
/// forward the one to the other without delay (0.8 ns an allocation become 2.2).
template <class T>
MEMORY_ARENA_ALWAYS_INLINE T* pinned(T* pointer) noexcept {
    asm("" : "+r"(pointer));
    return pointer;
}

/// 1 or 0, in a register that the compiler can't look through: what is made of it takes no branch.
MEMORY_ARENA_ALWAYS_INLINE unsigned opaque(bool value) noexcept {
    unsigned result = value ? 1U : 0U;
    asm("" : "+r"(result));
    return result;
}

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
