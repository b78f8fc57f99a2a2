#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>

namespace benchmarks {

/// The C library's, as it comes.
class malloc_and_free {
public:
    void* take(std::size_t bytes) {
        void* const block = std::malloc(bytes);
        if (block == nullptr) {
            throw std::bad_alloc();
        }
        return block;
    }
    std::int64_t* make(std::int64_t value) {
        return ::new (take(sizeof(std::int64_t))) std::int64_t(value);
    }
    void give_back(void* block, std::size_t /*bytes*/) { std::free(block); }
};

}  // namespace benchmarks
