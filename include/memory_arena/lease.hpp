#pragma once

/// \file
/// The lease: an arena's single-threaded twin. A lane that belongs to an object of the caller's in
/// place of a thread, so that finding it takes no thread-local, and so that a part of what was made
/// in it can be undone.
///
///     memory_arena::arena_lease lease = arena.lease();
///     for (const request& next : requests) {
///         const auto scope = lease.scope();
///         answer(next, lease.new_span<char>(next.size()));
///     }  // undone: destructors have run, and the next turn uses the same memory

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include <memory_arena/arena.hpp>
#include <memory_arena/detail/align.hpp>
#include <memory_arena/detail/block_change.hpp>
#include <memory_arena/detail/compiler.hpp>
#include <memory_arena/detail/contract.hpp>
#include <memory_arena/detail/lane.hpp>
#include <memory_arena/typed_calls.hpp>

namespace memory_arena::inline MEMORY_ARENA_ABI {

namespace detail {

/// What a lease's lane held when a scope began.
struct scope_mark {
    std::uint64_t generation = 0;
    std::uintptr_t start = 0;
    std::uintptr_t cursor = 0;
    std::size_t settled = 0;
    cleanup_record* cleanups = nullptr;
    std::size_t chunks_taken = 0;
    std::size_t depth = 0;      ///< scopes open, this one counted
    bool within_reset = false;  ///< it began in a destructor that reset ran
};

// The compiled half, as the inlined half calls it (src/arena/arena.cpp).
MEMORY_ARENA_API lane& open_lease(arena_face& face);
MEMORY_ARENA_API lane* try_open_lease(arena_face& face) noexcept;
MEMORY_ARENA_API void close_lease(arena_face& face, lane& mine) noexcept;
MEMORY_ARENA_RETURNS_NONNULL MEMORY_ARENA_API MEMORY_ARENA_COLD void* refill_lease(
    arena_face& face, lane& mine, std::size_t bytes, std::size_t alignment);
MEMORY_ARENA_API MEMORY_ARENA_COLD void* try_refill_lease(
    arena_face& face, lane& mine, std::size_t bytes, std::size_t alignment) noexcept;
MEMORY_ARENA_API MEMORY_ARENA_COLD void register_first_cleanup(
    arena_face& face, lane& mine, cleanup_record* record, std::uint64_t stamp) noexcept;
MEMORY_ARENA_API MEMORY_ARENA_COLD bool grow_beside(arena_face& face, lane& mine,
                                                    const block_change& block) noexcept;
MEMORY_ARENA_API MEMORY_ARENA_COLD void shrink_watched(arena_face& face, lane& mine,
                                                       const block_change& block) noexcept;
MEMORY_ARENA_API MEMORY_ARENA_COLD void give_back_beside(
    arena_face& face, lane& mine, std::uintptr_t begin, std::size_t bytes) noexcept;
MEMORY_ARENA_API lifetime_mark mark_of_lease(const arena_face& face, lane& mine) noexcept;
MEMORY_ARENA_API scope_mark open_scope(arena_face& face, lane& mine) noexcept;
MEMORY_ARENA_API void close_scope(arena_face& face, lane& mine, const scope_mark& mark) noexcept;

}  // namespace detail

/// A part of a lease's life. Its end undoes all that was made in the lease since it began: runs the
/// destructors registered since, newest first, and takes the memory back, across TLAB edges too,
/// for the lease's next allocations. What was made before it stays.
///
/// Scopes of one lease nest: the one begun last ends first. The end of one that saw a reset of the
/// arena, or that a destructor brings about which a reset runs, does nothing: the reset destroys
/// what was made in it. The lease must outlive its scopes, and may be moved meanwhile.
class [[nodiscard]] lease_scope {
public:
    lease_scope(detail::arena_face& face, detail::lane& mine) noexcept
        : face_(face), lane_(mine), mark_(detail::open_scope(face, mine)) {}
    lease_scope(const lease_scope&) = delete;
    lease_scope& operator=(const lease_scope&) = delete;
    ~lease_scope() { detail::close_scope(face_, lane_, mark_); }

private:
    detail::arena_face& face_;
    detail::lane& lane_;
    detail::scope_mark mark_;
};

/// The bytes of a lease: what its typed calls (typed_calls.hpp) are made of.
class lease_bytes {
public:
    lease_bytes(const lease_bytes&) = delete;
    lease_bytes& operator=(const lease_bytes&) = delete;

    /// As the arena's (arena.hpp), by one thread at a time. No thread-local is looked at.
    [[nodiscard]] MEMORY_ARENA_RETURNS_NONNULL MEMORY_ARENA_ALWAYS_INLINE void* allocate_bytes(
        std::size_t bytes, std::size_t alignment = alignof(std::max_align_t)) {
        void* result = nullptr;
        if (bump(bytes, alignment, result)) [[likely]] {
            return result;
        }
        return detail::refill_lease(*face_, *lane_, bytes, alignment);
    }

    /// allocate_bytes; null where that throws.
    [[nodiscard]] MEMORY_ARENA_ALWAYS_INLINE void* try_allocate_bytes(
        std::size_t bytes, std::size_t alignment = alignof(std::max_align_t)) noexcept {
        void* result = nullptr;
        if (bump(bytes, alignment, result)) [[likely]] {
            return result;
        }
        return detail::try_refill_lease(*face_, *lane_, bytes, alignment);
    }

    /// As the arena's (arena.hpp), of what was allocated from this lease; within a scope, where it
    /// is the newest of the lease. By one thread at a time.
    void deallocate_bytes(void* block, std::size_t bytes) noexcept {
        const auto begin = reinterpret_cast<std::uintptr_t>(block);
        const std::uint64_t now = face_->generation.load(std::memory_order_relaxed);
        if (!detail::retract(*lane_, begin, bytes, now)) {
            detail::give_back_beside(*face_, *lane_, begin, bytes);
        }
    }

    /// As the arena's (arena.hpp), and another number after each end of a scope, too.
    [[nodiscard]] std::uint64_t lifetime() const noexcept {
        // Neither ever falls, so no sum comes again.
        return face_->generation.load(std::memory_order_acquire) +
               lane_->rewinds.load(std::memory_order_relaxed);
    }

    /// As the arena's (arena.hpp), and of the scope that is open now, if one is.
    [[nodiscard]] detail::lifetime_mark mark() const noexcept {
        if constexpr (detail::is_checked) {
            return detail::mark_of_lease(*face_, *lane_);
        } else {
            return {};
        }
    }

    /// The arena's (arena.hpp).
    [[nodiscard]] std::uint64_t generation() const noexcept {
        return face_->generation.load(std::memory_order_acquire) - face_->generation_base;
    }

protected:
    lease_bytes(detail::arena_face& face, detail::lane* mine) noexcept
        : face_(&face), lane_(mine) {}
    lease_bytes(lease_bytes&& other) noexcept
        : face_(other.face_), lane_(std::exchange(other.lane_, nullptr)) {}
    lease_bytes& operator=(lease_bytes&& other) noexcept {
        if (this != &other) {
            const lease_bytes ended(std::move(*this));
            face_ = other.face_;
            lane_ = std::exchange(other.lane_, nullptr);
        }
        return *this;
    }
    ~lease_bytes() {
        if (lane_ != nullptr) {
            detail::close_lease(*face_, *lane_);
        }
    }

    MEMORY_ARENA_ALWAYS_INLINE bool bump(std::size_t bytes, std::size_t alignment,
                                         void*& result) noexcept {
        if (!detail::is_alignment(alignment)) [[unlikely]] {
            return false;  // the refill reports it
        }
        // Relaxed: see detail::bump.
        const std::uint64_t generation = face_->generation.load(std::memory_order_relaxed);
        return detail::bump(*lane_, generation, bytes, alignment, result);
    }

    /// The generation that the lease's newest allocation belongs to.
    MEMORY_ARENA_ALWAYS_INLINE std::uint64_t stamp() const noexcept {
        return lane_->generation.load(std::memory_order_relaxed);
    }

    /// Takes back the `bytes` at `block`, taken under `stamp`, where they are still the newest.
    void give_back(void* block, std::size_t bytes, std::uint64_t stamp) noexcept {
        const auto begin = reinterpret_cast<std::uintptr_t>(block);
        if (!detail::retract(*lane_, begin, bytes, stamp) && face_->is_watched()) [[unlikely]] {
            detail::give_back_beside(*face_, *lane_, begin, bytes);
        }
    }

    /// As the arena's (arena.hpp).
    bool grow_beside(const detail::block_change& block) noexcept {
        return detail::grow_beside(*face_, *lane_, block);
    }
    void shrink_watched(const detail::block_change& block) noexcept {
        detail::shrink_watched(*face_, *lane_, block);
    }

    /// Has the end of the scope, or reset, run `record`, whose bytes were taken under `stamp`.
    MEMORY_ARENA_ALWAYS_INLINE void register_cleanup(detail::cleanup_record* record,
                                                     std::uint64_t stamp) noexcept {
        if (!detail::push(*lane_, record, stamp)) [[unlikely]] {
            detail::register_first_cleanup(*face_, *lane_, record, stamp);
        }
    }

    [[nodiscard]] detail::arena_face& face() const noexcept { return *face_; }
    [[nodiscard]] detail::lane* mine() const noexcept { return lane_; }

private:
    detail::arena_face* face_;
    detail::lane* lane_;  ///< in the arena; null once moved from
};

/// A lease of an arena, or of a cpu_arena: `arena.lease()` makes one. It has the arena's allocating
/// calls, and they may run beside all that the arena's may; but a lease itself is used by one
/// thread at a time. Which one may change, as a fiber or a coroutine changes threads, if something
/// orders the two. An allocation costs what a thread's own costs.
///
/// What was made in it lives until the arena's reset, or until the end of the scope that it was
/// made in, not until the end of the lease; managed objects are destroyed newest first within a
/// lease. After a reset the next allocation takes a new TLAB by itself.
///
/// In the table of arena.hpp a lease's end, and a scope's beginning and end, are allocations.
/// Moves; one that was moved from may be destroyed or assigned to, and nothing else. It ends before
/// its arena, and after its scopes.
class arena_lease : public typed_calls<lease_bytes> {
public:
    /// What `lease()` of the arena behind `face` does.
    explicit arena_lease(detail::arena_face& face)
        : typed_calls<lease_bytes>(face, &detail::open_lease(face)) {}

    /// Without exceptions: nullopt where that throws.
    [[nodiscard]] static std::optional<arena_lease> try_make(detail::arena_face& face) noexcept {
        detail::lane* const mine = detail::try_open_lease(face);
        return mine != nullptr ? std::optional<arena_lease>(arena_lease(face, mine)) : std::nullopt;
    }

    arena_lease(arena_lease&&) noexcept = default;
    arena_lease& operator=(arena_lease&&) noexcept = default;
    arena_lease(const arena_lease&) = delete;
    arena_lease& operator=(const arena_lease&) = delete;

    /// What is left of its TLAB, and of what it kept for scopes, goes back to the arena where that
    /// is possible; the next lease finds the rest. Destroys nothing. O(chunks it kept), 60 at most.
    ~arena_lease() = default;

    /// Begins a scope: some ten nanoseconds together with its end, besides the destructors.
    ///
    /// The lease keeps the memory that its scopes have used, for its next ones. The same requests
    /// again take nothing new from the arena. (Where there are scopes within scopes, and
    /// allocations of others came between, that is so after a few turns.) Any loop of scopes holds
    /// at most twice what the largest of them used, and one TLAB, each rounded up to blocks (4 KiB;
    /// less in arenas under 256 KiB). Two limits: of what others' allocations drive into more than
    /// 60 pieces, the further ones stay taken until the reset; and what the lease no longer needs,
    /// but has no room on the arena's shelves (`shard_count` runs of blocks), stays with the lease.
    lease_scope scope() & noexcept { return {face(), *mine()}; }
    lease_scope scope() && = delete;  // it would outlive the lease

private:
    arena_lease(detail::arena_face& face, detail::lane* mine) noexcept
        : typed_calls<lease_bytes>(face, mine) {}
};

template <class Lanes>
arena_lease basic_arena<Lanes>::lease() & {
    return arena_lease(this->face());
}

template <class Lanes>
std::optional<arena_lease> basic_arena<Lanes>::try_lease() & noexcept {
    return arena_lease::try_make(this->face());
}

}  // namespace memory_arena::inline MEMORY_ARENA_ABI
