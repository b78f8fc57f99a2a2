#pragma once

/// \file
/// A pool of arenas: who answers a request takes one, and when its handle goes out of scope, on
/// whatever thread and for whatever reason, the arena is reset and the next one's.
///
///     memory_arena::arena_pool pool{{.arena = {.capacity = 64 << 20}}};
///     {
///         const memory_arena::pooled_arena arena = pool.acquire();
///         answer(request, *arena);
///     }  // reset, and free for others
///
/// Making an arena takes tens of microseconds, taking one out of the pool some tens of nanoseconds.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <memory_resource>
#include <optional>
#include <utility>

#include <memory_arena/arena.hpp>
#include <memory_arena/detail/compiler.hpp>
#include <memory_arena/detail/contract.hpp>
#include <memory_arena/detail/exceptions.hpp>
#include <memory_arena/retain.hpp>

namespace memory_arena::inline MEMORY_ARENA_ABI {

/// What a pool is made from. A value outside its range is `std::invalid_argument` where the pool is
/// made.
struct arena_pool_options {
    /// What each arena is made from. Without a buffer: they would share it.
    arena_options arena = {};

    /// The most arenas that may be out at once, 1 to `max_pool_arenas`. Each is made when it is
    /// first needed, and stays until the pool's end; an idle one costs its address space, and what
    /// `kept` lets it keep.
    std::size_t arena_count = 64;

    /// So many of them are made by the constructor, 1 to `arena_count`.
    std::size_t prepared_count = 1;

    /// What an arena keeps of its pages when it comes back. `retain::adaptive` goes by the pool as
    /// a whole: as much as all but four of the last 64 check-outs used, and a quarter more. So one
    /// large request in some dozens gives back what it took at once, whichever arena it had, and
    /// sizes that come again and again find their pages warm. Arenas that lie idle with more are
    /// looked at in turn, one in each 64 check-outs.
    retain kept = retain::adaptive;
};

/// The largest pool.
inline constexpr std::size_t max_pool_arenas = 65'536;

/// A pool's figures. At rest each is exact.
struct arena_pool_usage {
    std::size_t arenas = 0;        ///< that the pool may have: the option
    std::size_t made = 0;          ///< of them so far
    std::size_t in_use = 0;        ///< of those, out now
    std::uint64_t check_outs = 0;  ///< so far
    std::uint64_t waits = 0;       ///< calls of acquire that found none free, and waited
    std::uint64_t refusals = 0;    ///< calls that gave up: of try_acquire, and timed ones
    std::size_t committed = 0;     ///< bytes of pages, in all arenas together
    std::size_t kept = 0;          ///< bytes that an arena keeps, at most, when it comes back
};

namespace detail {

class pool_core;   // src/pool/pool_core.hpp: the compiled half
struct pool_slot;  // where one of a pool's arenas lives

/// An arena that is out; nothing, where there was none to be had.
struct check_out {
    pool_slot* slot = nullptr;
    arena* taken = nullptr;
};

// The compiled half, as the inlined half calls it (src/pool/arena_pool.cpp).
MEMORY_ARENA_API pool_core& open_pool(const arena_pool_options& options);
MEMORY_ARENA_API void close_pool(pool_core& pool) noexcept;
MEMORY_ARENA_API check_out acquire_from(pool_core& pool);
MEMORY_ARENA_API check_out acquire_from(pool_core& pool,
                                        std::chrono::steady_clock::time_point deadline);
MEMORY_ARENA_API check_out try_acquire_from(pool_core& pool) noexcept;
MEMORY_ARENA_API void return_to_pool(pool_slot& slot) noexcept;
MEMORY_ARENA_API void trim_pool(pool_core& pool, std::size_t keep) noexcept;
MEMORY_ARENA_API arena_pool_usage usage_of(const pool_core& pool) noexcept;

}  // namespace detail

/// An arena that is out of its pool. Whoever holds it may use it as an arena of their own, on any
/// number of threads. Its destructor resets the arena, which runs the destructors registered in it,
/// and gives it back to the pool; so does give_back(). A budget that was set is the options' again.
/// Movable, to another thread too; empty then, and after give_back(), and where nothing was given:
/// an empty one may only be assigned to, asked whether it is, and destroyed.
///
/// It must not lie in its own arena, nor in the frame of a coroutine that does: the end of such a
/// frame would be in memory that is another's by then. A checked build reports it.
class [[nodiscard]] pooled_arena {
public:
    pooled_arena() noexcept = default;
    explicit pooled_arena(detail::check_out out) noexcept : out_(out) {}
    pooled_arena(pooled_arena&& other) noexcept : out_(std::exchange(other.out_, {})) {}
    pooled_arena& operator=(pooled_arena&& other) noexcept {
        if (this != &other) {
            give_back();
            out_ = std::exchange(other.out_, {});
        }
        return *this;
    }
    pooled_arena(const pooled_arena&) = delete;
    pooled_arena& operator=(const pooled_arena&) = delete;
    ~pooled_arena() { give_back(); }

    [[nodiscard]] arena& operator*() const noexcept { return *out_.taken; }
    [[nodiscard]] arena* operator->() const noexcept { return out_.taken; }
    [[nodiscard]] arena* get() const noexcept { return out_.taken; }
    [[nodiscard]] explicit operator bool() const noexcept { return out_.taken != nullptr; }

    /// What the destructor does, now. As basic_arena::reset: nothing made in the arena may still be
    /// used. O(1), unless destructors are registered or pages go back.
    void give_back() noexcept {
        if (out_.slot != nullptr) {
            if constexpr (detail::is_checked) {
                if (out_.taken->contains(this)) {
                    detail::fail("memory_arena: a pooled_arena lies in its own arena");
                }
            }
            detail::return_to_pool(*std::exchange(out_, {}).slot);
        }
    }

private:
    detail::check_out out_;
};

/// Arenas for whoever needs one for a while. All calls are thread safe, but for the destructor.
///
/// The arena that came back last goes out first: its memory is warm. Taking and returning one is
/// lock-free (a stack of numbers, Treiber, with a tag against ABA) unless somebody has to wait for
/// it, and takes nothing from the heap once the arena is made.
class arena_pool {
public:
    /// Takes memory for the pool's own tables, and makes `prepared_count` arenas. Throws
    /// `std::invalid_argument`, `std::bad_alloc`, and `std::system_error` (the kernel refused).
    explicit arena_pool(const arena_pool_options& options) : core_(detail::open_pool(options)) {}

    /// Destroys all arenas. Every one has to be back: else the process ends, by the failure handler
    /// (errors.hpp) and abort. And as for all that is destroyed, calls have to have returned: that
    /// an arena can be had again doesn't say that the give_back() on another thread has.
    ~arena_pool() { detail::close_pool(core_); }

    arena_pool(const arena_pool&) = delete;
    arena_pool& operator=(const arena_pool&) = delete;

    /// A free arena; waits until there is one. Who comes meanwhile may be served first. O(1), but
    /// for the wait and the making of an arena. Throws `std::system_error` where none is free and
    /// there is no memory for another one, or the system refuses it; the next call tries again.
    pooled_arena acquire() { return pooled_arena(detail::acquire_from(core_)); }

    /// acquire(); nullopt where that would wait or throw.
    [[nodiscard]] std::optional<pooled_arena> try_acquire() noexcept {
        return optional_of(detail::try_acquire_from(core_));
    }

    /// acquire(); nullopt where `deadline` passes first. In the past: as if it tried once.
    [[nodiscard]] std::optional<pooled_arena> acquire_until(
        std::chrono::steady_clock::time_point deadline) {
        return optional_of(detail::acquire_from(core_, deadline));
    }

    /// acquire(); nullopt after `time`.
    template <class Rep, class Period>
    [[nodiscard]] std::optional<pooled_arena> acquire_for(
        const std::chrono::duration<Rep, Period>& time) {
        using clock = std::chrono::steady_clock;
        const clock::time_point now = clock::now();
        // A time that no clock reaches is for ever; compared as doubles, which none overflows.
        using seconds = std::chrono::duration<double>;
        if (!(seconds(time) > seconds::zero())) {
            return acquire_until(now);
        }
        if (seconds(time) >= seconds(clock::time_point::max() - now)) {
            return acquire();
        }
        return acquire_until(now + std::chrono::ceil<clock::duration>(time));
    }

    /// What `work(arena&)` returns, called with an arena of the pool, which is back afterwards,
    /// also when it throws. What it returns must not lie in the arena. Throws what acquire and
    /// `work` throw.
    template <class Work>
    decltype(auto) execute(Work&& work) {
        const pooled_arena held = acquire();
        return std::forward<Work>(work)(*held);
    }

    /// Has every arena, also those that are out, give the pages back to the system that lie behind
    /// its frontier and `keep` bytes. O(pages); basic_arena::trim.
    void trim(std::size_t keep = 0) noexcept { detail::trim_pool(core_, keep); }

    /// All figures. O(arenas), without a lock.
    [[nodiscard]] arena_pool_usage usage() const noexcept { return detail::usage_of(core_); }

private:
    static std::optional<pooled_arena> optional_of(detail::check_out out) noexcept {
        return out.slot != nullptr ? std::optional<pooled_arena>(out) : std::nullopt;
    }

    detail::pool_core& core_;
};

}  // namespace memory_arena::inline MEMORY_ARENA_ABI
