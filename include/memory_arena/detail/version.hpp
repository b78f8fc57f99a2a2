#pragma once

/// \file
/// The version and the modes, and the inline namespace that carries them into every symbol, so that
/// objects built against different versions, with and without exceptions, MEMORY_ARENA_DLOPEN or
/// MEMORY_ARENA_CHECKED, fail to link instead of to run.

#define MEMORY_ARENA_VERSION_MAJOR 0
#define MEMORY_ARENA_VERSION_MINOR 1
#define MEMORY_ARENA_VERSION_PATCH 0

#if defined(MEMORY_ARENA_DLOPEN)
#define MEMORY_ARENA_ABI_DLOPEN _dlopen
#else
#define MEMORY_ARENA_ABI_DLOPEN
#endif

#if defined(__cpp_exceptions)
#define MEMORY_ARENA_ABI_EXCEPTIONS
#else
#define MEMORY_ARENA_ABI_EXCEPTIONS _no_exceptions
#endif

#if defined(MEMORY_ARENA_CHECKED)
#define MEMORY_ARENA_ABI_CHECKED _checked
#else
#define MEMORY_ARENA_ABI_CHECKED
#endif

// Two steps: what is joined is expanded first.
#define MEMORY_ARENA_JOINED(a, b, c, d) a##b##c##d
#define MEMORY_ARENA_JOIN(a, b, c, d) MEMORY_ARENA_JOINED(a, b, c, d)
#define MEMORY_ARENA_ABI \
    MEMORY_ARENA_JOIN(   \
        v0, MEMORY_ARENA_ABI_DLOPEN, MEMORY_ARENA_ABI_EXCEPTIONS, MEMORY_ARENA_ABI_CHECKED)

namespace memory_arena::inline MEMORY_ARENA_ABI {}
