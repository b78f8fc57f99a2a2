#include "lanes/lane_registry.hpp"

#include <array>
#include <atomic>
#include <bit>
#include <cstdint>

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

// GCC forgets the model that the header declares, unless it is told again.
MEMORY_ARENA_TLS_MODEL constinit thread_local std::size_t lane_offset =
    unassigned_lane * sizeof(lane);

namespace {

constexpr std::size_t bits_per_word = 64;

/// A set bit is an index in use. Constant-initialised and never destroyed: threads come and go
/// before main and after it.
constinit std::array<std::atomic<std::uint64_t>, max_lane_count / bits_per_word> taken{};
constinit std::atomic<std::size_t> highest{0};

void note_assigned(std::size_t index) noexcept {
    // Relaxed: who knows that a thread has allocated knows it by other means, and these order this.
    std::size_t known = highest.load(std::memory_order_relaxed);
    while (known <= index &&
           !highest.compare_exchange_weak(known, index + 1, std::memory_order_relaxed)) {
    }
}

std::size_t take_lowest() noexcept {
    for (std::size_t word = 0; word < taken.size(); ++word) {
        std::uint64_t bits = taken[word].load(std::memory_order_relaxed);
        while (bits != ~std::uint64_t{0}) {
            const auto bit = static_cast<std::size_t>(std::countr_one(bits));
            // Acquire: the heir of an index sees all that the thread before it did to its lanes.
            if (taken[word].compare_exchange_weak(
                    bits, bits | (std::uint64_t{1} << bit), std::memory_order_acquire,
                    std::memory_order_relaxed)) {
                return word * bits_per_word + bit;
            }
        }
    }
    return no_lane;
}

void give_back(std::size_t index) noexcept {
    // Release: see take_lowest().
    taken[index / bits_per_word].fetch_and(
        ~(std::uint64_t{1} << (index % bits_per_word)), std::memory_order_release);
}

/// Gives the thread's index back when the thread exits. The thread-local that allocations read has
/// no destructor; this one does, and is made with the index.
class janitor {
public:
    janitor() noexcept = default;
    janitor(const janitor&) = delete;
    janitor& operator=(const janitor&) = delete;
    ~janitor() {
        if (index_ == no_lane) {
            return;
        }
        // First: what other thread-locals' destructors allocate from here on comes from the shards.
        lane_offset = laneless_lane * sizeof(lane);
        std::atomic_signal_fence(std::memory_order_seq_cst);
        give_back(index_);
    }

    std::size_t take() noexcept {
        index_ = take_lowest();
        if (index_ == no_lane) {
            lane_offset = laneless_lane * sizeof(lane);
        } else {
            note_assigned(index_);
            lane_offset = (first_lane + index_) * sizeof(lane);
        }
        return index_;
    }

private:
    std::size_t index_ = no_lane;
};

}  // namespace

std::size_t assigned_lane() noexcept {
    const std::size_t place = lane_offset / sizeof(lane);
    if (place >= first_lane) {
        return place - first_lane;
    }
    if (place == laneless_lane) {
        return no_lane;
    }
    MEMORY_ARENA_TLS_MODEL thread_local janitor at_exit;
    return at_exit.take();
}

std::size_t lanes_ever_assigned() noexcept { return highest.load(std::memory_order_relaxed); }

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
