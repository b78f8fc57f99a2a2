#pragma once

#include <atomic>
#include <cstdint>

#include "reserve/atomic_word.hpp"

/// \file
/// How who gives something back to a free list learns that somebody waits for it (rank 5).
/// tests/model tries every interleaving of it.

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

/// After Dekker: who gives back changes the list, then asks whether somebody waits; who waits says
/// so, then looks at the list once more. All four are seq_cst, so there is one order of them: if
/// the question comes before the saying, then the change comes before the look, which finds it.
/// Either the one knows that somebody waits, or the other finds what came back.
class bell {
public:
    /// By who has just given something back.
    [[nodiscard]] bool is_awaited() const noexcept {
        return waiting_.load(std::memory_order_seq_cst) != 0;
    }

    /// By who is about to look at the list once more, and then to wait.
    void enter() noexcept { waiting_.fetch_add(1, std::memory_order_seq_cst); }
    void leave() noexcept { waiting_.fetch_add(minus_one, std::memory_order_relaxed); }

private:
    static constexpr std::uint64_t minus_one = ~std::uint64_t{0};

    atomic_word waiting_{0};
};

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
