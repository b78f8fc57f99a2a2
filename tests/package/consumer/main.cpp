// A user's program: the arena by itself, and under a std::pmr container.

#include <memory_arena/arena.hpp>
#include <memory_arena/memory_resource.hpp>

#include <cstdio>
#include <vector>

// Sloppy on purpose (an unused parameter, an old-style cast): our warnings are not the user's.
static int sloppy(int unused) {
    long wide = 42;
    return (int)wide;
}

int main() {
    memory_arena::arena arena{1 << 20};

    const int* value = arena.new_object<int>(sloppy(0));
    if (*value != 42) {
        std::puts("new_object: wrong value");
        return 1;
    }
    if (!arena.contains(value)) {
        std::puts("new_object: not in the arena");
        return 1;
    }
    arena.reset();

    std::pmr::vector<int> numbers{arena.resource()};
    for (int i = 0; i < 1000; ++i) {
        numbers.push_back(i);
    }
    if (numbers.back() != 999 || !arena.contains(numbers.data())) {
        std::puts("pmr: wrong value or place");
        return 1;
    }
    return 0;
}
