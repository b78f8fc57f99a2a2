#pragma once

#include <boost/container/pmr/monotonic_buffer_resource.hpp>
#include <string_view>

#include "backends/backend_allocator.hpp"
#include "backends/one_buffer_backend.hpp"

namespace arena_bench {

/// Boost.Container's, as the standard library's.
class boost_monotonic_backend
    : public one_buffer_backend<boost::container::pmr::monotonic_buffer_resource> {
public:
    static constexpr std::string_view name = "boost_mono";
    static constexpr std::string_view label =
        "boost::container::pmr::monotonic_buffer_resource over one buffer";
    using one_buffer_backend::one_buffer_backend;

    template <typename T>
    using allocator = backend_allocator<T, boost_monotonic_backend>;

    template <typename T>
    allocator<T> get_allocator() {
        return allocator<T>{*this};
    }
};

}  // namespace arena_bench
