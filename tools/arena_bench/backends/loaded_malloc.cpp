#include "backends/loaded_malloc.hpp"

#include <dlfcn.h>
#include <unistd.h>

#include <cstdlib>

namespace arena_bench {

namespace {

constexpr const char* tunables = "GLIBC_TUNABLES";
constexpr const char* room = "glibc.rtld.optional_static_tls=16384";

}  // namespace

void* load_function(const char* file, const char* name, std::string& why_missing) {
    // Not its default, and with sbrk it would tear holes into the C library's own heap.
    setenv("TCMALLOC_SKIP_SBRK", "1", 0);
    void* const library = dlopen(file, RTLD_NOW | RTLD_LOCAL);  // stays loaded
    void* const function = library == nullptr ? nullptr : dlsym(library, name);
    if (function == nullptr) {
        const char* const error = dlerror();
        why_missing = error == nullptr ? "not there" : error;
    }
    return function;
}

malloc_functions load_malloc(const char* file, const std::string& prefix) {
    malloc_functions found;
    load_into(found.allocate, file, prefix + "malloc", found.why_missing);
    load_into(found.allocate_aligned, file, prefix + "aligned_alloc", found.why_missing);
    load_into(found.deallocate, file, prefix + "free", found.why_missing);
    return found;
}

void make_room_for_loaded_libraries(char** argv) {
    if (getenv(tunables) != nullptr) return;  // the user's own, or ours: this is the second start
    setenv(tunables, room, 1);
    execv("/proc/self/exe", argv);
}

}  // namespace arena_bench
