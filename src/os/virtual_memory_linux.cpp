#include "os/virtual_memory.hpp"

#include <cerrno>
#include <utility>

#include <sys/mman.h>
#include <unistd.h>

#include <memory_arena/detail/align.hpp>

namespace memory_arena::inline MEMORY_ARENA_ABI::os {

std::size_t page_bytes() noexcept {
    static const auto bytes = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    return bytes;
}

pages::pages(pages&& other) noexcept
    : begin_(std::exchange(other.begin_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}

pages::~pages() {
    if (begin_ != nullptr) {
        munmap(begin_, bytes_);
    }
}

std::error_code pages::map(std::size_t bytes) noexcept {
    const std::size_t whole = detail::round_up(bytes, page_bytes());
    void* address = mmap(
        nullptr, whole, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (address == MAP_FAILED) {
        return {errno, std::system_category()};
    }
    begin_ = static_cast<std::byte*>(address);
    bytes_ = whole;
    return {};
}

std::error_code discard(std::byte* begin, std::size_t bytes) noexcept {
    if (madvise(begin, bytes, MADV_DONTNEED) != 0) {
        return {errno, std::system_category()};
    }
    return {};
}

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::os
