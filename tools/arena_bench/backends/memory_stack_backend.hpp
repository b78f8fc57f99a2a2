#pragma once

#include <cstddef>
#include <foonathan/memory/memory_stack.hpp>
#include <string_view>

#include "backends/backend_allocator.hpp"

namespace arena_bench {

/// foonathan/memory's memory_stack, unwound to its bottom at the end of a round. It keeps the block
/// that it unwinds from, so it has one that is large enough, as the monotonic resources do.
class memory_stack_backend {
public:
    static constexpr std::string_view name = "memory_stack";
    static constexpr std::string_view label = "foonathan/memory's memory_stack";
    static constexpr bool thread_safe = false;
    static constexpr bool drops_whole = true;

    template <typename T>
    using allocator = backend_allocator<T, memory_stack_backend>;

    explicit memory_stack_backend(std::size_t capacity)
        : stack_{capacity + (std::size_t{1} << 16)}, bottom_{stack_.top()} {}

    void* allocate(std::size_t bytes, std::size_t alignment) {
        return stack_.allocate(bytes, alignment);
    }
    void deallocate(void* /*memory*/, std::size_t /*bytes*/, std::size_t /*alignment*/) {}
    void finish_round() { stack_.unwind(bottom_); }

    template <typename T>
    allocator<T> get_allocator() {
        return allocator<T>{*this};
    }

private:
    foonathan::memory::memory_stack<> stack_;
    foonathan::memory::memory_stack<>::marker bottom_;
};

}  // namespace arena_bench
