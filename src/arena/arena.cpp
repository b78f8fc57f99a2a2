#include <memory_arena/arena.hpp>

#include <stdexcept>

#include <memory_arena/detail/exceptions.hpp>

#include "arena/arena_core.hpp"

/// \file
/// The calls of arena.hpp's inlined half on the compiled half.

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

void open_arena(arena_face& face, lane_kind kind, const arena_options& options) {
    const char* complaint = nullptr;
    if (const std::error_code error = arena_core::open(face, kind, options, complaint)) {
        if (complaint != nullptr) {
            raise(std::invalid_argument(complaint));
        }
        raise(std::system_error(error, os::map_call));
    }
}

std::error_code try_open_arena(arena_face& face, lane_kind kind,
                               const arena_options& options) noexcept {
    const char* complaint = nullptr;
    return arena_core::open(face, kind, options, complaint);
}

void close_arena(arena_face& face) noexcept { arena_core::close(face); }

void* try_refill(arena_face& face, std::size_t bytes, std::size_t alignment) noexcept {
    if (!is_alignment(alignment)) {
        return nullptr;
    }
    if (bytes == 0) {
        return reinterpret_cast<void*>(alignment);  // NOLINT(performance-no-int-to-ptr)
    }
    return face.core->allocate(bytes, alignment);
}

void* refill(arena_face& face, std::size_t bytes, std::size_t alignment) {
    void* const result = try_refill(face, bytes, alignment);
    if (result == nullptr) {
        if (!is_alignment(alignment)) {
            raise(std::invalid_argument("memory_arena: the alignment is no power of two"));
        }
        const arena_core& core = *face.core;
        raise(arena_exhausted(
            core.name(), bytes, alignment, core.capacity() - core.used_bytes(), core.capacity()));
    }
    return result;
}

void register_first_cleanup(arena_face& face, cleanup_record* record,
                            std::uint64_t stamp) noexcept {
    face.core->register_cleanup(record, stamp);
}

void reset_arena(arena_face& face) noexcept { face.core->reset(); }

arena_usage usage_of(const arena_face& face) noexcept { return face.core->usage(); }

std::size_t used_bytes_of(const arena_face& face) noexcept { return face.core->used_bytes(); }

std::size_t capacity_of(const arena_face& face) noexcept { return face.core->capacity(); }

std::uint64_t generation_of(const arena_face& face) noexcept { return face.core->generation(); }

bool contains(const arena_face& face, const void* pointer) noexcept {
    return face.core->contains(pointer);
}

std::string_view name_of(const arena_face& face) noexcept { return face.core->name(); }

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
