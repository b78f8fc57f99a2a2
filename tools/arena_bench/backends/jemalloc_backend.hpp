#pragma once

#include <cstddef>
#include <string_view>

#include "backends/loaded_malloc.hpp"

namespace arena_bench {

struct jemalloc_functions {
    static malloc_functions load() { return load_malloc(ARENA_BENCH_JEMALLOC, ""); }
    static void release() {
        control("thread.tcache.flush");
        control("arena.4096.purge");  // 4096: of all arenas (MALLCTL_ARENAS_ALL)
    }

private:
    static void control(const char* name) {
        call_loaded<const char*, void*, void*, void*, std::size_t>(
            ARENA_BENCH_JEMALLOC, "mallctl", name, nullptr, nullptr, nullptr, 0);
    }
};

/// jemalloc, as it comes.
class jemalloc_backend : public loaded_malloc_backend<jemalloc_functions> {
public:
    static constexpr std::string_view name = "jemalloc";
    static constexpr std::string_view label = "jemalloc's malloc and free";
    using loaded_malloc_backend::loaded_malloc_backend;
};

}  // namespace arena_bench
