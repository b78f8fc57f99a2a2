#include "fuzz/system_calls.hpp"

#include <atomic>
#include <cerrno>

#include <sys/mman.h>
#include <sys/types.h>

// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp,readability-identifier-naming):
// the linker's names.

extern "C" {

void* __real_mmap(void* address, std::size_t bytes, int access, int flags, int file, off_t offset);
int __real_munmap(void* address, std::size_t bytes);
int __real_madvise(void* address, std::size_t bytes, int advice);
int __real_prctl(int option, unsigned long second, unsigned long third, unsigned long fourth,
                 unsigned long fifth);

void* __wrap_mmap(void* address, std::size_t bytes, int access, int flags, int file, off_t offset);
int __wrap_munmap(void* address, std::size_t bytes);
int __wrap_madvise(void* address, std::size_t bytes, int advice);
int __wrap_prctl(int option, unsigned long second, unsigned long third, unsigned long fourth,
                 unsigned long fifth);

}  // extern "C"

namespace {

// Relaxed, all of them: they say nothing about other memory. A prefault calls from its helpers.
constinit std::atomic<unsigned> next_refusals{0};
constinit std::atomic<std::size_t> refused{0};
constinit std::atomic<std::size_t> mapped{0};

bool is_refused() noexcept {
    unsigned plan = next_refusals.load(std::memory_order_relaxed);
    while (plan != 0 &&
           !next_refusals.compare_exchange_weak(plan, plan >> 1, std::memory_order_relaxed)) {
    }
    if ((plan & 1U) == 0) {
        return false;
    }
    refused.fetch_add(1, std::memory_order_relaxed);
    errno = ENOMEM;
    return true;
}

}  // namespace

namespace fuzz {

void refuse_calls(std::uint8_t which) noexcept {
    next_refusals.store(which, std::memory_order_relaxed);
}

std::size_t allow_calls() noexcept {
    next_refusals.store(0, std::memory_order_relaxed);
    return refused.exchange(0, std::memory_order_relaxed);
}

std::size_t mapped_bytes() noexcept { return mapped.load(std::memory_order_relaxed); }

}  // namespace fuzz

void* __wrap_mmap(void* address, std::size_t bytes, int access, int flags, int file, off_t offset) {
    void* const result =
        is_refused() ? MAP_FAILED : __real_mmap(address, bytes, access, flags, file, offset);
    if (result != MAP_FAILED) {
        mapped.fetch_add(bytes, std::memory_order_relaxed);
    }
    return result;
}

// Never refused: nobody can do anything about that.
int __wrap_munmap(void* address, std::size_t bytes) {
    mapped.fetch_sub(bytes, std::memory_order_relaxed);
    return __real_munmap(address, bytes);
}

int __wrap_madvise(void* address, std::size_t bytes, int advice) {
    return is_refused() ? -1 : __real_madvise(address, bytes, advice);
}

// Variadic in the C library: who reads fewer arguments doesn't mind more.
int __wrap_prctl(int option, unsigned long second, unsigned long third, unsigned long fourth,
                 unsigned long fifth) {
    return is_refused() ? -1 : __real_prctl(option, second, third, fourth, fifth);
}

// NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp,readability-identifier-naming)
