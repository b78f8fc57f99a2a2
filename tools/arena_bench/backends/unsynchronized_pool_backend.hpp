#pragma once

#include <cstddef>
#include <memory_resource>
#include <string_view>

namespace arena_bench {

/// The standard library's pool for one thread. Freed object by object: release() would give all its
/// memory to the heap, and the next round would begin cold.
class unsynchronized_pool_backend {
public:
    static constexpr std::string_view name = "unsync_pool";
    static constexpr std::string_view label = "std::pmr::unsynchronized_pool_resource";
    static constexpr bool thread_safe = false;
    static constexpr bool drops_whole = false;

    template <typename T>
    using allocator = std::pmr::polymorphic_allocator<T>;

    explicit unsynchronized_pool_backend(std::size_t /*capacity*/) {}

    void* allocate(std::size_t bytes, std::size_t alignment) {
        return resource_.allocate(bytes, alignment);
    }
    void deallocate(void* memory, std::size_t bytes, std::size_t alignment) {
        resource_.deallocate(memory, bytes, alignment);
    }
    void finish_round() {}

    template <typename T>
    allocator<T> get_allocator() {
        return allocator<T>{&resource_};
    }

private:
    std::pmr::unsynchronized_pool_resource resource_;
};

}  // namespace arena_bench
