#pragma once

#include <string_view>

#include "backends/loaded_malloc.hpp"

namespace arena_bench {

struct tcmalloc_functions {
    static malloc_functions load() { return load_malloc(ARENA_BENCH_TCMALLOC, ""); }
    static void release() {
        call_loaded(ARENA_BENCH_TCMALLOC, "MallocExtension_MarkThreadIdle");  // empties its cache
        call_loaded(ARENA_BENCH_TCMALLOC, "MallocExtension_MarkThreadBusy");
        call_loaded(ARENA_BENCH_TCMALLOC, "MallocExtension_ReleaseFreeMemory");
    }
};

/// The tcmalloc of gperftools, as it comes.
class tcmalloc_backend : public loaded_malloc_backend<tcmalloc_functions> {
public:
    static constexpr std::string_view name = "tcmalloc";
    static constexpr std::string_view label = "gperftools' tcmalloc (minimal), malloc and free";
    using loaded_malloc_backend::loaded_malloc_backend;
};

}  // namespace arena_bench
