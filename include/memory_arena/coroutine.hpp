#pragma once

/// \file
/// Coroutines whose frames lie in an arena. A promise type that derives from arena_frame takes the
/// frame of each of its coroutines from the arena, cpu_arena or lease that is the coroutine's first
/// argument:
///
///     struct task {
///         struct promise_type : memory_arena::arena_frame { … };
///     };
///     task answer(memory_arena::arena_lease& lease, request asked);
///
/// Of a member function, or a lambda, it is the first argument behind the object, unless that is
/// itself the source. Without one a coroutine doesn't compile: a frame that went to the heap
/// unnoticed is what this is there to avoid.
///
/// *Lifetime.* A frame is given back when the coroutine ends, or is destroyed, as
/// `deallocate_bytes` gives back: where it is the newest of its lane. So coroutines that call one
/// another, and end in the reverse order, use the same memory again and again. One that ends
/// elsewhere, or on another thread than it began on, stays used until the reset; but a lease knows
/// no threads, so a frame in one is given back wherever the lease's user runs. (One in which a
/// scope has ended since takes nothing back: it can't tell whether the frame was in it.) Clang puts
/// some frames into their caller's, and takes nothing for them.
///
/// A frame that the end of a scope, or a reset, has come to belongs to nobody: the coroutine must
/// have been destroyed before, or is never resumed and never destroyed. Have a reset destroy those
/// that are left with `arena.on_reset([handle] { handle.destroy(); })`. (Should one be destroyed
/// after the reset nevertheless, by luck as its memory still holds it, nothing is given back; a
/// checked build reports it.)
///
/// The source is passed by reference, and stays where it is as long as the frame: a lease taken by
/// value would move into the frame that lies in it, and a pooled_arena would return the frame to
/// its pool before its end.
///
/// Thread safety and complexity are those of the source's allocate_bytes and deallocate_bytes.
/// A frame costs 24 bytes besides what the compiler wants (16 in 32 bits), and rounding to 16.

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <new>

#include <memory_arena/detail/align.hpp>
#include <memory_arena/detail/compiler.hpp>
#include <memory_arena/detail/contract.hpp>

namespace memory_arena::inline MEMORY_ARENA_ABI {

namespace detail {

/// What frames can come from: arenas of both types, leases, and whatever has their calls.
template <class T>
concept frame_source = requires(T& source, void* block, std::size_t bytes) {
    { source.allocate_bytes(bytes, bytes) } -> std::same_as<void*>;
    { source.try_allocate_bytes(bytes, bytes) }
    noexcept->std::same_as<void*>;
    { source.deallocate_bytes(block, bytes) }
    noexcept;
    { source.lifetime() }
    noexcept->std::same_as<std::uint64_t>;
    { source.mark() }
    noexcept->std::same_as<lifetime_mark>;
};

template <class...>
inline constexpr bool among_those_is_a_source = false;

/// Of a coroutine's arguments, the object included, the one that its frame comes from: the first,
/// or the one behind it.
template <class... Arguments>
constexpr void* source_among(Arguments&... /*arguments*/) noexcept {
    static_assert(among_those_is_a_source<Arguments...>,
                  "the first argument of this coroutine has to be an arena, a cpu_arena or an "
                  "arena_lease, by reference to non-const: its frame comes from there");
    return nullptr;
}
template <frame_source First, class... Rest>
constexpr First& source_among(First& first, Rest&... /*rest*/) noexcept {
    return first;
}
template <class First, frame_source Second, class... Rest>
    requires(!frame_source<First>)
constexpr Second& source_among(First& /*object*/, Second& second, Rest&... /*rest*/) noexcept {
    return second;
}

/// Behind each frame, where its end finds it: an operator delete is told no more than the size.
struct frame_origin {
    void (*give_back)(const frame_origin& its, void* frame, std::size_t all) noexcept;
    void* source;
    std::uint64_t lifetime;  ///< of the source, when it gave the frame
    [[no_unique_address]] lifetime_mark mark;
};

/// A frame of `bytes` and its origin, which ends it. A multiple of the alignment, so that the frame
/// before it is the newest again once this one has been given back: there is no padding between
/// them. The compiler knows the frame's size: no sum wraps.
constexpr std::size_t with_origin(std::size_t bytes, std::size_t alignment) noexcept {
    return round_up(round_up(bytes, alignof(frame_origin)) + sizeof(frame_origin), alignment);
}

/// Of the frame whose memory, `all` bytes with it, begins there.
inline void* origin_in(void* frame, std::size_t all) noexcept {
    return static_cast<std::byte*>(frame) + all - sizeof(frame_origin);
}

template <frame_source Source>
void give_back_frame(const frame_origin& its, void* frame, std::size_t all) noexcept {
    its.mark.require_alive("a coroutine");
    Source& source = *static_cast<Source*>(its.source);
    if (source.lifetime() == its.lifetime) {
        source.deallocate_bytes(frame, all);
    }
}

template <frame_source Source>
void* begin_frame(void* frame, std::size_t all, Source& source) noexcept {
    ::new (origin_in(frame, all))
        frame_origin{&give_back_frame<Source>, &source, source.lifetime(), source.mark()};
    return frame;
}

inline void end_frame(void* frame, std::size_t all) noexcept {
    const auto* const its = std::launder(static_cast<const frame_origin*>(origin_in(frame, all)));
    its->give_back(*its, frame, all);
}

}  // namespace detail

/// The base of a promise type whose frames are aligned to `Alignment`: to more than operator new is
/// where a local or a parameter of the coroutine is, since compilers (GCC 12, Clang 14 and later
/// ones) don't tell a promise so.
///
/// A coroutine that the source can't serve isn't begun: its call throws `arena_exhausted`.
template <std::size_t Alignment = __STDCPP_DEFAULT_NEW_ALIGNMENT__>
struct basic_arena_frame {
    // Both always inlined: GCC 12 warns of calls of them, as of a pair that doesn't match.
    static_assert(detail::is_alignment(Alignment) && Alignment >= alignof(detail::frame_origin));

    template <class... Arguments>
    MEMORY_ARENA_ALWAYS_INLINE static void* operator new(std::size_t bytes,
                                                         Arguments&&... arguments) {
        auto& source = detail::source_among(arguments...);
        const std::size_t all = detail::with_origin(bytes, Alignment);
        return detail::begin_frame(source.allocate_bytes(all, Alignment), all, source);
    }

    MEMORY_ARENA_ALWAYS_INLINE static void operator delete(void* frame,
                                                           std::size_t bytes) noexcept {
        detail::end_frame(frame, detail::with_origin(bytes, Alignment));
    }
};

using arena_frame = basic_arena_frame<>;

/// The same for a promise type that has get_return_object_on_allocation_failure, and must: it says
/// what the call of a coroutine returns that the source can't serve. Nothing is thrown.
template <std::size_t Alignment = __STDCPP_DEFAULT_NEW_ALIGNMENT__>
struct basic_try_arena_frame : private basic_arena_frame<Alignment> {
    template <class... Arguments>
    MEMORY_ARENA_ALWAYS_INLINE static void* operator new(std::size_t bytes,
                                                         Arguments&&... arguments) noexcept {
        auto& source = detail::source_among(arguments...);
        const std::size_t all = detail::with_origin(bytes, Alignment);
        void* const frame = source.try_allocate_bytes(all, Alignment);
        return frame != nullptr ? detail::begin_frame(frame, all, source) : nullptr;
    }

    using basic_arena_frame<Alignment>::operator delete;
};

using try_arena_frame = basic_try_arena_frame<>;

}  // namespace memory_arena::inline MEMORY_ARENA_ABI
