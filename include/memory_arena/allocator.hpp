#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>

#include <memory_arena/arena.hpp>

namespace memory_arena::inline MEMORY_ARENA_ABI {

/// The allocator that lets standard containers live in an arena, without a virtual call:
/// `std::vector<int, arena_allocator<int>> v{arena};`.
///
/// It holds a pointer to the arena, which must outlive the container's use of it, and the
/// lifetime() that it found there. What a container gives back goes back to the arena where that
/// takes it (deallocate_bytes: the newest block, mostly), else it stays used until the reset; so
/// reserve() first. A container must not be used after a reset of its arena; its destructor may run
/// then (it gives nothing back: the lifetime is another), unless its elements' destructors touch
/// what they own elsewhere. So with a container that used a lease within a scope that has ended.
/// (A checked build reports a container that holds memory longer than its generation.)
///
/// A is `arena`, `cpu_arena`, `arena_lease` (which must not be moved meanwhile) or any type with
/// their allocate_bytes; one without deallocate_bytes and lifetime() is given nothing back.
/// Thread safety is A's.
template <class T, class A = arena>
class arena_allocator {
public:
    using value_type = T;
    /// Containers assign their contents, not their arena; on move and swap the arena goes along.
    using propagate_on_container_copy_assignment = std::false_type;
    using propagate_on_container_move_assignment = std::true_type;
    using propagate_on_container_swap = std::true_type;
    using is_always_equal = std::false_type;

    /// Implicit, so that a container can be given the arena itself.
    // NOLINTNEXTLINE(google-explicit-constructor)
    arena_allocator(A& source) noexcept
        : arena_(&source), lifetime_(lifetime_of(source)), mark_(mark_of(source)) {}

    template <class U>
    // NOLINTNEXTLINE(google-explicit-constructor): rebinding, as every allocator
    arena_allocator(const arena_allocator<U, A>& other) noexcept
        : arena_(&other.source()), lifetime_(other.lifetime()), mark_(other.mark()) {}

    /// `count` elements' uninitialised bytes. Throws `std::bad_array_new_length` and what A throws.
    [[nodiscard]] T* allocate(std::size_t count) {
        if (count > max_count) [[unlikely]] {
            detail::raise_bad_length();
        }
        void* const block = arena_->allocate_bytes(count * sizeof(T), alignof(T));
        mark_.note_block(block);
        return static_cast<T*>(block);
    }

    /// Gives back the `count` elements' bytes, if they may still be alive.
    void deallocate(T* first, std::size_t count) noexcept {
        mark_.require_alive_block(first);
        if constexpr (takes_back) {
            if (arena_->lifetime() == lifetime_) {
                arena_->deallocate_bytes(first, count * sizeof(T));
            }
        }
    }

    /// A copied container uses the same arena.
    [[nodiscard]] arena_allocator select_on_container_copy_construction() const noexcept {
        return *this;
    }

    [[nodiscard]] A& source() const noexcept { return *arena_; }

    /// Of the arena, when this allocator, or the one that it's a copy of, was made.
    [[nodiscard]] std::uint64_t lifetime() const noexcept { return lifetime_; }

    /// For checked builds.
    [[nodiscard]] const detail::lifetime_mark& mark() const noexcept { return mark_; }

    template <class U>
    friend bool operator==(const arena_allocator& left,
                           const arena_allocator<U, A>& right) noexcept {
        return &left.source() == &right.source();
    }

private:
    static constexpr std::size_t max_count =
        static_cast<std::size_t>(std::numeric_limits<std::ptrdiff_t>::max()) / sizeof(T);

    static constexpr bool takes_back = requires(A & source, void* block) {
        source.deallocate_bytes(block, std::size_t{});
        source.lifetime();
    };

    static std::uint64_t lifetime_of(const A& source) noexcept {
        if constexpr (takes_back) {
            return source.lifetime();
        } else {
            return 0;
        }
    }

    static detail::lifetime_mark mark_of(const A& source) noexcept {
        if constexpr (requires { source.mark(); }) {
            return source.mark();
        } else {
            return {};
        }
    }

    A* arena_;
    std::uint64_t lifetime_;
    [[no_unique_address]] detail::lifetime_mark mark_;
};

}  // namespace memory_arena::inline MEMORY_ARENA_ABI
