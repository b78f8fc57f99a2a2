/* The interface as this compiler sees it: sizes, offsets and numbers, a line each. */

#include <memory_arena/memory_arena.h>

#include <stdio.h>

#define STRUCT(type) printf("struct %s %zu bytes\n", #type, sizeof(type))
#define MEMBER(type, member)                                                           \
    printf("member %s.%s at %zu, %zu bytes\n", #type, #member, offsetof(type, member), \
           sizeof(((type*)0)->member))
#define NUMBER(name) printf("number %s %lld\n", #name, (long long)(name))

int main(void) {
    STRUCT(memory_arena_options_t);
    MEMBER(memory_arena_options_t, struct_size);
    MEMBER(memory_arena_options_t, capacity);
    MEMBER(memory_arena_options_t, name);
    MEMBER(memory_arena_options_t, buffer);
    MEMBER(memory_arena_options_t, buffer_bytes);
    MEMBER(memory_arena_options_t, shard_count);
    MEMBER(memory_arena_options_t, max_tlab_bytes);
    MEMBER(memory_arena_options_t, lane_count);
    MEMBER(memory_arena_options_t, budget);
    MEMBER(memory_arena_options_t, soft_limit);
    MEMBER(memory_arena_options_t, on_soft_limit);
    MEMBER(memory_arena_options_t, soft_limit_context);
    MEMBER(memory_arena_options_t, prefault_bytes);
    MEMBER(memory_arena_options_t, on_prefault);
    MEMBER(memory_arena_options_t, prefault_context);
    MEMBER(memory_arena_options_t, quarantine);
    MEMBER(memory_arena_options_t, numa_nodes);
    MEMBER(memory_arena_options_t, numa);
    MEMBER(memory_arena_options_t, pages);
    MEMBER(memory_arena_options_t, flags);
    MEMBER(memory_arena_options_t, reserved);
    STRUCT(memory_arena_usage_t);
    MEMBER(memory_arena_usage_t, struct_size);
    MEMBER(memory_arena_usage_t, reserved);
    MEMBER(memory_arena_usage_t, committed);
    MEMBER(memory_arena_usage_t, used);
    MEMBER(memory_arena_usage_t, slack);
    MEMBER(memory_arena_usage_t, peak);
    MEMBER(memory_arena_usage_t, lanes);
    MEMBER(memory_arena_usage_t, budget);
    MEMBER(memory_arena_usage_t, refused);
    MEMBER(memory_arena_usage_t, generation);
    MEMBER(memory_arena_usage_t, refills);
    MEMBER(memory_arena_usage_t, pages);
    MEMBER(memory_arena_usage_t, path);
    STRUCT(memory_arena_status);
    NUMBER(MEMORY_ARENA_OK);
    NUMBER(MEMORY_ARENA_INVALID_ARGUMENT);
    NUMBER(MEMORY_ARENA_EXHAUSTED);
    NUMBER(MEMORY_ARENA_PAGES_STANDARD);
    NUMBER(MEMORY_ARENA_PAGES_TRANSPARENT_HUGE);
    NUMBER(MEMORY_ARENA_PAGES_EXPLICIT_HUGE);
    NUMBER(MEMORY_ARENA_NUMA_FIRST_TOUCH);
    NUMBER(MEMORY_ARENA_NUMA_INTERLEAVE);
    NUMBER(MEMORY_ARENA_NUMA_BIND);
    NUMBER(MEMORY_ARENA_LANES_PER_CPU);
    NUMBER(MEMORY_ARENA_EXCLUDE_FROM_CORE_DUMPS);
    NUMBER(MEMORY_ARENA_NAMED_MAPPINGS);
    NUMBER(MEMORY_ARENA_WIPE_AT_RESET);
    NUMBER(MEMORY_ARENA_LISTED);
    NUMBER(MEMORY_ARENA_PATH_PER_THREAD);
    NUMBER(MEMORY_ARENA_PATH_MM_CID);
    NUMBER(MEMORY_ARENA_PATH_CPU_ID);
    NUMBER(MEMORY_ARENA_PATH_SHARDS);
    NUMBER(MEMORY_ARENA_KEEP_NONE);
    NUMBER(MEMORY_ARENA_KEEP_ALL);
    NUMBER(MEMORY_ARENA_KEEP_ADAPTIVE);
    return 0;
}
