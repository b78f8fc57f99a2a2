/* A user's program in C. */

#include <memory_arena/memory_arena.h>

#include <stdio.h>

int main(void) {
    const memory_arena_options_t options = {.struct_size = sizeof options, .capacity = 1 << 20};
    memory_arena_status status = MEMORY_ARENA_OK;
    memory_arena_t* arena = memory_arena_create(&options, &status);
    if (arena == NULL) {
        puts(memory_arena_status_text(status));
        return 1;
    }
    int* number = memory_arena_allocate(arena, sizeof *number, sizeof *number, &status);
    if (number == NULL || !memory_arena_contains(arena, number)) {
        puts("memory_arena_allocate: wrong place");
        return 1;
    }
    *number = 42;
    memory_arena_destroy(arena);
    return 0;
}
