#pragma once

#include <memory>

#include <memory_arena/memory_arena.h>
#include <memory_arena/arena.hpp>

/// \file
/// What a handle of the C interface leads to (rank 5).

struct memory_arena_s {
    std::unique_ptr<memory_arena::arena> by_thread;
    std::unique_ptr<memory_arena::cpu_arena> by_cpu;  ///< one of the two

    // An arena's own callbacks are of other types: the handle is their context.
    memory_arena_soft_limit_callback on_soft_limit = nullptr;
    void* soft_limit_context = nullptr;
    memory_arena_prefault_callback on_prefault = nullptr;
    void* prefault_context = nullptr;

    /// What `call` returns of the arena, whichever it is.
    template <class Call>
    auto with(const Call& call) const {
        return by_thread != nullptr ? call(*by_thread) : call(*by_cpu);
    }
};
