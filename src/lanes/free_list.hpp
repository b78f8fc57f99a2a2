#pragma once

#include <cstdint>

#include "reserve/atomic_word.hpp"

/// \file
/// Which of some numbered things are free: a stack, lock-free (rank 3). tests/model tries every
/// interleaving of it.

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

/// Numbers below 2^32 - 1. The word of the next free one lies with each thing, where `next_of(n)`
/// finds it.
class free_list {
public:
    static constexpr std::uint32_t none = ~std::uint32_t{0};

    /// The number that came back last; none where none is free.
    template <class NextOf>
    [[nodiscard]] std::uint32_t take(NextOf next_of) noexcept {
        // Acquire: who takes a thing sees all that its owner before did to it. The tag, advanced by
        // every return, makes a compare-and-swap fail that slept while a number left and came back:
        // the next one that it has read may be taken by then. (seq_cst: see give_back().)
        std::uint64_t head = head_.load(std::memory_order_seq_cst);
        while ((head & place_mask) != 0) {
            const auto first = static_cast<std::uint32_t>((head & place_mask) - 1);
            const std::uint64_t next = next_of(first).load(std::memory_order_relaxed);
            if (head_.compare_exchange_weak(head, (head & ~place_mask) | next,
                                            std::memory_order_acquire, std::memory_order_acquire)) {
                return first;
            }
        }
        return none;
    }

    /// How many returns there were before this one, modulo 2^32: each has another number.
    template <class NextOf>
    std::uint32_t give_back(std::uint32_t number, NextOf next_of) noexcept {
        std::uint64_t head = head_.load(std::memory_order_relaxed);
        do {
            next_of(number).store(head & place_mask, std::memory_order_relaxed);
            // Release: see take(). It also continues the releases of those below it: each change of
            // the head is a read-modify-write. And seq_cst, as the look in take(), for who gives
            // back, then asks whether somebody waits: src/pool/bell.hpp.
        } while (!head_.compare_exchange_weak(
            head, after_return(head, number), std::memory_order_seq_cst,
            std::memory_order_relaxed));
        return static_cast<std::uint32_t>(head >> tag_shift);
    }

private:
    static constexpr std::uint64_t place_mask = 0xFFFF'FFFF;
    static constexpr unsigned tag_shift = 32;

    /// The head is [tag 32 | number + 1, or 0].
    static std::uint64_t after_return(std::uint64_t head, std::uint32_t number) noexcept {
        return ((head & ~place_mask) + place_mask + 1) | (std::uint64_t{number} + 1);
    }

    atomic_word head_{0};
};

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
