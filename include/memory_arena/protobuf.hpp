#pragma once

/// \file
/// Messages of Protocol Buffers in an arena: google::protobuf::Arena takes its blocks from ours.
/// Needs Protocol Buffers where it is included, and nowhere else; tested with 3.21.
///
///     memory_arena::arena arena{64 << 20};
///     const memory_arena::protobuf_binding bound(arena);
///     google::protobuf::Arena messages(memory_arena::protobuf_options(arena));
///     auto* reply = google::protobuf::Arena::CreateMessage<my_reply>(&messages);
///
/// A protobuf Arena asks for its blocks through a plain function, which is told their size and
/// nothing else. So where a block lies depends on the thread that needs it:
///
/// | block | lies in |
/// |---|---|
/// | the first one, for the thread that made the protobuf Arena | what protobuf_options was given |
/// | any other, of this thread or of another | what a protobuf_binding has bound to that thread |
/// | where nothing is bound, or that has no room left | the heap, by `operator new`, as protobuf's
/// own |
///
/// The protobuf Arena knows each block's origin, and its Reset() and destructor give each back to
/// where it came from, on whatever thread. They use the memory that they give back: both come
/// before the reset, or the end, of every arena that blocks came from, and before the end of the
/// lease's scope. Reset() keeps the first block.
///
/// Not in blocks, and so on the heap whatever is bound: in 3.21, a string's characters where they
/// are more than the 15 that lie within a std::string, and unknown fields.

#include <cstddef>
#include <limits>
#include <new>
#include <utility>

#include <google/protobuf/arena.h>

#include <memory_arena/arena.hpp>
#include <memory_arena/detail/compiler.hpp>
#include <memory_arena/detail/contract.hpp>
#include <memory_arena/detail/exceptions.hpp>

namespace memory_arena::inline MEMORY_ARENA_ABI {

namespace detail {

template <class T>
concept gives_and_takes = requires(T& source, void* block, std::size_t bytes) {
    source.try_allocate_bytes(bytes);
    source.deallocate_bytes(block, bytes);
};

/// What blocks come from: an arena, a cpu_arena or a lease.
struct protobuf_source {
    void* object;
    void* (*take)(void* object, std::size_t bytes) noexcept;
    void (*give_back)(void* object, void* block, std::size_t bytes) noexcept;
};

template <class Source>
void* take_from(void* source, std::size_t bytes) noexcept {
    return static_cast<Source*>(source)->try_allocate_bytes(bytes);
}
template <class Source>
void give_back_to(void* source, void* block, std::size_t bytes) noexcept {
    static_cast<Source*>(source)->deallocate_bytes(block, bytes);
}

/// Of this thread; null: the heap. Exported, so that all shared objects of a program have the one.
MEMORY_ARENA_API inline constinit thread_local const protobuf_source* bound_to_protobuf = nullptr;

/// Lies before each block, since its address is all that will be known of it. Aligned as the
/// strictest object, so that the block behind it is so, too.
struct alignas(std::max_align_t) protobuf_block_origin {
    void* object = nullptr;  ///< null: the heap
    void (*give_back)(void* object, void* block, std::size_t bytes) noexcept = nullptr;
};

inline void* take_protobuf_block(std::size_t bytes) {
    constexpr std::size_t header = sizeof(protobuf_block_origin);
    if (bytes > std::numeric_limits<std::size_t>::max() - header) [[unlikely]] {
        raise_bad_length();
    }
    void* place = nullptr;
    protobuf_block_origin origin;
    if (const protobuf_source* const bound = bound_to_protobuf) {
        place = bound->take(bound->object, header + bytes);
        origin = {bound->object, bound->give_back};
    }
    if (place == nullptr) {
        place = ::operator new(header + bytes);
        origin = {};
    }
    return ::new (place) protobuf_block_origin(origin) + 1;
}

inline void give_protobuf_block_back(void* block, std::size_t bytes) {
    protobuf_block_origin* const place = static_cast<protobuf_block_origin*>(block) - 1;
    const protobuf_block_origin origin = *place;
    if (origin.object != nullptr) {
        origin.give_back(origin.object, place, sizeof(origin) + bytes);
    } else {
        ::operator delete(place);
    }
}

}  // namespace detail

/// While it lives, blocks that a protobuf Arena with our options needs on this thread come from
/// `source`: an arena, a cpu_arena, or a lease, which must not be moved before every protobuf Arena
/// that took from it has ended. Of several on
/// one thread the innermost counts; its end restores the one around it.
///
/// Ends on the thread that it began on, and before those begun earlier: so it is for a block of
/// code, not for an object that changes threads, and not for a coroutine or fiber that may be
/// suspended meanwhile. (A checked build aborts where it isn't so.) What it binds serves every such
/// protobuf Arena that is used on this thread meanwhile, whichever arena that was made for, and has
/// to outlive the blocks that they took.
///
/// O(1), without an atomic operation. A block costs try_allocate_bytes of the source, and 16 bytes
/// for its origin. It goes back by deallocate_bytes of the source: so blocks of a lease go back,
/// that is the protobuf Arena ends, while no other thread uses the lease.
class [[nodiscard]] protobuf_binding {
public:
    template <detail::gives_and_takes Source>
    explicit protobuf_binding(Source& source) noexcept
        : mine_{&source, &detail::take_from<Source>, &detail::give_back_to<Source>},
          outer_(std::exchange(detail::bound_to_protobuf, &mine_)) {}
    protobuf_binding(const protobuf_binding&) = delete;
    protobuf_binding& operator=(const protobuf_binding&) = delete;
    ~protobuf_binding() {
        if constexpr (detail::is_checked) {
            if (detail::bound_to_protobuf != &mine_) {
                detail::fail(
                    "memory_arena: a protobuf_binding ends on another thread than it began on, or "
                    "before one that began later");
            }
        }
        detail::bound_to_protobuf = outer_;
    }

private:
    detail::protobuf_source mine_;
    const detail::protobuf_source* outer_;
};

/// How much of it protobuf_options takes, unless told otherwise.
inline constexpr std::size_t default_protobuf_first_block = 4096;

/// Options for a protobuf Arena, to be made by this thread. Its first block is `first_block_bytes`
/// of `source`, taken now: room for them, and for some 200 bytes of protobuf's own. Pages that
/// aren't used aren't touched, so a first block that suffices for almost every message costs
/// nothing but room in the arena. None is taken for 0 bytes, nor where `source` has no room; the
/// first block is then like any other.
///
/// Further blocks begin with twice the first one's size, up to `max_block_size`: that and
/// `start_block_size`, which is for other threads' first ones, are protobuf's and may be changed in
/// what is returned. As thread safe as try_allocate_bytes of the source. Throws nothing.
template <detail::gives_and_takes Source>
[[nodiscard]] google::protobuf::ArenaOptions protobuf_options(
    Source& source, std::size_t first_block_bytes = default_protobuf_first_block) noexcept {
    google::protobuf::ArenaOptions options;
    if (first_block_bytes != 0) {
        options.initial_block = static_cast<char*>(source.try_allocate_bytes(first_block_bytes));
        options.initial_block_size = options.initial_block != nullptr ? first_block_bytes : 0;
    }
    options.block_alloc = &detail::take_protobuf_block;
    options.block_dealloc = &detail::give_protobuf_block_back;
    return options;
}

}  // namespace memory_arena::inline MEMORY_ARENA_ABI
