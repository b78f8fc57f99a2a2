#include "os/virtual_memory.hpp"

#include <cstdlib>
#include <cstring>
#include <utility>

#include <memory_arena/detail/align.hpp>

#include "another_system/taken.hpp"

/// \file
/// In place of src/os/virtual_memory_linux.cpp, by the linker: address space out of the heap, as a
/// system without any would have it.

namespace another_system {

std::size_t taken = 0;

}  // namespace another_system

namespace memory_arena::inline MEMORY_ARENA_ABI::os {

std::size_t page_bytes() noexcept { return 4096; }

pages::pages(pages&& other) noexcept
    : begin_(std::exchange(other.begin_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}

pages::~pages() {
    if (begin_ != nullptr) {
        another_system::taken -= bytes_;
        std::free(begin_);
    }
}

std::error_code pages::map_on_boundary(std::size_t bytes, std::size_t boundary) noexcept {
    const std::size_t whole = detail::round_up(bytes, boundary);
    begin_ = static_cast<std::byte*>(std::aligned_alloc(boundary, whole));
    if (begin_ == nullptr) {
        return std::make_error_code(std::errc::not_enough_memory);
    }
    std::memset(begin_, 0, whole);
    bytes_ = whole;
    another_system::taken += bytes_;
    return {};
}

std::error_code pages::map(std::size_t bytes) noexcept {
    return map_on_boundary(bytes, page_bytes());
}

std::error_code pages::map_from_pool(std::size_t /*bytes*/) noexcept {
    return std::make_error_code(std::errc::not_supported);
}

std::error_code discard(std::byte* begin, std::size_t bytes) noexcept {
    std::memset(begin, 0, bytes);
    return {};
}

std::error_code make_inaccessible(std::byte* /*begin*/, std::size_t /*bytes*/) noexcept {
    return std::make_error_code(std::errc::not_supported);
}

std::error_code make_accessible(std::byte* /*begin*/, std::size_t /*bytes*/) noexcept {
    return {};  // all of it is, always
}

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::os
