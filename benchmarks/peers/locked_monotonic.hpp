#pragma once

#include <cstddef>
#include <memory_resource>
#include <mutex>
#include <new>

#include <sys/mman.h>

namespace benchmarks {

/// What one writes by hand: a mutex around a std::pmr::monotonic_buffer_resource. Its buffer is
/// large enough, and address space until it is touched, as an arena's reserve is.
class locked_monotonic {
public:
    explicit locked_monotonic(std::size_t capacity)
        : capacity_(capacity),
          buffer_(map(capacity)),
          bytes_(buffer_, capacity, std::pmr::null_memory_resource()) {}
    locked_monotonic(const locked_monotonic&) = delete;
    locked_monotonic& operator=(const locked_monotonic&) = delete;
    ~locked_monotonic() { munmap(buffer_, capacity_); }

    void* take(std::size_t bytes, std::size_t alignment = alignof(std::max_align_t)) {
        const std::lock_guard<std::mutex> lock(mutex_);
        return bytes_.allocate(bytes, alignment);
    }
    void reset() { bytes_.release(); }

private:
    static void* map(std::size_t bytes) {
        void* const address = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (address == MAP_FAILED) {
            throw std::bad_alloc();
        }
        return address;
    }

    std::size_t capacity_;
    void* buffer_;
    std::mutex mutex_;
    std::pmr::monotonic_buffer_resource bytes_;
};

}  // namespace benchmarks
