#include "reserve/reserve.hpp"

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

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
