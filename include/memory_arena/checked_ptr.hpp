#pragma once

#include <cstddef>
#include <type_traits>

#include <memory_arena/arena.hpp>

namespace memory_arena::inline MEMORY_ARENA_ABI {

/// A pointer to what was made in an arena, a cpu_arena or a lease, which in a checked build
/// (MEMORY_ARENA_CHECKED) knows until when that lives: the reset, the end of the arena, and the end
/// of the scope of a lease that it was made in.
///
///     memory_arena::checked_ptr node(arena, arena.new_object<tree_node>());
///     arena.reset();
///     node->visit();  // a checked build aborts, names the arena, and says where it was reset
///
/// In other builds it is a pointer: of its size, and nothing is checked. It owns nothing, and
/// copies like a pointer; one thread may use one while another uses another. Every call is O(1).
template <class T>
class checked_ptr {
public:
    constexpr checked_ptr() noexcept = default;
    // NOLINTNEXTLINE(google-explicit-constructor): as any pointer
    constexpr checked_ptr(std::nullptr_t /*null*/) noexcept {}

    /// `pointer` leads to what was just made in `source`, in its current generation and scope.
    template <class Source>
    checked_ptr(const Source& source, T* pointer) noexcept
        : pointer_(pointer), mark_(source.mark()) {}

    /// To a base of it, or to it as a constant.
    template <class U>
        requires std::is_convertible_v<U*, T*>
        // NOLINTNEXTLINE(google-explicit-constructor): as any pointer
        checked_ptr(const checked_ptr<U>& other)
    noexcept : pointer_(other.unchecked()), mark_(other.mark()) {}

    /// What it leads to. Aborts in a checked build where that isn't alive any more.
    [[nodiscard]] T* get() const noexcept {
        if (pointer_ != nullptr) {
            mark_.require_alive("a checked_ptr");
        }
        return pointer_;
    }
    [[nodiscard]] T& operator*() const noexcept { return *get(); }
    [[nodiscard]] T* operator->() const noexcept { return get(); }

    [[nodiscard]] explicit operator bool() const noexcept { return pointer_ != nullptr; }

    /// The address alone, alive or not.
    [[nodiscard]] T* unchecked() const noexcept { return pointer_; }

    /// For conversions.
    [[nodiscard]] const detail::lifetime_mark& mark() const noexcept { return mark_; }

    /// By address.
    friend bool operator==(const checked_ptr& left, const checked_ptr& right) noexcept {
        return left.pointer_ == right.pointer_;
    }
    friend bool operator==(const checked_ptr& left, std::nullptr_t) noexcept {
        return left.pointer_ == nullptr;
    }

private:
    T* pointer_ = nullptr;
    [[no_unique_address]] detail::lifetime_mark mark_;
};

template <class Source, class T>
checked_ptr(const Source&, T*) -> checked_ptr<T>;

static_assert(detail::is_checked || sizeof(checked_ptr<int>) == sizeof(int*));

}  // namespace memory_arena::inline MEMORY_ARENA_ABI
