/* Each function of the C interface, from C11: what it does, and what it says of wrong arguments. */

#include <memory_arena/memory_arena.h>

#include <errno.h>
#include <pthread.h>
#include <stdalign.h>
#include <string.h>
#include <sys/resource.h>

#include "checks.h"

enum { mebibyte = 1 << 20, thread_count = 4 };

/* Under AddressSanitizer an arena is quarantined, and a reset gives all pages back. */
#ifdef UNDER_A_SANITIZER
#define KEEPS_NOTHING true
#else
#define KEEPS_NOTHING false
#endif

static memory_arena_t* make(size_t capacity) {
    const memory_arena_options_t options = {.struct_size = sizeof options, .capacity = capacity};
    memory_arena_status status = -1;
    memory_arena_t* arena = memory_arena_create(&options, &status);
    CHECK(arena != NULL && status == MEMORY_ARENA_OK);
    return arena;
}

static bool aligned(const void* pointer, size_t alignment) {
    return (uintptr_t)pointer % alignment == 0;
}

static void allocates(uint32_t flags) {
    const memory_arena_options_t options = {
        .struct_size = sizeof options, .capacity = mebibyte, .flags = flags};
    memory_arena_t* arena = memory_arena_create(&options, NULL);
    CHECK(arena != NULL);
    CHECK(memory_arena_capacity(arena) == mebibyte);
    for (size_t alignment = 1; alignment <= 8192; alignment *= 2) {
        memory_arena_status status = -1;
        unsigned char* block = memory_arena_allocate(arena, 100, alignment, &status);
        CHECK(block != NULL && status == MEMORY_ARENA_OK);
        CHECK(aligned(block, alignment));
        CHECK(memory_arena_contains(arena, block) && memory_arena_contains(arena, block + 99));
        memset(block, 0xAB, 100);
    }
    CHECK(memory_arena_used_bytes(arena) >= 14 * 100);
    CHECK(memory_arena_remaining_bytes(arena) == mebibyte - memory_arena_used_bytes(arena));
    int local = 0;
    CHECK(!memory_arena_contains(arena, &local) && !memory_arena_contains(arena, NULL));

    const size_t used = memory_arena_used_bytes(arena);
    void* none = memory_arena_allocate(arena, 0, 64, NULL);
    CHECK(none != NULL && aligned(none, 64) && memory_arena_used_bytes(arena) == used);

    /* Wrong alignments, and more than there is: the arena stays as it is. */
    const size_t wrong[] = {0, 3, 24, SIZE_MAX};
    for (size_t index = 0; index < sizeof wrong / sizeof *wrong; ++index) {
        memory_arena_status status = -1;
        CHECK(memory_arena_allocate(arena, 8, wrong[index], &status) == NULL);
        CHECK(status == MEMORY_ARENA_INVALID_ARGUMENT);
        CHECK(memory_arena_allocate(arena, 8, wrong[index], NULL) == NULL);
    }
    const size_t too_much[] = {mebibyte, SIZE_MAX / 2, SIZE_MAX - 7, SIZE_MAX};
    for (size_t index = 0; index < sizeof too_much / sizeof *too_much; ++index) {
        memory_arena_status status = -1;
        CHECK(memory_arena_allocate(arena, too_much[index], 16, &status) == NULL);
        CHECK(status == MEMORY_ARENA_EXHAUSTED);
    }
    CHECK(memory_arena_used_bytes(arena) == used);
    CHECK(memory_arena_allocate(arena, 8, 8, NULL) != NULL);
    memory_arena_destroy(arena);
}

/* Not for certain in one with lanes per CPU: a thread may change its CPU between two calls. */
static void takes_back_and_extends(void) {
    memory_arena_t* arena = make(mebibyte);
    unsigned char* older = memory_arena_allocate(arena, 48, 16, NULL);
    unsigned char* newest = memory_arena_allocate(arena, 48, 16, NULL);
    memory_arena_deallocate(arena, newest, 48);
    CHECK(memory_arena_allocate(arena, 48, 16, NULL) == newest);
    memory_arena_deallocate(arena, NULL, 48);

    memset(newest, 7, 48);
    CHECK(memory_arena_try_extend(arena, newest, 48, 96));
    CHECK(newest[47] == 7 && newest[48] == 0 && newest[95] == 0);
    CHECK(!memory_arena_try_extend(arena, older, 48, 64));
    CHECK(!memory_arena_try_extend(arena, newest, 96, SIZE_MAX));
    CHECK(!memory_arena_try_extend(arena, NULL, 0, 64));
    CHECK(memory_arena_try_extend(arena, newest, 96, 16));
    memory_arena_destroy(arena);
}

static char order[8];
static void note(void* name) { order[strlen(order)] = *(const char*)name; }

static void note_and_go_on(void* arena) {
    static char x[] = "x";
    static char y[] = "y";
    note(x);
    /* Within a reset: it may allocate and register, both of which are served. */
    CHECK(memory_arena_allocate(arena, 100, 8, NULL) != NULL);
    CHECK(memory_arena_on_reset(arena, note, y) == MEMORY_ARENA_OK);
}

static void calls_back_newest_first(void) {
    static char a[] = "a";
    static char b[] = "b";
    static char c[] = "c";
    memory_arena_t* arena = make(mebibyte);
    CHECK(memory_arena_on_reset(arena, note, a) == MEMORY_ARENA_OK);
    CHECK(memory_arena_on_reset(arena, note, b) == MEMORY_ARENA_OK);
    CHECK(memory_arena_on_reset(arena, note, c) == MEMORY_ARENA_OK);
    CHECK(strcmp(order, "") == 0);
    CHECK(memory_arena_reset(arena, MEMORY_ARENA_KEEP_NONE) == MEMORY_ARENA_OK);
    CHECK(strcmp(order, "cba") == 0);
    CHECK(memory_arena_reset(arena, MEMORY_ARENA_KEEP_ALL) == MEMORY_ARENA_OK);
    CHECK(strcmp(order, "cba") == 0);

    CHECK(memory_arena_set_budget(arena, 0) == MEMORY_ARENA_OK);
    while (memory_arena_allocate(arena, 8, 8, NULL) != NULL) {
    }
    CHECK(memory_arena_on_reset(arena, note, a) == MEMORY_ARENA_EXHAUSTED);
    CHECK(memory_arena_set_budget(arena, mebibyte) == MEMORY_ARENA_OK);
    CHECK(memory_arena_on_reset(arena, note_and_go_on, arena) == MEMORY_ARENA_OK);
    memory_arena_destroy(arena);
    CHECK(strcmp(order, "cbaxy") == 0);
}

static void resets(uint32_t flags) {
    const memory_arena_options_t options = {
        .struct_size = sizeof options, .capacity = mebibyte, .flags = flags};
    memory_arena_t* arena = memory_arena_create(&options, NULL);
    const size_t keeps[] = {MEMORY_ARENA_KEEP_ALL, 256 * 1024, MEMORY_ARENA_KEEP_NONE};
    const size_t committed[] = {512 * 1024, 256 * 1024, 0};
    for (size_t index = 0; index < 3; ++index) {
        CHECK(memory_arena_generation(arena) == index + 1);
        void* block = memory_arena_allocate(arena, 512 * 1024, 8, NULL);
        CHECK(block != NULL);
        memset(block, 1, 512 * 1024);
        CHECK(memory_arena_reset(arena, keeps[index]) == MEMORY_ARENA_OK);
        memory_arena_usage_t now = {.struct_size = sizeof now};
        CHECK(memory_arena_usage(arena, &now) == MEMORY_ARENA_OK);
        CHECK(now.used == 0 && now.committed <= committed[index] + 4096);
        CHECK(now.committed + 4096 >= committed[index] || KEEPS_NOTHING);
    }
    CHECK(memory_arena_reset(arena, MEMORY_ARENA_KEEP_ADAPTIVE) == MEMORY_ARENA_OK);
    CHECK(memory_arena_generation(arena) == 5);
    memory_arena_destroy(arena);
}

static void trims_and_ends_at_its_budget(void) {
    memory_arena_t* arena = make(mebibyte);
    CHECK(memory_arena_allocate(arena, 512 * 1024, 8, NULL) != NULL);
    CHECK(memory_arena_reset(arena, MEMORY_ARENA_KEEP_ALL) == MEMORY_ARENA_OK);
    memory_arena_usage_t now = {.struct_size = sizeof now};
    CHECK(memory_arena_usage(arena, &now) == MEMORY_ARENA_OK);
    CHECK(now.committed >= 512 * 1024 || KEEPS_NOTHING);
    CHECK(memory_arena_trim(arena, 64 * 1024) == MEMORY_ARENA_OK);
    CHECK(memory_arena_usage(arena, &now) == MEMORY_ARENA_OK);
    CHECK(now.committed == 64 * 1024 || KEEPS_NOTHING);
    CHECK(memory_arena_set_budget(arena, 128 * 1024) == MEMORY_ARENA_OK);
    CHECK(memory_arena_usage(arena, &now) == MEMORY_ARENA_OK && now.budget == 128 * 1024);
    memory_arena_status status = MEMORY_ARENA_OK;
    CHECK(memory_arena_allocate(arena, 256 * 1024, 8, &status) == NULL);
    CHECK(status == MEMORY_ARENA_EXHAUSTED);
    memory_arena_destroy(arena);
}

static void tells_its_figures(void) {
    memory_arena_t* arena = make(mebibyte);
    CHECK(memory_arena_allocate(arena, 1000, 8, NULL) != NULL);
    memory_arena_usage_t now = {.struct_size = sizeof now};
    CHECK(memory_arena_usage(arena, &now) == MEMORY_ARENA_OK);
    CHECK(now.struct_size == sizeof now && now.reserved == mebibyte);
    CHECK(now.used >= 1000 && now.used == memory_arena_used_bytes(arena));
    CHECK(now.used + now.slack <= now.peak && now.peak <= now.committed);
    CHECK(now.generation == 1 && now.budget == mebibyte && now.refused == 0);
    CHECK(now.pages == MEMORY_ARENA_PAGES_STANDARD && now.path == MEMORY_ARENA_PATH_PER_THREAD);

    /* A caller of an older version, and one of a newer. */
    struct {
        memory_arena_usage_t known;
        uint64_t unknown[2];
    } newer;
    memset(&newer, 0xFF, sizeof newer);
    newer.known.struct_size = sizeof newer;
    CHECK(memory_arena_usage(arena, &newer.known) == MEMORY_ARENA_OK);
    CHECK(newer.known.struct_size == sizeof newer && newer.known.reserved == mebibyte);
    CHECK(newer.unknown[0] == 0 && newer.unknown[1] == 0);

    memory_arena_usage_t older;
    memset(&older, 0xFF, sizeof older);
    older.struct_size = offsetof(memory_arena_usage_t, used);
    CHECK(memory_arena_usage(arena, &older) == MEMORY_ARENA_OK);
    CHECK(older.reserved == mebibyte && older.used == SIZE_MAX);

    const size_t wrong[] = {0, 1, sizeof(size_t), sizeof now - 1, 4096 + 8, SIZE_MAX - 7};
    for (size_t index = 0; index < sizeof wrong / sizeof *wrong; ++index) {
        memory_arena_usage_t odd = {.struct_size = wrong[index], .used = 17};
        CHECK(memory_arena_usage(arena, &odd) == MEMORY_ARENA_INVALID_ARGUMENT);
        CHECK(odd.used == 17);
    }
    memory_arena_destroy(arena);
}

static size_t soft_limit_seen;
static void see_soft_limit(void* context, const memory_arena_usage_t* now) {
    CHECK(context == &soft_limit_seen && now->struct_size == sizeof *now);
    soft_limit_seen = now->used + now->slack;
}

static void refuses(const memory_arena_options_t* options, memory_arena_status expected) {
    memory_arena_status status = MEMORY_ARENA_OK;
    CHECK(memory_arena_create(options, &status) == NULL);
    CHECK(status == expected);
    CHECK(memory_arena_create(options, NULL) == NULL);
}

static void refuses_bad_options(void) {
    const memory_arena_options_t good = {.struct_size = sizeof good, .capacity = mebibyte};
    char buffer[4096];
    memory_arena_options_t bad[21];
    size_t count = 0;
#define BAD(member, value) (bad[count] = good, bad[count].member = (value), ++count)
    BAD(struct_size, 0);
    BAD(struct_size, sizeof(size_t));
    BAD(struct_size, sizeof good - 1);
    BAD(struct_size, 4096 + 8);
    BAD(struct_size, SIZE_MAX - 7);
    BAD(capacity, 0);
    BAD(capacity, SIZE_MAX);
    BAD(buffer, buffer); /* and a capacity */
    BAD(buffer_bytes, 100);
    BAD(shard_count, 65);
    BAD(max_tlab_bytes, 1);
    BAD(lane_count, 4097);
    BAD(pages, 3);
    BAD(numa, 3);
    BAD(numa, MEMORY_ARENA_NUMA_BIND); /* to no node */
    BAD(flags, 32);
    BAD(flags, UINT32_MAX);
    BAD(reserved, 1);
    BAD(quarantine, 256);
    BAD(quarantine, SIZE_MAX);
    BAD(on_soft_limit, see_soft_limit);
    bad[count - 1].flags = MEMORY_ARENA_LANES_PER_CPU;
    CHECK(count == sizeof bad / sizeof *bad);
    for (size_t index = 0; index < count; ++index) {
        refuses(&bad[index], MEMORY_ARENA_INVALID_ARGUMENT);
    }
    refuses(NULL, MEMORY_ARENA_INVALID_ARGUMENT);

    /* Options of a newer version: fine as long as what is unknown is 0. */
    struct {
        memory_arena_options_t known;
        uint64_t unknown[2];
    } newer = {.known = good};
    newer.known.struct_size = sizeof newer;
    memory_arena_t* arena = memory_arena_create(&newer.known, NULL);
    CHECK(arena != NULL);
    memory_arena_destroy(arena);
    newer.unknown[1] = 1;
    refuses(&newer.known, MEMORY_ARENA_INVALID_ARGUMENT);

    /* Of an older one: what it doesn't know is left at its default. */
    memory_arena_options_t older;
    memset(&older, 0xFF, sizeof older);
    older.struct_size = offsetof(memory_arena_options_t, name);
    older.capacity = mebibyte;
    arena = memory_arena_create(&older, NULL);
    CHECK(arena != NULL && strcmp(memory_arena_name(arena), "") == 0);
    memory_arena_destroy(arena);
}

static void says_what_the_system_refused(void) {
#ifndef UNDER_A_SANITIZER /* whose own memory the limit would be for, too */
    struct rlimit before;
    CHECK(getrlimit(RLIMIT_AS, &before) == 0);
    const struct rlimit low = {.rlim_cur = 256u << 20, .rlim_max = before.rlim_max};
    CHECK(setrlimit(RLIMIT_AS, &low) == 0);
    const memory_arena_options_t options = {
        .struct_size = sizeof options, .capacity = (size_t)1 << 30};
    refuses(&options, -ENOMEM);
    CHECK(setrlimit(RLIMIT_AS, &before) == 0);
#endif
}

static size_t prefault_seen;
static void see_prefault(void* context, size_t done, size_t all) {
    CHECK(context == &prefault_seen && done <= all);
    prefault_seen = all;
}

static void takes_all_options(void) {
    memory_arena_options_t options = {
        .struct_size = sizeof options,
        .capacity = 8 * mebibyte,
        .name = "options",
        .shard_count = 2,
        .max_tlab_bytes = 4096,
        .lane_count = 3,
        .budget = 4 * mebibyte,
        .soft_limit = mebibyte,
        .on_soft_limit = see_soft_limit,
        .soft_limit_context = &soft_limit_seen,
        .prefault_bytes = mebibyte,
        .on_prefault = see_prefault,
        .prefault_context = &prefault_seen,
        .pages = MEMORY_ARENA_PAGES_TRANSPARENT_HUGE,
        .flags = MEMORY_ARENA_EXCLUDE_FROM_CORE_DUMPS | MEMORY_ARENA_NAMED_MAPPINGS |
                 MEMORY_ARENA_WIPE_AT_RESET | MEMORY_ARENA_LISTED};
    memory_arena_t* arena = memory_arena_create(&options, NULL);
    CHECK(arena != NULL);
    CHECK(strcmp(memory_arena_name(arena), "options") == 0);
    CHECK(prefault_seen == mebibyte);
    memory_arena_usage_t now = {.struct_size = sizeof now};
    CHECK(memory_arena_usage(arena, &now) == MEMORY_ARENA_OK);
    CHECK(now.budget == 4 * mebibyte && now.committed >= mebibyte);
    CHECK(memory_arena_remaining_bytes(arena) == 4 * mebibyte);
    unsigned char* block = memory_arena_allocate(arena, 2 * mebibyte, 64, NULL);
    CHECK(block != NULL && soft_limit_seen >= 2 * mebibyte);
    block[0] = 1;
    CHECK(memory_arena_allocate(arena, 3 * mebibyte, 64, NULL) == NULL);
    CHECK(memory_arena_reset(arena, MEMORY_ARENA_KEEP_ALL) == MEMORY_ARENA_OK);
    memory_arena_destroy(arena);

    /* A soft limit without a call, a name that is cut off, and a buffer. */
    static alignas(16) char buffer[64 * 1024];
    char long_name[100];
    memset(long_name, 'n', sizeof long_name);
    long_name[99] = 0;
    options = (memory_arena_options_t){
        .struct_size = sizeof options,
        .buffer = buffer,
        .buffer_bytes = sizeof buffer,
        .name = long_name,
        .soft_limit = 1024};
    arena = memory_arena_create(&options, NULL);
    CHECK(arena != NULL && strlen(memory_arena_name(arena)) == 63);
    block = memory_arena_allocate(arena, 4096, 64, NULL);
    CHECK(block >= (unsigned char*)buffer &&
          block + 4096 <= (unsigned char*)buffer + sizeof buffer);
    CHECK(memory_arena_contains(arena, buffer));
    memory_arena_destroy(arena);

    options = (memory_arena_options_t){
        .struct_size = sizeof options, .capacity = mebibyte, .quarantine = 2};
    arena = memory_arena_create(&options, NULL);
    CHECK(arena != NULL && memory_arena_allocate(arena, 8, 8, NULL) != NULL);
    memory_arena_destroy(arena);
}

static void says_so_where_there_is_no_arena(void) {
    memory_arena_status status = MEMORY_ARENA_OK;
    int local = 0;
    memory_arena_usage_t now = {.struct_size = sizeof now};
    memory_arena_destroy(NULL);
    CHECK(memory_arena_allocate(NULL, 8, 8, &status) == NULL);
    CHECK(status == MEMORY_ARENA_INVALID_ARGUMENT);
    CHECK(memory_arena_allocate(NULL, 8, 8, NULL) == NULL);
    memory_arena_deallocate(NULL, &local, 4);
    CHECK(!memory_arena_try_extend(NULL, &local, 4, 8));
    CHECK(memory_arena_on_reset(NULL, note, &local) == MEMORY_ARENA_INVALID_ARGUMENT);
    CHECK(memory_arena_reset(NULL, 0) == MEMORY_ARENA_INVALID_ARGUMENT);
    CHECK(memory_arena_trim(NULL, 0) == MEMORY_ARENA_INVALID_ARGUMENT);
    CHECK(memory_arena_set_budget(NULL, 0) == MEMORY_ARENA_INVALID_ARGUMENT);
    CHECK(memory_arena_usage(NULL, &now) == MEMORY_ARENA_INVALID_ARGUMENT);
    CHECK(memory_arena_capacity(NULL) == 0 && memory_arena_used_bytes(NULL) == 0);
    CHECK(memory_arena_remaining_bytes(NULL) == 0 && memory_arena_generation(NULL) == 0);
    CHECK(!memory_arena_contains(NULL, &local) && memory_arena_name(NULL) == NULL);

    memory_arena_t* arena = make(mebibyte);
    CHECK(memory_arena_on_reset(arena, NULL, NULL) == MEMORY_ARENA_INVALID_ARGUMENT);
    CHECK(memory_arena_usage(arena, NULL) == MEMORY_ARENA_INVALID_ARGUMENT);
    memory_arena_destroy(arena);
}

static void has_texts(void) {
    unsigned major = 99;
    unsigned minor = 99;
    unsigned patch = 99;
    CHECK(sscanf(memory_arena_version(), "%u.%u.%u", &major, &minor, &patch) == 3);
    const memory_arena_status all[] = {
        MEMORY_ARENA_OK, MEMORY_ARENA_INVALID_ARGUMENT, MEMORY_ARENA_EXHAUSTED, -ENOMEM, 1000};
    for (size_t one = 0; one < sizeof all / sizeof *all; ++one) {
        for (size_t other = 0; other < one; ++other) {
            CHECK(strcmp(memory_arena_status_text(all[one]),
                         memory_arena_status_text(all[other])) != 0);
        }
    }
}

/* Threads: each writes its number all over its blocks, and finds it there in the end. */
enum { block_count = 2000 };

struct worker {
    pthread_t thread;
    memory_arena_t* arena;
    unsigned char number;
};

static void* work(void* context) {
    const struct worker* mine = context;
    unsigned char* blocks[block_count];
    for (size_t index = 0; index < block_count; ++index) {
        const size_t bytes = 1 + index % 100;
        blocks[index] = memory_arena_allocate(mine->arena, bytes, 8, NULL);
        CHECK(blocks[index] != NULL);
        memset(blocks[index], mine->number, bytes);
        if (index % 100 == 0) {
            CHECK(memory_arena_used_bytes(mine->arena) > 0);
        }
    }
    for (size_t index = 0; index < block_count; ++index) {
        for (size_t byte = 0; byte < 1 + index % 100; ++byte) {
            CHECK(blocks[index][byte] == mine->number);
        }
    }
    return NULL;
}

static void serves_threads(uint32_t flags) {
    const memory_arena_options_t options = {
        .struct_size = sizeof options, .capacity = 16 * mebibyte, .flags = flags};
    memory_arena_t* arena = memory_arena_create(&options, NULL);
    for (int round = 0; round < 5; ++round) {
        struct worker all[thread_count];
        for (unsigned index = 0; index < thread_count; ++index) {
            all[index].arena = arena;
            all[index].number = (unsigned char)(index + 1);
            CHECK(pthread_create(&all[index].thread, NULL, work, &all[index]) == 0);
        }
        for (unsigned index = 0; index < thread_count; ++index) {
            CHECK(pthread_join(all[index].thread, NULL) == 0);
        }
        CHECK(memory_arena_reset(arena, MEMORY_ARENA_KEEP_ALL) == MEMORY_ARENA_OK);
    }
    memory_arena_destroy(arena);
}

int main(void) {
    for (uint32_t flags = 0; flags <= MEMORY_ARENA_LANES_PER_CPU; ++flags) {
        allocates(flags);
        resets(flags);
        serves_threads(flags);
    }
    takes_back_and_extends();
    calls_back_newest_first();
    trims_and_ends_at_its_budget();
    tells_its_figures();
    refuses_bad_options();
    takes_all_options();
    says_so_where_there_is_no_arena();
    says_what_the_system_refused();
    has_texts();
    puts("c_api: all fine");
    return 0;
}
