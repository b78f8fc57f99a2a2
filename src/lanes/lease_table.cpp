#include "lanes/lease_table.hpp"

#include "os/virtual_memory.hpp"

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

lease_table::~lease_table() {
    for (std::size_t segment = 0; segment < segment_count; ++segment) {
        // Relaxed: no call runs beside an arena's destruction.
        auto* lanes = segments_[segment].load(std::memory_order_relaxed);
        const os::pages gone(
            reinterpret_cast<std::byte*>(lanes), lanes_in(segment) * sizeof(lease_lane));
    }
}

lease_lane& lease_table::operator[](std::size_t number) const noexcept {
    const std::size_t segment = segment_of(number);
    // Acquire: with the segment come its pages, which another thread may have mapped.
    return segments_[segment].load(std::memory_order_acquire)[number - first_in(segment)];
}

void lease_table::give_back(lease_lane& free) noexcept { free_.give_back(free.number, next_of()); }

std::error_code lease_table::map_segment(std::size_t segment) noexcept {
    if (segments_[segment].load(std::memory_order_acquire) != nullptr) {
        return {};
    }
    os::pages fresh;
    if (const std::error_code error = fresh.map(lanes_in(segment) * sizeof(lease_lane))) {
        return error;
    }
    lease_lane* nobodys = nullptr;
    // Several threads may map the same segment: one wins, and the others' pages go at once.
    if (segments_[segment].compare_exchange_strong(
            nobodys, reinterpret_cast<lease_lane*>(fresh.begin()), std::memory_order_acq_rel)) {
        static_cast<void>(fresh.release());
    }
    return {};
}

lease_lane* lease_table::take(std::error_code& error) noexcept {
    error = {};
    if (const std::uint32_t free = free_.take(next_of()); free != free_list::none) {
        return &(*this)[free];
    }
    std::uint32_t number = ever_taken_.load(std::memory_order_relaxed);
    do {
        if (number == most) {
            error = std::make_error_code(std::errc::not_enough_memory);
            return nullptr;
        }
        error = map_segment(segment_of(number));
        if (error) {
            return nullptr;
        }
        // Release: who counts the lane finds its segment.
    } while (!ever_taken_.compare_exchange_weak(
        number, number + 1, std::memory_order_release, std::memory_order_relaxed));
    lease_lane& fresh = (*this)[number];
    fresh.number = number;
    return &fresh;
}

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
