/// The loops whose machine code check_codegen reads.

#include <memory_arena/arena.hpp>
#include <memory_arena/lease.hpp>

#include <cstddef>
#include <cstdint>

namespace {

template <class T>
void keep(T* value) {
    asm volatile("" : : "r"(value));
}

}  // namespace

extern "C" {

void arena_objects(memory_arena::arena& source, std::size_t count) {
    for (std::size_t index = 0; index < count; ++index) {
        keep(source.new_object<std::int64_t>(42));
    }
}

void arena_aligned_16(memory_arena::arena& source, std::size_t count) {
    for (std::size_t index = 0; index < count; ++index) {
        keep(source.allocate_bytes(24, 16));
    }
}

void arena_try_bytes(memory_arena::arena& source, std::size_t count, std::size_t bytes) {
    for (std::size_t index = 0; index < count; ++index) {
        keep(source.try_allocate_bytes(bytes, 8));
    }
}

void lease_objects(memory_arena::arena_lease& source, std::size_t count) {
    for (std::size_t index = 0; index < count; ++index) {
        keep(source.new_object<std::int64_t>(42));
    }
}

void lease_aligned_16(memory_arena::arena_lease& source, std::size_t count) {
    for (std::size_t index = 0; index < count; ++index) {
        keep(source.allocate_bytes(24, 16));
    }
}

void cpu_arena_objects(memory_arena::cpu_arena& source, std::size_t count) {
    for (std::size_t index = 0; index < count; ++index) {
        keep(source.new_object<std::int64_t>(42));
    }
}

void cpu_arena_aligned_16(memory_arena::cpu_arena& source, std::size_t count) {
    for (std::size_t index = 0; index < count; ++index) {
        keep(source.allocate_bytes(24, 16));
    }
}
}
