#pragma once

/// \file
/// What most people want: the arena, its leases, its allocator for standard containers, and its
/// memory resource for `std::pmr`. Each can be included alone; <memory_arena/arena.hpp> is the
/// lightest. Not here: <memory_arena/inspect.hpp>, for the places that look into arenas.

#include <memory_arena/allocator.hpp>
#include <memory_arena/arena.hpp>
#include <memory_arena/lease.hpp>
#include <memory_arena/memory_resource.hpp>
