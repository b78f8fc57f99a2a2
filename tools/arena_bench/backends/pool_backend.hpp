#pragma once

#include <cstddef>
#include <memory_resource>

namespace arena_bench {

/// What the standard library's pools have in common. They are freed object by object, as a general
/// allocator is: release() would give all their memory to the heap, so that the next round began
/// cold, and is not safe beside other threads.
template <typename Pool>
class pool_backend {
public:
    static constexpr bool drops_whole = false;

    template <typename T>
    using allocator = std::pmr::polymorphic_allocator<T>;

    explicit pool_backend(std::size_t /*capacity*/) {}

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
    Pool resource_;
};

}  // namespace arena_bench
