#pragma once

#include <cstddef>
#include <string_view>

#include <memory_arena/allocator.hpp>
#include <memory_arena/arena.hpp>

namespace arena_bench {

/// The library itself: one memory_arena::arena, shared by every thread of a round.
class arena_backend {
public:
    static constexpr std::string_view name = "arena";
    static constexpr std::string_view label = "memory_arena::arena, shared by all threads";
    static constexpr bool thread_safe = true;
    static constexpr bool drops_whole = true;

    template <typename T>
    using allocator = memory_arena::arena_allocator<T>;

    explicit arena_backend(std::size_t capacity) : arena_{capacity} {}

    void* allocate(std::size_t bytes, std::size_t alignment) {
        return arena_.allocate_bytes(bytes, alignment);
    }
    void deallocate(void* /*memory*/, std::size_t /*bytes*/, std::size_t /*alignment*/) {}
    void finish_round() { arena_.reset(); }

    template <typename T>
    allocator<T> get_allocator() {
        return allocator<T>{arena_};
    }

private:
    memory_arena::arena arena_;
};

}  // namespace arena_bench
