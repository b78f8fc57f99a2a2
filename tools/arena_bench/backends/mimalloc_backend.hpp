#pragma once

#include <string_view>

#include "backends/loaded_malloc.hpp"

namespace arena_bench {

struct mimalloc_functions {
    static malloc_functions load() { return load_malloc(ARENA_BENCH_MIMALLOC, "mi_"); }
    static void release() { call_loaded(ARENA_BENCH_MIMALLOC, "mi_collect", true); }
};

/// mimalloc, as it comes.
class mimalloc_backend : public loaded_malloc_backend<mimalloc_functions> {
public:
    static constexpr std::string_view name = "mimalloc";
    static constexpr std::string_view label = "mimalloc's mi_malloc and mi_free";
    using loaded_malloc_backend::loaded_malloc_backend;
};

}  // namespace arena_bench
