#pragma once

#include <cstddef>
#include <string_view>

#include "backends/backend_allocator.hpp"
#include "peers/tbb_pool.hpp"

namespace arena_bench {

/// oneTBB's memory_pool, recycled whole. It has no call for alignment: 16 bytes is what it gives,
/// and nobody here asks for more.
class tbb_pool_backend {
public:
    static constexpr std::string_view name = "tbb_pool";
    static constexpr std::string_view label = "oneTBB's memory_pool, recycled whole";
    static constexpr bool thread_safe = true;
    static constexpr bool drops_whole = true;

    template <typename T>
    using allocator = backend_allocator<T, tbb_pool_backend>;

    explicit tbb_pool_backend(std::size_t /*capacity*/) {}

    void* allocate(std::size_t bytes, std::size_t /*alignment*/) { return pool_.take(bytes); }
    void deallocate(void* /*memory*/, std::size_t /*bytes*/, std::size_t /*alignment*/) {}
    void finish_round() { pool_.reset(); }

    template <typename T>
    allocator<T> get_allocator() {
        return allocator<T>{*this};
    }

private:
    benchmarks::tbb_pool pool_;
};

}  // namespace arena_bench
