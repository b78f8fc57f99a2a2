#include "heap/heap_counter.hpp"

#include <cerrno>
#include <cstdlib>

#if defined(__has_feature)
#define HEAP_COUNTER_HAS(feature) __has_feature(feature)
#else
#define HEAP_COUNTER_HAS(feature) 0
#endif

#if !defined(__GLIBC__) || defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || \
    HEAP_COUNTER_HAS(address_sanitizer) || HEAP_COUNTER_HAS(thread_sanitizer) ||            \
    HEAP_COUNTER_HAS(memory_sanitizer)

namespace heap_counter {

const bool counts = false;

std::size_t taken() noexcept { return 0; }

}  // namespace heap_counter

#else

namespace {

constinit thread_local std::size_t taken_here = 0;

}  // namespace

namespace heap_counter {

const bool counts = true;

std::size_t taken() noexcept { return taken_here; }

}  // namespace heap_counter

// NOLINTBEGIN(bugprone-reserved-identifier,readability-inconsistent-declaration-parameter-name)
// NOLINTBEGIN(readability-identifier-naming)
extern "C" {

void* __libc_malloc(std::size_t bytes) noexcept;
void* __libc_calloc(std::size_t count, std::size_t bytes) noexcept;
void* __libc_realloc(void* block, std::size_t bytes) noexcept;
void* __libc_memalign(std::size_t alignment, std::size_t bytes) noexcept;

void* malloc(std::size_t bytes) noexcept {
    ++taken_here;
    return __libc_malloc(bytes);
}

void* calloc(std::size_t count, std::size_t bytes) noexcept {
    ++taken_here;
    return __libc_calloc(count, bytes);
}

void* realloc(void* block, std::size_t bytes) noexcept {
    ++taken_here;
    return __libc_realloc(block, bytes);
}

void* aligned_alloc(std::size_t alignment, std::size_t bytes) noexcept {
    ++taken_here;
    return __libc_memalign(alignment, bytes);
}

int posix_memalign(void** block, std::size_t alignment, std::size_t bytes) noexcept {
    ++taken_here;
    *block = __libc_memalign(alignment, bytes);
    return *block != nullptr ? 0 : ENOMEM;
}

}  // extern "C"
   // NOLINTEND(readability-identifier-naming)
   // NOLINTEND(bugprone-reserved-identifier,readability-inconsistent-declaration-parameter-name)

#endif
