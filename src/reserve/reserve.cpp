#include "reserve/reserve.hpp"

#include <cstring>

#include <memory_arena/detail/align.hpp>

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

std::span<std::byte> usable_part(std::span<std::byte> buffer) noexcept {
    const auto begin = reinterpret_cast<std::uintptr_t>(buffer.data());
    const std::size_t skipped = padding_to(begin, tlab_boundary);
    if (skipped >= buffer.size()) {
        return {};
    }
    return buffer.subspan(skipped, round_down(buffer.size() - skipped, tlab_boundary));
}

std::error_code reserve::map(std::size_t capacity, std::size_t colour) noexcept {
    const std::error_code error = own_.map(capacity + colour);
    if (!error) {
        begin_ = own_.begin() + colour;
        capacity_ = round_up(capacity, tlab_boundary);
        page_bytes_ = os::page_bytes();
    }
    return error;
}

void reserve::borrow(std::span<std::byte> buffer) noexcept {
    const std::span<std::byte> usable = usable_part(buffer);
    begin_ = usable.data();
    capacity_ = usable.size();
}

bool reserve::contains(const void* pointer) const noexcept {
    const auto address = reinterpret_cast<std::uintptr_t>(pointer);
    return address - reinterpret_cast<std::uintptr_t>(begin_) < capacity_;
}

bool reserve::discard(std::size_t begin, std::size_t end) const noexcept {
    const auto base = reinterpret_cast<std::uintptr_t>(begin_);
    const std::uintptr_t first =
        begin == 0 ? round_down(base, page_bytes_) : round_up(base + begin, page_bytes_);
    const std::uintptr_t behind = round_up(base + end, page_bytes_);
    return first >= behind || !os::discard(begin_ + (first - base), behind - first);
}

void reserve::wipe(std::size_t end) const noexcept { std::memset(begin_, 0, end); }

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
