#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>
#include <string_view>

namespace arena_bench {

/// The C library's malloc and free, as it comes; containers use std::allocator, which ends there
/// too.
class malloc_backend {
public:
    static constexpr std::string_view name = "malloc";
    static constexpr std::string_view label = "glibc malloc and free";
    static constexpr bool thread_safe = true;
    static constexpr bool drops_whole = false;

    template <typename T>
    using allocator = std::allocator<T>;

    explicit malloc_backend(std::size_t /*capacity*/) {}

    void* allocate(std::size_t bytes, std::size_t alignment) {
        void* const memory = alignment <= alignof(std::max_align_t)
                                 ? std::malloc(bytes)
                                 : std::aligned_alloc(alignment, bytes);
        if (memory == nullptr) throw std::bad_alloc{};
        return memory;
    }
    void deallocate(void* memory, std::size_t /*bytes*/, std::size_t /*alignment*/) {
        std::free(memory);
    }
    void finish_round() {}

    template <typename T>
    allocator<T> get_allocator() {
        return {};
    }
};

}  // namespace arena_bench
