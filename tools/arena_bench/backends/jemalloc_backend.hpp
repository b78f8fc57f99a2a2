#pragma once

#include <string_view>

#include "backends/loaded_malloc.hpp"

namespace arena_bench {

struct jemalloc_functions {
    static malloc_functions load() { return load_malloc(ARENA_BENCH_JEMALLOC, ""); }
};

/// jemalloc, as it comes.
class jemalloc_backend : public loaded_malloc_backend<jemalloc_functions> {
public:
    static constexpr std::string_view name = "jemalloc";
    static constexpr std::string_view label = "jemalloc's malloc and free";
    using loaded_malloc_backend::loaded_malloc_backend;
};

}  // namespace arena_bench
