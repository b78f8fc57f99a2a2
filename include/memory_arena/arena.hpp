#pragma once

/// \file
/// The arena: one preallocated region that any number of threads bump-allocate from, given back all
/// at once by reset(). This file is the whole story of an allocation, from top to bottom, but for
/// the bump itself (detail/lane.hpp).
///
///     memory_arena::arena arena{32 << 20};
///     int* value = arena.new_object<int>(42);
///     arena.reset();
///
/// Which calls may run together on one arena, from any threads:
///
/// |          | allocate | queries | trim | reset              | destroy |
/// |----------|----------|---------|------|--------------------|---------|
/// | allocate | yes      | yes     | yes  | no, see reset()    | no      |
/// | queries  | yes      | yes     | yes  | yes                | no      |
/// | trim     | yes      | yes     | yes  | yes                | no      |
/// | reset    | no       | yes     | yes  | yes                | no      |
///
/// Not async-signal-safe: a handler must not allocate from an arena that it may have interrupted.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>

#include <memory_arena/arena_options.hpp>
#include <memory_arena/detail/align.hpp>
#include <memory_arena/detail/block_change.hpp>
#include <memory_arena/detail/compiler.hpp>
#include <memory_arena/detail/contract.hpp>
#include <memory_arena/detail/lane_policy.hpp>
#include <memory_arena/errors.hpp>
#include <memory_arena/retain.hpp>
#include <memory_arena/typed_calls.hpp>
#include <memory_arena/usage.hpp>

namespace memory_arena::inline MEMORY_ARENA_ABI {

class arena_lease;        // <memory_arena/lease.hpp>
struct arena_inspection;  // <memory_arena/inspect.hpp>

template <class Source>
class basic_arena_resource;  // <memory_arena/memory_resource.hpp>

namespace detail {

class arena_core;  // src/arena/arena_core.hpp: the compiled half

struct arena_face : lane_source {
    arena_core* core = nullptr;
    [[no_unique_address]] contract_handle contract{};
    /// Not 0 where a memory checker is told of every allocation (src/arena/watched.cpp): every lane
    /// that a bump finds is empty then, so that all come to the compiled half. So are those that
    /// leases see; their own lie so many bytes before them.
    std::size_t lease_facades_behind = 0;

    [[nodiscard]] bool is_watched() const noexcept { return lease_facades_behind != 0; }
};

// The compiled half, as the inlined half calls it (src/arena/arena.cpp).
MEMORY_ARENA_API void open_arena(arena_face& face, lane_kind kind, const arena_options& options);
MEMORY_ARENA_API std::error_code try_open_arena(arena_face& face, lane_kind kind,
                                                const arena_options& options) noexcept;
MEMORY_ARENA_API void close_arena(arena_face& face) noexcept;
MEMORY_ARENA_RETURNS_NONNULL MEMORY_ARENA_API MEMORY_ARENA_COLD void* refill(
    arena_face& face, std::size_t bytes, std::size_t alignment);
MEMORY_ARENA_API MEMORY_ARENA_COLD void* try_refill(arena_face& face, std::size_t bytes,
                                                    std::size_t alignment) noexcept;
MEMORY_ARENA_API MEMORY_ARENA_COLD void register_first_cleanup(
    arena_face& face, cleanup_record* record, std::uint64_t stamp) noexcept;
MEMORY_ARENA_API MEMORY_ARENA_COLD bool grow_beside(arena_face& face,
                                                    const block_change& block) noexcept;
MEMORY_ARENA_API MEMORY_ARENA_COLD void shrink_watched(arena_face& face,
                                                       const block_change& block) noexcept;
MEMORY_ARENA_API MEMORY_ARENA_COLD void give_back_beside(arena_face& face, std::uintptr_t begin,
                                                         std::size_t bytes) noexcept;
MEMORY_ARENA_API void reset_arena(arena_face& face, retain kept) noexcept;
MEMORY_ARENA_API void trim_arena(arena_face& face, std::size_t keep) noexcept;
MEMORY_ARENA_API void set_budget_of(arena_face& face, std::size_t bytes) noexcept;
MEMORY_ARENA_API arena_usage usage_of(const arena_face& face) noexcept;
MEMORY_ARENA_API std::size_t used_bytes_of(const arena_face& face) noexcept;
MEMORY_ARENA_API std::size_t remaining_bytes_of(const arena_face& face) noexcept;
MEMORY_ARENA_API std::size_t capacity_of(const arena_face& face) noexcept;
MEMORY_ARENA_API bool contains(const arena_face& face, const void* pointer) noexcept;
MEMORY_ARENA_API std::string_view name_of(const arena_face& face) noexcept;

}  // namespace detail

/// The bytes of an arena: what its typed calls (typed_calls.hpp) are made of.
template <class Lanes>
class arena_bytes {
public:
    arena_bytes(const arena_bytes&) = delete;
    arena_bytes& operator=(const arena_bytes&) = delete;

    /// `bytes` uninitialised bytes at `alignment`, any power of two. Zero bytes give a non-null,
    /// aligned pointer that nothing may be read from, and take nothing.
    ///
    /// Thread safe. O(1): the bump, without an atomic read-modify-write; when the lane's TLAB is
    /// used up, a refill, most often one compare-and-swap. Throws `arena_exhausted`, and
    /// `std::invalid_argument` for an alignment that is no power of two (a constant alignment costs
    /// no check). The arena is unchanged then.
    [[nodiscard]] MEMORY_ARENA_RETURNS_NONNULL MEMORY_ARENA_ALWAYS_INLINE void* allocate_bytes(
        std::size_t bytes, std::size_t alignment = alignof(std::max_align_t)) {
        void* result = nullptr;
        if (bump(bytes, alignment, result)) [[likely]] {
            return result;
        }
        return detail::refill(face_, bytes, alignment);
    }

    /// allocate_bytes; null where that throws.
    [[nodiscard]] MEMORY_ARENA_ALWAYS_INLINE void* try_allocate_bytes(
        std::size_t bytes, std::size_t alignment = alignof(std::max_align_t)) noexcept {
        void* result = nullptr;
        if (bump(bytes, alignment, result)) [[likely]] {
            return result;
        }
        return detail::try_refill(face_, bytes, alignment);
    }

    /// Takes back the `bytes` at `block`, as they were allocated (by allocate_bytes, new_unmanaged
    /// or a span of a type that needs no destructor), so that the next request can have them; or
    /// does nothing. By the thread that allocated them, in an `arena`, they are taken back where
    /// they are still the newest of its TLAB, or among the newest four that went past it (blocks
    /// of over a quarter of a TLAB; those of up to 63 KiB only while nobody else has taken memory
    /// from the same shard). In a `cpu_arena`: where they are the newest of this CPU's TLAB.
    ///
    /// They must be of the current generation: whatever was made before the last reset is gone.
    /// Thread safe, O(1).
    void deallocate_bytes(void* block, std::size_t bytes) noexcept {
        const auto begin = reinterpret_cast<std::uintptr_t>(block);
        // Relaxed: see detail::bump.
        const std::uint64_t generation = face_.generation.load(std::memory_order_relaxed);
        if (!Lanes::retract(face_, begin, bytes, generation)) {
            detail::give_back_beside(face_, begin, bytes);
        }
    }

    /// Another number after each reset: whether what was made when it was `then` may still be
    /// alive is whether it is the same now. What arena_allocator goes by.
    [[nodiscard]] std::uint64_t lifetime() const noexcept {
        return face_.generation.load(std::memory_order_acquire);
    }

    /// What checked_ptr and arena_allocator go by, in a checked build.
    [[nodiscard]] detail::lifetime_mark mark() const noexcept {
        return detail::lifetime_mark(face_.contract);
    }

    /// 1 at first; each reset adds 1 (resets that run at once, with destructors to run, are one).
    /// Equal before and after a call: no reset came between.
    [[nodiscard]] std::uint64_t generation() const noexcept {
        return face_.generation.load(std::memory_order_acquire) - face_.generation_base;
    }

protected:
    arena_bytes() noexcept = default;
    ~arena_bytes() = default;

    /// Finds the lane; if its TLAB belongs to the current generation and has room, takes the bytes.
    MEMORY_ARENA_ALWAYS_INLINE bool bump(std::size_t bytes, std::size_t alignment,
                                         void*& result) noexcept {
        if (!detail::is_alignment(alignment)) [[unlikely]] {
            return false;  // the refill reports it
        }
        return Lanes::bump(face_, bytes, alignment, result);
    }

    /// The generation that this thread's newest allocation belongs to.
    MEMORY_ARENA_ALWAYS_INLINE std::uint64_t stamp() const noexcept { return Lanes::stamp(face_); }

    /// Takes back the `bytes` at `block`, taken under `stamp`, where they are still the newest.
    void give_back(void* block, std::size_t bytes, std::uint64_t stamp) noexcept {
        const auto begin = reinterpret_cast<std::uintptr_t>(block);
        if (!Lanes::retract(face_, begin, bytes, stamp) && face_.is_watched()) [[unlikely]] {
            detail::give_back_beside(face_, begin, bytes);
        }
    }

    /// What try_extend can't do in the lane (extending_calls.hpp).
    bool grow_beside(const detail::block_change& block) noexcept {
        return detail::grow_beside(face_, block);
    }
    void shrink_watched(const detail::block_change& block) noexcept {
        detail::shrink_watched(face_, block);
    }

    /// Has reset run `record`, whose bytes were taken under `stamp`.
    MEMORY_ARENA_ALWAYS_INLINE void register_cleanup(detail::cleanup_record* record,
                                                     std::uint64_t stamp) noexcept {
        if (!Lanes::push(face_, record, stamp)) [[unlikely]] {
            detail::register_first_cleanup(face_, record, stamp);
        }
    }

    detail::arena_face& face() noexcept { return face_; }
    [[nodiscard]] const detail::arena_face& face() const noexcept { return face_; }

private:
    detail::arena_face face_;
};

/// A memory arena. `Lanes` says how a call finds its TLAB; everything else is the same.
template <class Lanes>
class basic_arena : public typed_calls<arena_bytes<Lanes>> {
public:
    /// An arena of `capacity` bytes (arena_options::capacity) and default options. Reserves address
    /// space and commits almost nothing: under 16 KiB until the first allocation. Throws
    /// `std::invalid_argument` (0 bytes, more than max_capacity) and `std::system_error` (the
    /// kernel refused; the text names the call).
    explicit basic_arena(std::size_t capacity) : basic_arena(arena_options{.capacity = capacity}) {}

    /// The same, with options.
    explicit basic_arena(const arena_options& options) {
        detail::open_arena(this->face(), Lanes::kind, options);
    }

    /// Runs what reset would run, then gives the reserve back to the system. No other call may run
    /// at the same time. Threads that have allocated here need not have exited.
    ~basic_arena() {
        if (this->face().core != nullptr) {
            detail::close_arena(this->face());
        }
    }

    basic_arena(const basic_arena&) = delete;
    basic_arena& operator=(const basic_arena&) = delete;

    /// An arena without exceptions: null, and why in `error`, where the constructor would throw
    /// (`std::errc::invalid_argument`, or the kernel's own code). See try_make_arena.
    [[nodiscard]] static std::unique_ptr<basic_arena> try_make(const arena_options& options,
                                                               std::error_code& error) noexcept {
        std::unique_ptr<basic_arena> result(new (std::nothrow) basic_arena());
        error = result != nullptr ? detail::try_open_arena(result->face(), Lanes::kind, options)
                                  : std::make_error_code(std::errc::not_enough_memory);
        if (error) {
            result.reset();
        }
        return result;
    }

    /// A lease: the arena's single-threaded twin, which finds its TLAB without a thread-local
    /// look-up and can undo a part of what it made (arena_lease::scope). Thread safe. O(1), some
    /// tens of nanoseconds; the arena's first takes memory for 64 of them from the system. Throws
    /// `std::system_error` where that refuses, or with 2^20 leases at once. Include
    /// <memory_arena/lease.hpp> to use it.
    [[nodiscard]] arena_lease lease() &;
    arena_lease lease() && = delete;  // it would outlive the arena

    /// lease(); nullopt where that throws.
    [[nodiscard]] std::optional<arena_lease> try_lease() & noexcept;
    std::optional<arena_lease> try_lease() && = delete;

    /// Ends the life of everything made in the arena, at once. Destructors of managed objects and
    /// on_reset callables run first, newest first within a thread; with none registered it is O(1)
    /// in objects, threads and bytes, some ten nanoseconds, without a system call. The pages stay
    /// committed, unless `kept` says otherwise: then what isn't kept goes back to the system, which
    /// is O(pages) and waits for a trim that is at work. A caller's buffer is always kept.
    ///
    /// The caller makes sure that nothing made before is still used and that no typed call overlaps
    /// it. Several resets at once are safe: each destructor runs once. Called from a destructor
    /// that reset runs it does nothing. A reset that overlaps `allocate_bytes` keeps the arena
    /// whole: the allocation belongs to one of the two generations, overlaps no other allocation of
    /// that one, and a caller who finds generation() equal before and after it knows which.
    ///
    /// A checked build finds typed calls that overlap it, and calls of it within a destructor, and
    /// remembers where it was called, `site`, for who uses what it ended.
    void reset(retain kept = retain::all,
               [[maybe_unused]] detail::call_site site = detail::call_site::here()) noexcept {
        [[maybe_unused]] const detail::reset_guard under_way(this->face().contract, site);
        detail::reset_arena(this->face(), kept);
    }

    /// Gives the pages that lie behind both the frontier and `keep` bytes back to the system; what
    /// is alive stays as it is. Thread safe, also beside allocations: one that needs a page that is
    /// going back waits until it is gone (8 MiB go at a time). O(pages). Not in a signal handler,
    /// and not of a caller's buffer: then it does nothing.
    void trim(std::size_t keep = 0) noexcept { detail::trim_arena(this->face(), keep); }

    /// Has the frontier of this and of all later generations end at `bytes`, rounded down to a
    /// block (4 KiB; less in arenas under 256 KiB), and at the capacity at most. Requests that need
    /// more fail as they do at the capacity's end. What has been given out beyond it stays, and
    /// lanes and shards serve from what they hold. Thread safe, O(1).
    void set_budget(std::size_t bytes) noexcept { detail::set_budget_of(this->face(), bytes); }

    /// All figures. Thread safe; O(lanes); no store to memory that allocations use.
    [[nodiscard]] arena_usage usage() const noexcept { return detail::usage_of(this->face()); }

    /// All figures, part by part: shards and lanes, and where each one's memory lies. As thread
    /// safe as usage(), without a store to memory that allocations use, and without a lock;
    /// O(shards and lanes), about ten nanoseconds each. Its answer lies on the heap: throws what
    /// that throws. Begins again where a reset came between. Include <memory_arena/inspect.hpp> to
    /// use it.
    [[nodiscard]] arena_inspection inspect() const;

    /// usage().used alone.
    [[nodiscard]] std::size_t used_bytes() const noexcept {
        return detail::used_bytes_of(this->face());
    }

    /// The lesser of capacity and budget, − used: an upper bound of what can still be had, for
    /// slack lies between.
    [[nodiscard]] std::size_t remaining_bytes() const noexcept {
        return detail::remaining_bytes_of(this->face());
    }

    /// Bytes of the reserve: the option, rounded up to a multiple of 16; of a buffer, what lies
    /// between its 16-byte boundaries.
    [[nodiscard]] std::size_t capacity() const noexcept {
        return detail::capacity_of(this->face());
    }

    /// Whether `pointer` points into the reserve (not: to something alive in it).
    [[nodiscard]] bool contains(const void* pointer) const noexcept {
        return detail::contains(this->face(), pointer);
    }

    /// The option; valid as long as the arena.
    [[nodiscard]] std::string_view name() const noexcept { return detail::name_of(this->face()); }

    /// The arena's one memory resource, for `std::pmr` containers; valid as long as the arena.
    /// Include <memory_arena/memory_resource.hpp> to use it.
    [[nodiscard]] MEMORY_ARENA_API basic_arena_resource<basic_arena>* resource() noexcept;

protected:
    basic_arena() noexcept = default;  // an empty one: for try_make, and for a pool's
};

using arena = basic_arena<per_thread>;

/// The arena whose lanes belong to CPUs: 10,000 threads hold no more memory than the machine has
/// CPUs. A bump costs a few instructions more, a managed object one compare-and-swap.
///
/// Its try_allocate_bytes, and allocate_bytes where that doesn't throw, are async-signal-safe and
/// safe in the child of a fork. Not in the child of a vfork, which shares its parent's area but not
/// its CPU.
using cpu_arena = basic_arena<per_cpu>;

/// An arena without exceptions: null, and why in `error`, where the constructor would throw.
template <class Arena = arena>
[[nodiscard]] std::unique_ptr<Arena> try_make_arena(const arena_options& options,
                                                    std::error_code& error) noexcept {
    return Arena::try_make(options, error);
}

}  // namespace memory_arena::inline MEMORY_ARENA_ABI
