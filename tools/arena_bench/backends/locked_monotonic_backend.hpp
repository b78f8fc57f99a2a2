#pragma once

#include <cstddef>
#include <string_view>

#include "backends/backend_allocator.hpp"
#include "peers/locked_monotonic.hpp"

namespace arena_bench {

/// What one writes by hand to share a monotonic resource: a mutex around it.
class locked_monotonic_backend {
public:
    static constexpr std::string_view name = "locked";
    static constexpr std::string_view label = "a mutex around std::pmr::monotonic_buffer_resource";
    static constexpr bool thread_safe = true;
    static constexpr bool drops_whole = true;

    template <typename T>
    using allocator = backend_allocator<T, locked_monotonic_backend>;

    explicit locked_monotonic_backend(std::size_t capacity) : bytes_{capacity} {}

    void* allocate(std::size_t bytes, std::size_t alignment) {
        return bytes_.take(bytes, alignment);
    }
    void deallocate(void* /*memory*/, std::size_t /*bytes*/, std::size_t /*alignment*/) {}
    void finish_round() { bytes_.reset(); }

    template <typename T>
    allocator<T> get_allocator() {
        return allocator<T>{*this};
    }

private:
    benchmarks::locked_monotonic bytes_;
};

}  // namespace arena_bench
