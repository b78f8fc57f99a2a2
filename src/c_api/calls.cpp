#include <cstddef>
#include <span>

#include <memory_arena/memory_arena.h>
#include <memory_arena/arena.hpp>
#include <memory_arena/detail/align.hpp>
#include <memory_arena/retain.hpp>

#include "c_api/handle.hpp"
#include "c_api/sized_struct.hpp"
#include "c_api/usage.hpp"

/// \file
/// The calls on an arena, for C.

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

namespace {

void tell(memory_arena_status* status, memory_arena_status what) noexcept {
    if (status != nullptr) {
        *status = what;
    }
}

retain retain_of(std::size_t keep) noexcept {
    switch (keep) {
        case MEMORY_ARENA_KEEP_ALL: return retain::all;
        case MEMORY_ARENA_KEEP_ADAPTIVE: return retain::adaptive;
        default: return retain::up_to(keep);
    }
}

/// `call(arena)`, where there is an arena.
template <class Call>
memory_arena_status run_on(memory_arena_t* handle, const Call& call) noexcept {
    if (handle == nullptr) {
        return MEMORY_ARENA_INVALID_ARGUMENT;
    }
    handle->with([&call](auto& source) { call(source); });
    return MEMORY_ARENA_OK;
}

/// What `query(arena)` says, or 0 where there is no arena.
template <class Query>
auto ask(const memory_arena_t* handle, const Query& query) noexcept {
    const auto asked = [&query](const auto& source) { return query(source); };
    using answer = decltype(handle->with(asked));
    return handle != nullptr ? handle->with(asked) : answer{};
}

}  // namespace

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail

extern "C" {

const char* memory_arena_status_text(memory_arena_status status) noexcept {
    switch (status) {
        case MEMORY_ARENA_OK: return "fine";
        case MEMORY_ARENA_INVALID_ARGUMENT: return "an argument is outside its range";
        case MEMORY_ARENA_EXHAUSTED: return "the arena is exhausted";
        default:
            return status < 0 ? "the system refused: the status is its error number, negated"
                              : "no status of this library";
    }
}

const char* memory_arena_version() noexcept {
#define MEMORY_ARENA_TEXT_OF(a, b, c) #a "." #b "." #c
#define MEMORY_ARENA_TEXT(a, b, c) MEMORY_ARENA_TEXT_OF(a, b, c)
    return MEMORY_ARENA_TEXT(
        MEMORY_ARENA_VERSION_MAJOR, MEMORY_ARENA_VERSION_MINOR, MEMORY_ARENA_VERSION_PATCH);
#undef MEMORY_ARENA_TEXT
#undef MEMORY_ARENA_TEXT_OF
}

void* memory_arena_allocate(memory_arena_t* arena, std::size_t bytes, std::size_t alignment,
                            memory_arena_status* status) noexcept {
    if (arena == nullptr) {
        memory_arena::detail::tell(status, MEMORY_ARENA_INVALID_ARGUMENT);
        return nullptr;
    }
    void* const block =
        arena->with([&](auto& source) { return source.try_allocate_bytes(bytes, alignment); });
    if (block != nullptr) [[likely]] {
        memory_arena::detail::tell(status, MEMORY_ARENA_OK);
    } else {
        memory_arena::detail::tell(
            status, memory_arena::detail::is_alignment(alignment) ? MEMORY_ARENA_EXHAUSTED
                                                                  : MEMORY_ARENA_INVALID_ARGUMENT);
    }
    return block;
}

void memory_arena_deallocate(memory_arena_t* arena, void* block, std::size_t bytes) noexcept {
    if (arena != nullptr && block != nullptr) {
        arena->with([&](auto& source) { source.deallocate_bytes(block, bytes); });
    }
}

bool memory_arena_try_extend(memory_arena_t* arena, void* block, std::size_t bytes,
                             std::size_t wanted) noexcept {
    if (arena == nullptr || block == nullptr) {
        return false;
    }
    const std::span<std::byte> now(static_cast<std::byte*>(block), bytes);
    return arena->with([&](auto& source) { return source.try_extend(now, wanted).has_value(); });
}

memory_arena_status memory_arena_on_reset(memory_arena_t* arena, memory_arena_callback callback,
                                          void* context) noexcept {
    if (arena == nullptr || callback == nullptr) {
        return MEMORY_ARENA_INVALID_ARGUMENT;
    }
    // noexcept: what a callback of C++ throws goes nowhere.
    const auto call = [callback, context]() noexcept { callback(context); };
    return arena->with([&call](auto& source) { return source.try_on_reset(call); })
               ? MEMORY_ARENA_OK
               : MEMORY_ARENA_EXHAUSTED;
}

memory_arena_status memory_arena_reset(memory_arena_t* arena, std::size_t keep) noexcept {
    return memory_arena::detail::run_on(
        arena, [keep](auto& source) { source.reset(memory_arena::detail::retain_of(keep)); });
}

memory_arena_status memory_arena_trim(memory_arena_t* arena, std::size_t keep) noexcept {
    return memory_arena::detail::run_on(arena, [keep](auto& source) { source.trim(keep); });
}

memory_arena_status memory_arena_set_budget(memory_arena_t* arena, std::size_t bytes) noexcept {
    return memory_arena::detail::run_on(arena, [bytes](auto& source) { source.set_budget(bytes); });
}

memory_arena_status memory_arena_usage(const memory_arena_t* arena,
                                       memory_arena_usage_t* result) noexcept {
    if (arena == nullptr || result == nullptr) {
        return MEMORY_ARENA_INVALID_ARGUMENT;
    }
    const auto figures = [](const auto& source) {
        return memory_arena::detail::c_usage(source.usage());
    };
    return memory_arena::detail::copy_out(*result, arena->with(figures))
               ? MEMORY_ARENA_OK
               : MEMORY_ARENA_INVALID_ARGUMENT;
}

std::size_t memory_arena_capacity(const memory_arena_t* arena) noexcept {
    return memory_arena::detail::ask(arena, [](const auto& source) { return source.capacity(); });
}

std::size_t memory_arena_used_bytes(const memory_arena_t* arena) noexcept {
    return memory_arena::detail::ask(arena, [](const auto& source) { return source.used_bytes(); });
}

std::size_t memory_arena_remaining_bytes(const memory_arena_t* arena) noexcept {
    return memory_arena::detail::ask(
        arena, [](const auto& source) { return source.remaining_bytes(); });
}

std::uint64_t memory_arena_generation(const memory_arena_t* arena) noexcept {
    return memory_arena::detail::ask(arena, [](const auto& source) { return source.generation(); });
}

bool memory_arena_contains(const memory_arena_t* arena, const void* pointer) noexcept {
    return memory_arena::detail::ask(
        arena, [pointer](const auto& source) { return source.contains(pointer); });
}

const char* memory_arena_name(const memory_arena_t* arena) noexcept {
    // The arena keeps it with a zero behind it.
    return memory_arena::detail::ask(
        arena, [](const auto& source) { return source.name().data(); });
}

}  // extern "C"
