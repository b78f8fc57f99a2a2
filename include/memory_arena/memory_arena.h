#pragma once

/**
 * \file
 * The C interface: the arena for C11, and for all that calls C.
 *
 *     memory_arena_options_t options = {.struct_size = sizeof options, .capacity = 64 << 20};
 *     memory_arena_t* arena = memory_arena_create(&options, NULL);
 *     double* numbers = memory_arena_allocate(arena, 100 * sizeof(double), alignof(double), NULL);
 *     memory_arena_reset(arena, MEMORY_ARENA_KEEP_ALL);
 *     memory_arena_destroy(arena);
 *
 * Said once for all calls: sizes and alignments are in bytes. No exception leaves one, and a
 * callback must neither throw nor longjmp. Which calls may run together, from any threads, is what
 * <memory_arena/arena.hpp> says of its own: those that allocate, query and trim; not reset beside
 * what allocates, and nothing beside destroy. A null pointer where an arena is due is
 * MEMORY_ARENA_INVALID_ARGUMENT, or 0 from what returns no status. Any other wrong pointer is not
 * noticed.
 *
 * What stands here keeps its meaning, its layout and its numbers. What is added comes behind, and
 * a struct says by its first member how much of it its user knows. The symbols carry no version and
 * no mode: a program runs with any later library, built with exceptions, without, or checked.
 */

// NOLINTBEGIN(modernize-*,readability-identifier-naming): in C

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MEMORY_ARENA_C_API __attribute__((visibility("default")))
#define MEMORY_ARENA_C_RESULT __attribute__((warn_unused_result))

#ifdef __cplusplus
#define MEMORY_ARENA_C_NOEXCEPT noexcept
extern "C" {
#else
#define MEMORY_ARENA_C_NOEXCEPT
#endif

/** An arena. */
typedef struct memory_arena_s memory_arena_t;

/** What became of a call: 0, one of these, or -errno where the system refused what it was asked. */
typedef int32_t memory_arena_status;
enum {
    MEMORY_ARENA_OK = 0,
    MEMORY_ARENA_INVALID_ARGUMENT = 1, /**< an argument, or an option, outside its range */
    MEMORY_ARENA_EXHAUSTED = 2         /**< the arena has no such room; it is unchanged */
};

/** A text for people, which is there for ever: never null. For a refusal of the system it doesn't
 * say which; strerror(-status) does. Thread safe. */
MEMORY_ARENA_C_API const char* memory_arena_status_text(memory_arena_status status)
    MEMORY_ARENA_C_NOEXCEPT;

/** The library's version, as "0.1.0". */
MEMORY_ARENA_C_API const char* memory_arena_version(void) MEMORY_ARENA_C_NOEXCEPT;

/** memory_arena_options_t::pages. */
enum {
    MEMORY_ARENA_PAGES_STANDARD = 0,
    MEMORY_ARENA_PAGES_TRANSPARENT_HUGE = 1,
    MEMORY_ARENA_PAGES_EXPLICIT_HUGE = 2
};

/** memory_arena_options_t::numa. */
enum {
    MEMORY_ARENA_NUMA_FIRST_TOUCH = 0,
    MEMORY_ARENA_NUMA_INTERLEAVE = 1,
    MEMORY_ARENA_NUMA_BIND = 2
};

/** memory_arena_options_t::flags, which may be or-ed. */
enum {
    MEMORY_ARENA_LANES_PER_CPU = 1,           /**< a cpu_arena in place of an arena */
    MEMORY_ARENA_EXCLUDE_FROM_CORE_DUMPS = 2, /**< the others as arena_options has them */
    MEMORY_ARENA_NAMED_MAPPINGS = 4,
    MEMORY_ARENA_WIPE_AT_RESET = 8,
    MEMORY_ARENA_LISTED = 16
};

/** memory_arena_usage_t::path: how the arena finds the memory of an allocation. */
enum {
    MEMORY_ARENA_PATH_PER_THREAD = 0,
    MEMORY_ARENA_PATH_MM_CID = 1,
    MEMORY_ARENA_PATH_CPU_ID = 2,
    MEMORY_ARENA_PATH_SHARDS = 3
};

/** An arena's figures; <memory_arena/usage.hpp> says what each means. */
typedef struct memory_arena_usage_s {
    size_t struct_size; /**< sizeof(memory_arena_usage_t), by the caller */
    size_t reserved;
    size_t committed;
    size_t used;
    size_t slack;
    size_t peak;
    size_t lanes;
    size_t budget;
    size_t refused;
    uint64_t generation;
    uint64_t refills;
    uint32_t pages; /**< MEMORY_ARENA_PAGES_... */
    uint32_t path;  /**< MEMORY_ARENA_PATH_... */
} memory_arena_usage_t;

typedef void (*memory_arena_callback)(void* context);
typedef void (*memory_arena_soft_limit_callback)(void* context, const memory_arena_usage_t* now);
typedef void (*memory_arena_prefault_callback)(void* context, size_t done, size_t all);

/**
 * What an arena is made from. 0, or null, is the default of every member but the first and the
 * capacity, so an initialiser names what differs. <memory_arena/arena_options.hpp> says what each
 * means and its range.
 */
typedef struct memory_arena_options_s {
    size_t struct_size;  /**< sizeof(memory_arena_options_t) */
    size_t capacity;     /**< of the reserve; 0 with a buffer */
    const char* name;    /**< copied: its first 63 bytes */
    void* buffer;        /**< the caller's own memory, which outlives the arena */
    size_t buffer_bytes; /**< 0 without a buffer */
    size_t shard_count;
    size_t max_tlab_bytes;
    size_t lane_count;
    size_t budget;
    size_t soft_limit;
    /** Not with MEMORY_ARENA_LANES_PER_CPU, where no call of C would make it. */
    memory_arena_soft_limit_callback on_soft_limit;
    void* soft_limit_context;
    size_t prefault_bytes;
    memory_arena_prefault_callback on_prefault;
    void* prefault_context;
    size_t quarantine;
    uint64_t numa_nodes;
    uint32_t numa;     /**< MEMORY_ARENA_NUMA_... */
    uint32_t pages;    /**< MEMORY_ARENA_PAGES_... */
    uint32_t flags;    /**< MEMORY_ARENA_LANES_PER_CPU and so on */
    uint32_t reserved; /**< 0 */
} memory_arena_options_t;

/**
 * A new arena, or null, and why in `status`, unless that is null: MEMORY_ARENA_INVALID_ARGUMENT
 * (also for flags and later members that this library doesn't know), or what the system said. Takes
 * some tens of microseconds. A struct_size that ends before a member leaves it at its default; it
 * covers the capacity, is a multiple of sizeof(size_t) and at most 4096.
 */
MEMORY_ARENA_C_RESULT MEMORY_ARENA_C_API memory_arena_t* memory_arena_create(
    const memory_arena_options_t* options, memory_arena_status* status) MEMORY_ARENA_C_NOEXCEPT;

/** Runs what a reset would run, and gives the reserve back to the system. Of null: nothing. */
MEMORY_ARENA_C_API void memory_arena_destroy(memory_arena_t* arena) MEMORY_ARENA_C_NOEXCEPT;

/**
 * `bytes` uninitialised bytes at `alignment`, any power of two, which live until the next reset; or
 * null, and why in `status`, unless that is null: MEMORY_ARENA_EXHAUSTED or
 * MEMORY_ARENA_INVALID_ARGUMENT (the alignment). `status` is MEMORY_ARENA_OK otherwise. Zero bytes
 * give a pointer that isn't null and that nothing may be read from, and take nothing.
 *
 * Thread safe. O(1): some nanoseconds. In an arena with MEMORY_ARENA_LANES_PER_CPU it is
 * async-signal-safe.
 */
MEMORY_ARENA_C_RESULT MEMORY_ARENA_C_API void* memory_arena_allocate(
    memory_arena_t* arena, size_t bytes, size_t alignment,
    memory_arena_status* status) MEMORY_ARENA_C_NOEXCEPT;

/**
 * Takes back the `bytes` at `block`, as this thread allocated them in this generation, so that the
 * next request can have them, where they are the newest; else does nothing. Of null: nothing.
 * Thread safe, O(1).
 */
MEMORY_ARENA_C_API void memory_arena_deallocate(memory_arena_t* arena, void* block,
                                                size_t bytes) MEMORY_ARENA_C_NOEXCEPT;

/**
 * Has the block, of `bytes`, grow to `wanted` where it is. False, and nothing changed, where
 * something stands behind it, and for a block of 0 bytes: then a new block and a copy are due. What
 * is added is zeros. To fewer bytes: true, and the rest is used again where nothing stands behind.
 * Thread safe as memory_arena_deallocate; O(bytes added).
 */
MEMORY_ARENA_C_RESULT MEMORY_ARENA_C_API bool memory_arena_try_extend(
    memory_arena_t* arena, void* block, size_t bytes, size_t wanted) MEMORY_ARENA_C_NOEXCEPT;

/**
 * Has `callback(context)` called at the next reset, or when the arena is destroyed: what one thread
 * registered newest first. It may allocate and register again, both of which are served. Takes 32
 * bytes of the arena; MEMORY_ARENA_EXHAUSTED where there is no room. Thread safe, O(1).
 */
MEMORY_ARENA_C_RESULT MEMORY_ARENA_C_API memory_arena_status memory_arena_on_reset(
    memory_arena_t* arena, memory_arena_callback callback, void* context) MEMORY_ARENA_C_NOEXCEPT;

/** What a reset keeps of the pages that are committed: one of these, or a number of bytes. */
#define MEMORY_ARENA_KEEP_NONE 0
#define MEMORY_ARENA_KEEP_ALL SIZE_MAX
/** What recent generations used, and a little more. */
#define MEMORY_ARENA_KEEP_ADAPTIVE (SIZE_MAX - 1)

/**
 * Runs the callbacks, then ends the life of everything made in the arena, at once: O(1) in blocks,
 * threads and bytes. `keep` says what stays committed; MEMORY_ARENA_KEEP_ALL takes no system call.
 * The caller makes sure that nothing made before is still used. Called by a callback that a reset
 * runs it does nothing.
 */
MEMORY_ARENA_C_API memory_arena_status memory_arena_reset(memory_arena_t* arena,
                                                          size_t keep) MEMORY_ARENA_C_NOEXCEPT;

/** Gives the pages that lie behind both the frontier and `keep` bytes back to the system. Thread
 * safe, also beside allocations. O(pages). */
MEMORY_ARENA_C_API memory_arena_status memory_arena_trim(memory_arena_t* arena,
                                                         size_t keep) MEMORY_ARENA_C_NOEXCEPT;

/** Has the arena end at `bytes`, at most at its capacity: later requests beyond are exhausted.
 * Thread safe, O(1). */
MEMORY_ARENA_C_API memory_arena_status memory_arena_set_budget(memory_arena_t* arena, size_t bytes)
    MEMORY_ARENA_C_NOEXCEPT;

/** All figures, into `result`, whose struct_size the caller has set: at least the first two
 * members, a multiple of sizeof(size_t), and at most 4096. What this library doesn't know of it becomes 0. Thread
 * safe, O(lanes). */
MEMORY_ARENA_C_API memory_arena_status memory_arena_usage(
    const memory_arena_t* arena, memory_arena_usage_t* result) MEMORY_ARENA_C_NOEXCEPT;

/** Single figures, thread safe: of the reserve; asked for, with rounding; an upper bound of what
 * can still be had; O(1), O(lanes) and O(lanes). */
MEMORY_ARENA_C_API size_t memory_arena_capacity(const memory_arena_t* arena)
    MEMORY_ARENA_C_NOEXCEPT;
MEMORY_ARENA_C_API size_t memory_arena_used_bytes(const memory_arena_t* arena)
    MEMORY_ARENA_C_NOEXCEPT;
MEMORY_ARENA_C_API size_t memory_arena_remaining_bytes(const memory_arena_t* arena)
    MEMORY_ARENA_C_NOEXCEPT;

/** 1 at first; each reset adds 1. Thread safe, O(1). */
MEMORY_ARENA_C_API uint64_t memory_arena_generation(const memory_arena_t* arena)
    MEMORY_ARENA_C_NOEXCEPT;

/** Whether `pointer` points into the reserve (not: to something alive in it). Thread safe, O(1). */
MEMORY_ARENA_C_API bool memory_arena_contains(const memory_arena_t* arena,
                                              const void* pointer) MEMORY_ARENA_C_NOEXCEPT;

/** The option, as far as it was copied; valid as long as the arena. Thread safe, O(1). */
MEMORY_ARENA_C_API const char* memory_arena_name(const memory_arena_t* arena)
    MEMORY_ARENA_C_NOEXCEPT;

#ifdef __cplusplus
}
#endif

// NOLINTEND(modernize-*,readability-identifier-naming)
