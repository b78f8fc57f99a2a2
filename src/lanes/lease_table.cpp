#include "lanes/lease_table.hpp"

#include "os/virtual_memory.hpp"

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

namespace {

constexpr std::uint64_t number_mask = 0xFFFF'FFFF;
constexpr std::uint64_t one_tag = number_mask + 1;

}  // namespace

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

lease_lane* lease_table::take_free() noexcept {
    // Acquire: a lane's next owner sees all that the one before it did. The tag, advanced by every
    // change, makes a compare-and-swap fail that slept through a lane's leaving and coming back.
    std::uint64_t head = free_.load(std::memory_order_acquire);
    while ((head & number_mask) != 0) {
        lease_lane& first = (*this)[(head & number_mask) - 1];
        const std::uint64_t next = first.next_free.load(std::memory_order_relaxed);
        if (free_.compare_exchange_weak(head, ((head & ~number_mask) + one_tag) | next,
                                        std::memory_order_acquire, std::memory_order_acquire)) {
            return &first;
        }
    }
    return nullptr;
}

void lease_table::give_back(lease_lane& free) noexcept {
    std::uint64_t head = free_.load(std::memory_order_relaxed);
    do {
        free.next_free.store(
            static_cast<std::uint32_t>(head & number_mask), std::memory_order_relaxed);
        // Release: see take_free().
    } while (!free_.compare_exchange_weak(
        head, ((head & ~number_mask) + one_tag) | (free.number + 1), std::memory_order_release,
        std::memory_order_relaxed));
}

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
    if (lease_lane* const free = take_free()) {
        return free;
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
