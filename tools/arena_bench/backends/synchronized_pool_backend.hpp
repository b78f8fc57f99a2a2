#pragma once

#include <memory_resource>
#include <string_view>

#include "backends/pool_backend.hpp"

namespace arena_bench {

/// The standard library's thread-safe pool.
class synchronized_pool_backend : public pool_backend<std::pmr::synchronized_pool_resource> {
public:
    static constexpr std::string_view name = "sync_pool";
    static constexpr std::string_view label = "std::pmr::synchronized_pool_resource";
    static constexpr bool thread_safe = true;
    using pool_backend::pool_backend;
};

}  // namespace arena_bench
