#include <cstddef>
#include <cstdlib>
#include <new>

#include "faults/record.hpp"

// The forms for arrays call these. (Nothing of the library's asks for a larger alignment.)

namespace {

void* take(std::size_t bytes) noexcept {
    const bool refuses = faults::refusal_of(faults::call::take_from_heap) != 0;
    return refuses ? nullptr : std::malloc(bytes == 0 ? 1 : bytes);
}

}  // namespace

void* operator new(std::size_t bytes) {
    void* const block = take(bytes);
    if (block == nullptr) {
        throw std::bad_alloc();
    }
    return block;
}

void* operator new(std::size_t bytes, const std::nothrow_t& /*tag*/) noexcept {
    return take(bytes);
}

void operator delete(void* block) noexcept { std::free(block); }
void operator delete(void* block, std::size_t /*bytes*/) noexcept { std::free(block); }
void operator delete(void* block, const std::nothrow_t& /*tag*/) noexcept { std::free(block); }
