#include <cstddef>
#include <cstdlib>
#include <new>

#include "faults/record.hpp"

// The standard library's other forms, but for those of larger alignment, call these.

void* operator new(std::size_t bytes) {
    const bool refuses = faults::refusal_of(faults::call::take_from_heap) != 0;
    void* const block = refuses ? nullptr : std::malloc(bytes == 0 ? 1 : bytes);
    if (block == nullptr) {
        throw std::bad_alloc();
    }
    return block;
}

void operator delete(void* block) noexcept { std::free(block); }
void operator delete(void* block, std::size_t /*bytes*/) noexcept { std::free(block); }
