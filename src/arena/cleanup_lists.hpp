#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include <memory_arena/detail/cleanup_record.hpp>
#include <memory_arena/detail/lane.hpp>

#include "lanes/lease_table.hpp"
#include "reserve/atomic_word.hpp"
#include "reserve/geometry.hpp"

/// \file
/// The registered destructors of one arena: a list in every lane, and one that threads without a
/// lane share (rank 4).
///
/// A lane's list is pushed to by its owner alone, with plain stores, so a drain must never write
/// its head: it walks from the head down to a watermark, and again until no head has moved. The
/// lists need not be emptied: they are of the generation that the drain ends.

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

class cleanup_lists {
public:
    cleanup_lists(const geometry& shape, std::byte* base, atomic_word& generation) noexcept;

    /// Puts `record` on its list: the caller's lane's, whose generation it belongs to, or the
    /// shared one for null.
    void add(lane* mine, cleanup_record* record) noexcept;

    /// Whether any was registered in `generation`.
    [[nodiscard]] bool any_in(std::uint64_t generation) const noexcept {
        return registered_in_.load(std::memory_order_acquire) == generation;
    }

    /// Whether a run of those of `generation` has begun.
    [[nodiscard]] bool run_began_for(std::uint64_t generation) const noexcept {
        return run_for_.load(std::memory_order_acquire) == generation;
    }

    struct lane_table {
        lane* first = nullptr;
        std::size_t count = 0;
        lane* own = nullptr;  ///< the caller's, or null
        const lease_table* leases = nullptr;
    };

    /// Runs all that were registered in `generation`, each once: the shared list, the lanes', the
    /// leases', the caller's own lane's last, so that what its destructors register may use what it
    /// had registered before. True for the one caller that ran them. Another that comes meanwhile
    /// gets false, after the generation has ended; one of these destructors gets it at once.
    [[nodiscard]] bool run(std::uint64_t generation, const lane_table& lanes) noexcept;

    /// Keeps the shared list's packed generation from coming round (shard_set::renew).
    void renew() noexcept;

    [[nodiscard]] const generation_field& field() const noexcept { return field_; }

private:
    [[nodiscard]] cleanup_record* newest_shared(std::uint64_t generation) const noexcept;
    void add_shared(cleanup_record* record) noexcept;
    void mark_registered(std::uint64_t generation) noexcept;
    [[nodiscard]] bool begin_run(std::uint64_t generation) noexcept;
    static bool run_lane(lane& any, std::uint64_t generation) noexcept;

    unsigned position_bits_;
    generation_field field_;
    std::byte* base_;
    atomic_word& generation_;
    atomic_word shared_{0};                     ///< [generation | granule + 1 of the newest]
    atomic_word registered_in_{0};              ///< the last generation that has any
    atomic_word run_for_{0};                    ///< the last generation that a run began for
    std::atomic<const void*> runner_{nullptr};  ///< the thread that runs them now
};

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
