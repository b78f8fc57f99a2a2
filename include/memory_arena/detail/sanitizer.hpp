#pragma once

/// \file
/// The one place that knows which sanitizer this build is for (rank 0).

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define MEMORY_ARENA_UNDER_TSAN 1
#endif
#endif

#if defined(__SANITIZE_THREAD__)
#define MEMORY_ARENA_UNDER_TSAN 1
#endif
