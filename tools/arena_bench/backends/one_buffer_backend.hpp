#pragma once

#include <cstddef>
#include <memory>

namespace arena_bench {

/// What monotonic resources have in common here. They have one buffer of the size that the arena
/// has: so they keep their memory from round to round, as it does, which is the best that they can
/// do.
template <typename Resource>
class one_buffer_backend {
public:
    static constexpr bool thread_safe = false;
    static constexpr bool drops_whole = true;

    explicit one_buffer_backend(std::size_t capacity)
        : buffer_{std::make_unique_for_overwrite<std::byte[]>(capacity)},
          resource_{buffer_.get(), capacity} {}

    void* allocate(std::size_t bytes, std::size_t alignment) {
        return resource_.allocate(bytes, alignment);
    }
    void deallocate(void* /*memory*/, std::size_t /*bytes*/, std::size_t /*alignment*/) {}
    void finish_round() { resource_.release(); }

protected:
    Resource& resource() { return resource_; }

private:
    std::unique_ptr<std::byte[]> buffer_;
    Resource resource_;
};

}  // namespace arena_bench
