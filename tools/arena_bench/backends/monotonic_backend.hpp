#pragma once

#include <memory_resource>
#include <string_view>

#include "backends/one_buffer_backend.hpp"

namespace arena_bench {

/// The standard library's arena for one thread.
class monotonic_backend : public one_buffer_backend<std::pmr::monotonic_buffer_resource> {
public:
    static constexpr std::string_view name = "monotonic";
    static constexpr std::string_view label = "std::pmr::monotonic_buffer_resource over one buffer";
    using one_buffer_backend::one_buffer_backend;

    template <typename T>
    using allocator = std::pmr::polymorphic_allocator<T>;

    template <typename T>
    allocator<T> get_allocator() {
        return allocator<T>{&resource()};
    }
};

}  // namespace arena_bench
