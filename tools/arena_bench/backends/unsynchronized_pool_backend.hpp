#pragma once

#include <memory_resource>
#include <string_view>

#include "backends/pool_backend.hpp"

namespace arena_bench {

/// The standard library's pool for one thread.
class unsynchronized_pool_backend : public pool_backend<std::pmr::unsynchronized_pool_resource> {
public:
    static constexpr std::string_view name = "unsync_pool";
    static constexpr std::string_view label = "std::pmr::unsynchronized_pool_resource";
    static constexpr bool thread_safe = false;
    using pool_backend::pool_backend;
};

}  // namespace arena_bench
