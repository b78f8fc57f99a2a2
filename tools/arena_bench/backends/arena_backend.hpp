#pragma once

#include <cstddef>
#include <string_view>

#include <memory_arena/allocator.hpp>
#include <memory_arena/arena.hpp>

namespace arena_bench {

/// The library itself: one arena, shared by every thread of a round.
template <typename Arena>
class any_arena_backend {
public:
    static constexpr bool thread_safe = true;
    static constexpr bool drops_whole = true;
    static constexpr bool ours = true;

    template <typename T>
    using allocator = memory_arena::arena_allocator<T, Arena>;

    explicit any_arena_backend(std::size_t capacity) : arena_{capacity} {}

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
    Arena arena_;
};

class arena_backend : public any_arena_backend<memory_arena::arena> {
public:
    static constexpr std::string_view name = "arena";
    static constexpr std::string_view label = "memory_arena::arena, shared by all threads";
    using any_arena_backend::any_arena_backend;
};

class cpu_arena_backend : public any_arena_backend<memory_arena::cpu_arena> {
public:
    static constexpr std::string_view name = "cpu_arena";
    static constexpr std::string_view label = "memory_arena::cpu_arena, one lane a CPU";
    using any_arena_backend::any_arena_backend;
};

}  // namespace arena_bench
