#pragma once

#include <cstddef>
#include <memory_resource>

#include <memory_arena.hpp>

/// \file
/// Whence the containers under test have their memory: two of each kind, to move between.

namespace fuzz {

inline memory_arena::arena_options small_options(std::size_t capacity) {
    return {.capacity = capacity, .shard_count = 2, .max_tlab_bytes = 4096};
}

/// arena_allocator over an arena, or over a cpu_arena.
template <class Arena>
struct allocators_of_arenas {
    template <class T>
    using allocator = memory_arena::arena_allocator<T, Arena>;
    static constexpr bool swaps_between = true;  ///< allocators go along

    explicit allocators_of_arenas(std::size_t capacity)
        : first(small_options(capacity)), second(small_options(capacity)) {}

    Arena& source(std::size_t which) { return which == 0 ? first : second; }

    Arena first;
    Arena second;
};

/// arena_allocator over leases.
template <class Arena>
struct allocators_of_leases {
    template <class T>
    using allocator = memory_arena::arena_allocator<T, memory_arena::arena_lease>;
    static constexpr bool swaps_between = true;

    explicit allocators_of_leases(std::size_t capacity)
        : arenas(capacity), first(arenas.first.lease()), second(arenas.second.lease()) {}

    memory_arena::arena_lease& source(std::size_t which) { return which == 0 ? first : second; }

    allocators_of_arenas<Arena> arenas;
    memory_arena::arena_lease first;
    memory_arena::arena_lease second;
};

/// The arenas' own memory resources.
template <class Arena>
struct resources_of_arenas {
    template <class T>
    using allocator = std::pmr::polymorphic_allocator<T>;
    static constexpr bool swaps_between = false;

    explicit resources_of_arenas(std::size_t capacity) : arenas(capacity) {}

    std::pmr::memory_resource* source(std::size_t which) { return arenas.source(which).resource(); }

    allocators_of_arenas<Arena> arenas;
};

/// Resources over leases.
template <class Arena>
struct resources_of_leases {
    template <class T>
    using allocator = std::pmr::polymorphic_allocator<T>;
    static constexpr bool swaps_between = false;

    explicit resources_of_leases(std::size_t capacity)
        : leases(capacity), first(leases.first), second(leases.second) {}

    std::pmr::memory_resource* source(std::size_t which) { return which == 0 ? &first : &second; }

    allocators_of_leases<Arena> leases;
    memory_arena::lease_resource first;
    memory_arena::lease_resource second;
};

}  // namespace fuzz
