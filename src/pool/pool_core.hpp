#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <system_error>

#include <memory_arena/arena_pool.hpp>
#include <memory_arena/detail/align.hpp>

#include "arena/arena_core.hpp"
#include "lanes/free_list.hpp"
#include "pool/usual_bytes.hpp"
#include "pool/waiting_room.hpp"

/// \file
/// The compiled half of an arena_pool (rank 5).

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

/// An arena whose compiled half can be asked.
class pool_arena final : public arena {
public:
    using arena::arena;
    pool_arena() noexcept = default;
    [[nodiscard]] std::error_code open(const arena_options& options) noexcept {
        return try_open_arena(face(), per_thread::kind, options);
    }
    [[nodiscard]] arena_core& core() const noexcept { return *face().core; }
};

/// Whoever has taken its number owns it.
struct alignas(isolation) pool_slot {
    pool_core* pool = nullptr;
    /// Made by the first owner, and there until the end. Atomic for who only looks: release and
    /// acquire, for all that the maker did.
    std::atomic<pool_arena*> made{nullptr};
    // For usage() alone; stored by owners.
    std::atomic<bool> is_out{false};
    std::atomic<std::uint64_t> check_outs{0};
    atomic_word next{0};  ///< free_list's
};

class pool_core {
    [[nodiscard]] auto next_of() noexcept {
        return [this](std::uint32_t number) -> atomic_word& { return slots_[number].next; };
    }

public:
    /// Expects options that are right, but for those of the arena.
    explicit pool_core(const arena_pool_options& options);
    ~pool_core();
    pool_core(const pool_core&) = delete;
    pool_core& operator=(const pool_core&) = delete;

    /// Makes the first `count` arenas, before anybody acquires one. Throws what an arena's
    /// constructor throws.
    void prepare(std::size_t count);

    /// Nothing, and no error, where none is free.
    [[nodiscard]] check_out try_acquire(std::error_code& error) noexcept {
        const std::uint32_t number = free_.take(next_of());
        return number != free_list::none ? out(slots_[number]) : try_another(error);
    }
    /// Nothing, and no error, where `deadline`, if there is one, has passed.
    [[nodiscard]] check_out wait_for_one(const waiting_room::clock::time_point* deadline,
                                         std::error_code& error);
    void give_back(pool_slot& slot) noexcept;

    void count_refusal() noexcept { refusals_.fetch_add(1, std::memory_order_relaxed); }
    void trim(std::size_t keep) noexcept;
    [[nodiscard]] arena_pool_usage usage() const noexcept;

private:
    [[nodiscard]] bool keeps_usual() const noexcept {
        return kept_.what() == retain::kind::adaptive;
    }
    [[nodiscard]] std::size_t kept() const noexcept {
        return keeps_usual() ? usual_.enough() : kept_.bytes();
    }
    /// The owner of `slot` uses its arena now.
    [[nodiscard]] static check_out out(pool_slot& slot) noexcept {
        slot.is_out.store(true, std::memory_order_relaxed);
        slot.check_outs.store(
            slot.check_outs.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
        return {&slot, slot.made.load(std::memory_order_relaxed)};
    }
    [[nodiscard]] check_out try_another(std::error_code& error) noexcept;
    [[nodiscard]] check_out out_or_made(pool_slot& slot, std::error_code& error) noexcept;
    [[nodiscard]] std::error_code make_in(pool_slot& slot) noexcept;
    std::uint32_t put_back(free_list& into, const pool_slot& slot) noexcept;
    void look_at_next() noexcept;
    template <class Visit>
    void for_each_made(Visit visit) const noexcept;

    std::string name_;  ///< for arena_options_, which only looks at it
    arena_options arena_options_;
    std::size_t count_;
    std::unique_ptr<pool_slot[]> slots_;  // NOLINT(*-avoid-c-arrays): of a size known at run time
    retain kept_;
    std::size_t budget_;
    std::atomic<std::uint64_t> waits_{0};
    std::atomic<std::uint64_t> refusals_{0};
    std::atomic<std::size_t> next_look_{0};

    /// Two, so that one which can't be made doesn't lie on those that are there.
    alignas(isolation) free_list free_;
    alignas(isolation) free_list unmade_;
    alignas(isolation) waiting_room room_;
    alignas(isolation) usual_bytes usual_;
};

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
