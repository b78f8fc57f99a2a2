#pragma once

#include <cstddef>
#include <cstdint>

#include <memory_arena/detail/version.hpp>

#include "reserve/atomic_word.hpp"

/// \file
/// Keeps what is handed out apart from what is given back to the system (rank 1).
///
/// Who gives pages back says from where on, and looks at the frontier then: what lies behind both
/// is nobody's. Who moves the frontier looks afterwards whether that is being given back, and waits
/// until it is done. Each writes before it reads, in one order for all (seq_cst), so at least one
/// of two who meet sees the other. What came through a shard was the frontier's before: the shard's
/// word, read and written with acquire and release, hands the order on.

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

class page_hold {
public:
    /// By who has just been granted memory that ends at `end`, before it is used: waits while it is
    /// being given back. In a signal handler, too: who holds can't be the thread that it
    /// interrupted (see holder).
    void pass(std::size_t end) noexcept {
        if (from_.load(std::memory_order_seq_cst) < end) [[unlikely]] {
            wait(end);
        }
    }

    /// Becomes the one who may hold; waits while another one is. On a quiet thread.
    void acquire() noexcept;
    void release() noexcept;

    /// By that one: keeps what lies behind `from` from use, until lift().
    void begin(std::size_t from) noexcept { from_.store(from, std::memory_order_seq_cst); }
    void lift() noexcept;

private:
    static constexpr std::uint64_t nowhere = ~std::uint64_t{0};

    void wait(std::size_t end) noexcept;

    atomic_word from_{nowhere};
    atomic_word holder_{0};  ///< the process of the thread that holds: 0 for none
};

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
