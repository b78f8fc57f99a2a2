#pragma once

#include <cstddef>
#include <memory>
#include <memory_resource>
#include <string_view>

namespace arena_bench {

/// The standard library's arena for one thread, over a buffer of the size that the arena has: it
/// then keeps its memory from round to round, as the arena does, which is the best that it can do.
class monotonic_backend {
public:
    static constexpr std::string_view name = "monotonic";
    static constexpr std::string_view label = "std::pmr::monotonic_buffer_resource over one buffer";
    static constexpr bool thread_safe = false;
    static constexpr bool drops_whole = true;

    template <typename T>
    using allocator = std::pmr::polymorphic_allocator<T>;

    explicit monotonic_backend(std::size_t capacity)
        : buffer_{std::make_unique_for_overwrite<std::byte[]>(capacity)},
          resource_{buffer_.get(), capacity} {}

    void* allocate(std::size_t bytes, std::size_t alignment) {
        return resource_.allocate(bytes, alignment);
    }
    void deallocate(void* /*memory*/, std::size_t /*bytes*/, std::size_t /*alignment*/) {}
    void finish_round() { resource_.release(); }

    template <typename T>
    allocator<T> get_allocator() {
        return allocator<T>{&resource_};
    }

private:
    std::unique_ptr<std::byte[]> buffer_;
    std::pmr::monotonic_buffer_resource resource_;
};

}  // namespace arena_bench
