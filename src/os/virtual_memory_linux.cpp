#include "os/virtual_memory.hpp"

#include <cerrno>
#include <cstdint>
#include <limits>
#include <utility>

#include <sys/mman.h>
#include <unistd.h>

#include <memory_arena/detail/align.hpp>

namespace memory_arena::inline MEMORY_ARENA_ABI::os {

namespace {

std::error_code protect(std::byte* begin, std::size_t bytes, int protection) noexcept {
    if (mprotect(begin, bytes, protection) != 0) {
        return {errno, std::system_category()};
    }
    return {};
}

}  // namespace

std::size_t page_bytes() noexcept {
    static const auto bytes = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    return bytes;
}

pages::pages(pages&& other) noexcept
    : begin_(std::exchange(other.begin_, nullptr)),
      bytes_(std::exchange(other.bytes_, 0)),
      before_(std::exchange(other.before_, 0)),
      behind_(std::exchange(other.behind_, 0)) {}

pages::~pages() {
    if (begin_ == nullptr) {
        return;
    }
    std::byte* const first = begin_ - before_;
    const std::size_t all = before_ + bytes_ + behind_;
    if (munmap(first, all) != 0) {
        static_cast<void>(discard(first, all));
    }
}

std::error_code pages::map_with(int flags, std::size_t bytes) noexcept {
    void* address =
        mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
    if (address == MAP_FAILED) {
        return {errno, std::system_category()};
    }
    begin_ = static_cast<std::byte*>(address);
    bytes_ = bytes;
    return {};
}

std::error_code pages::map(std::size_t bytes) noexcept {
    return map_with(MAP_NORESERVE, detail::round_up(bytes, page_bytes()));
}

std::error_code pages::map_on_boundary(std::size_t bytes, std::size_t boundary) noexcept {
    const std::size_t whole = detail::round_up(bytes, page_bytes());
    const std::size_t spare = boundary - page_bytes();
    if (whole > std::numeric_limits<std::size_t>::max() - spare) {
        return {ENOMEM, std::system_category()};
    }
    if (const std::error_code error = map_with(MAP_NORESERVE, whole + spare)) {
        return error;
    }
    const std::size_t before =
        detail::padding_to(reinterpret_cast<std::uintptr_t>(begin_), boundary);
    if (before != 0 && munmap(begin_, before) != 0) {
        before_ = before;
    }
    begin_ += before;
    bytes_ = whole;
    if (before != spare && munmap(begin_ + whole, spare - before) != 0) {
        behind_ = spare - before;
    }
    return {};
}

std::error_code pages::map_from_pool(std::size_t bytes) noexcept {
    constexpr int of_2_mebibytes = 21 << MAP_HUGE_SHIFT;
    return map_with(MAP_HUGETLB | of_2_mebibytes, detail::round_up(bytes, huge_page_bytes));
}

std::error_code discard(std::byte* begin, std::size_t bytes) noexcept {
    if (madvise(begin, bytes, MADV_DONTNEED) != 0) {
        return {errno, std::system_category()};
    }
    return {};
}

std::error_code make_inaccessible(std::byte* begin, std::size_t bytes) noexcept {
    return protect(begin, bytes, PROT_NONE);
}

std::error_code make_accessible(std::byte* begin, std::size_t bytes) noexcept {
    return protect(begin, bytes, PROT_READ | PROT_WRITE);
}

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::os
