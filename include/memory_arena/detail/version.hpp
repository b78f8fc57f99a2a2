#pragma once

/// \file
/// The version, and the inline namespace that carries it into every symbol, so that objects built
/// against different versions, with and without exceptions, or with and without
/// MEMORY_ARENA_DLOPEN, fail to link instead of to run.

#define MEMORY_ARENA_VERSION_MAJOR 0
#define MEMORY_ARENA_VERSION_MINOR 1
#define MEMORY_ARENA_VERSION_PATCH 0

#if defined(__cpp_exceptions) && defined(MEMORY_ARENA_DLOPEN)
#define MEMORY_ARENA_ABI v0_dlopen
#elif defined(__cpp_exceptions)
#define MEMORY_ARENA_ABI v0
#elif defined(MEMORY_ARENA_DLOPEN)
#define MEMORY_ARENA_ABI v0_dlopen_no_exceptions
#else
#define MEMORY_ARENA_ABI v0_no_exceptions
#endif

namespace memory_arena::inline MEMORY_ARENA_ABI {}
