#pragma once

/// \file
/// For libraries that make their allocators themselves, by the default constructor, and so can't be
/// told of an arena: one is bound to the thread meanwhile.
///
///     const memory_arena::arena_binding bound(arena);
///     auto document = memory_arena::nlohmann_json::parse(text);  // lies in the arena

#include <cstddef>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include <memory_arena/allocator.hpp>
#include <memory_arena/detail/compiler.hpp>
#include <memory_arena/detail/exceptions.hpp>

namespace memory_arena::inline MEMORY_ARENA_ABI {

/// As long as it lives, `source` is what bound allocators over an A that this thread makes take
/// memory from. Bindings nest: the end of one brings back the one before. It must end on the thread
/// that it began on, newest first, and before its source. Of each A (`arena`, `cpu_arena`,
/// `arena_lease`) a thread has one binding, independent of the others; other threads have theirs. A
/// coroutine must not be suspended within one: whoever runs on the thread then would find it. A
/// lease must not be moved as long as anything made under its binding is there.
///
/// O(1): a thread-local is written. It is each shared object's own where that hides its symbols
/// (-fvisibility=hidden) or is brought in by dlopen: bind on the side that makes the allocators.
template <class A = arena>
class [[nodiscard]] arena_binding {
public:
    explicit arena_binding(A& source) noexcept : before_(std::exchange(bound, &source)) {}
    arena_binding(const arena_binding&) = delete;
    arena_binding& operator=(const arena_binding&) = delete;
    ~arena_binding() { bound = before_; }

    /// What is bound to this thread; null where nothing is.
    [[nodiscard]] static A* current() noexcept { return bound; }

private:
    static inline constinit thread_local A* bound = nullptr;

    A* before_;
};

namespace detail {

/// The caller's mistake, so no arena_exhausted.
[[noreturn]] MEMORY_ARENA_COLD inline void raise_nothing_bound() {
    raise(std::logic_error(
        "memory_arena: memory was asked for through a default-constructed allocator, and no arena "
        "is bound to this thread (memory_arena::arena_binding)"));
}

}  // namespace detail

/// arena_allocator with a default constructor: that takes the A which is bound to this thread, and
/// keeps it. Made with none bound, it can't allocate, and says so: `std::logic_error`.
///
/// Gives nothing back before the reset: whoever makes an allocator anew to give a block back can't
/// know which arena, nor which generation, the block is of. So what isn't bound when things are
/// destroyed doesn't matter.
template <class T, class A = arena>
class bound_allocator {
public:
    using value_type = T;
    /// As arena_allocator's.
    using propagate_on_container_copy_assignment = std::false_type;
    using propagate_on_container_move_assignment = std::true_type;
    using propagate_on_container_swap = std::true_type;
    using is_always_equal = std::false_type;

    bound_allocator() noexcept : source_(arena_binding<A>::current()) {}

    // NOLINTNEXTLINE(google-explicit-constructor): as arena_allocator's
    bound_allocator(A& source) noexcept : source_(&source) {}

    template <class U>
    // NOLINTNEXTLINE(google-explicit-constructor): rebinding, as every allocator
    bound_allocator(const bound_allocator<U, A>& other) noexcept : source_(other.source()) {}

    /// `count` elements' uninitialised bytes. Throws `std::logic_error` where there is no arena,
    /// and what arena_allocator throws.
    [[nodiscard]] T* allocate(std::size_t count) {
        if (source_ == nullptr) [[unlikely]] {
            detail::raise_nothing_bound();
        }
        return arena_allocator<T, A>(*source_).allocate(count);
    }

    void deallocate(T* /*first*/, std::size_t /*count*/) noexcept {}

    /// A copied container lies in what is bound then, as all that is made anew; where nothing is,
    /// where the original does.
    [[nodiscard]] bound_allocator select_on_container_copy_construction() const noexcept {
        const bound_allocator now;
        return now.source_ != nullptr ? now : *this;
    }

    /// Null where it was made with nothing bound.
    [[nodiscard]] A* source() const noexcept { return source_; }

    template <class U>
    friend bool operator==(const bound_allocator& left,
                           const bound_allocator<U, A>& right) noexcept {
        return left.source() == right.source();
    }

private:
    A* source_;
};

}  // namespace memory_arena::inline MEMORY_ARENA_ABI
