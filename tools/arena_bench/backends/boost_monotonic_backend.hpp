#pragma once

#include <boost/container/pmr/monotonic_buffer_resource.hpp>
#include <cstddef>
#include <memory>
#include <string_view>

#include "backends/backend_allocator.hpp"

namespace arena_bench {

/// Boost.Container's monotonic resource over one buffer, as the standard library's.
class boost_monotonic_backend {
public:
    static constexpr std::string_view name = "boost_mono";
    static constexpr std::string_view label =
        "boost::container::pmr::monotonic_buffer_resource over one buffer";
    static constexpr bool thread_safe = false;
    static constexpr bool drops_whole = true;

    template <typename T>
    using allocator = backend_allocator<T, boost_monotonic_backend>;

    explicit boost_monotonic_backend(std::size_t capacity)
        : buffer_{std::make_unique_for_overwrite<std::byte[]>(capacity)},
          resource_{buffer_.get(), capacity} {}

    void* allocate(std::size_t bytes, std::size_t alignment) {
        return resource_.allocate(bytes, alignment);
    }
    void deallocate(void* /*memory*/, std::size_t /*bytes*/, std::size_t /*alignment*/) {}
    void finish_round() { resource_.release(); }

    template <typename T>
    allocator<T> get_allocator() {
        return allocator<T>{*this};
    }

private:
    std::unique_ptr<std::byte[]> buffer_;
    boost::container::pmr::monotonic_buffer_resource resource_;
};

}  // namespace arena_bench
