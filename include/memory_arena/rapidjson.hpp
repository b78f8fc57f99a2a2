#pragma once

/// \file
/// RapidJSON (1.1) in an arena. This header needs it; nothing else of the library does.
///
///     memory_arena::rapidjson_allocator memory(arena);
///     memory_arena::rapidjson_document document(&memory);
///     document.Parse(text.data(), text.size());
///     …
///     arena.reset();  // the document is gone, at once

#include <rapidjson/document.h>

#include <cstddef>
#include <cstring>
#include <span>

#include <memory_arena/arena.hpp>
#include <memory_arena/bound_allocator.hpp>
#include <memory_arena/lease.hpp>

namespace memory_arena::inline MEMORY_ARENA_ABI {

/// An arena, a cpu_arena or a lease as RapidJSON's Allocator. What one document needs stays in the
/// arena until its reset; the destructors of documents and values do nothing, so they may run after
/// it, which the values themselves must not be used after. What a document gave up while it lived
/// (removed members, replaced strings, arrays that grew elsewhere) stays used as well.
///
/// **Exhaustion** is arena_exhausted, for RapidJSON uses what Malloc returns without a look at it.
/// Its Parse is written for exceptions: the document is as it was before. Its other calls aren't:
/// a value whose AddMember, PushBack, Reserve or SetString threw must not be changed or read any
/// more (its capacity is noted before its memory is had), only dropped with its document.
///
/// As thread safe as the source: documents on several threads may share an arena, each with its
/// allocator or all with one.
template <class Source>
class basic_rapidjson_allocator {
public:
    /// RapidJSON's name for whether Free() has to be called: never.
    static const bool kNeedFree = false;  // NOLINT(readability-identifier-naming)

    /// The source must outlive the documents' use of it, and stay where it is: a lease must not be
    /// moved.
    explicit basic_rapidjson_allocator(Source& source) noexcept : source_(&source) {}

    /// For RapidJSON, which makes one where a document is told of none: over what is bound to the
    /// thread (arena_binding); with nothing bound, Malloc throws.
    basic_rapidjson_allocator() noexcept : source_(arena_binding<Source>::current()) {}

    /// `bytes` bytes at an alignment of 8; null for none. Throws `arena_exhausted`, and
    /// `std::logic_error` where there is no source.
    void* Malloc(std::size_t bytes) {  // NOLINT(readability-identifier-naming)
        return bytes != 0 ? checked_source().allocate_bytes(bytes, alignment) : nullptr;
    }

    /// The block `old` of `old_bytes`, with `bytes`: where it is, if it is to shrink or is the
    /// newest and has room behind it; else a copy of it. Null, and given back where possible, for
    /// none. Throws as Malloc, and `old` is unchanged then.
    // NOLINTNEXTLINE(readability-identifier-naming)
    void* Realloc(void* old, std::size_t old_bytes, std::size_t bytes) {
        if (old == nullptr || old_bytes == 0) {
            return Malloc(bytes);
        }
        Source& source = checked_source();
        if (bytes == 0) {
            source.deallocate_bytes(old, old_bytes);
            return nullptr;
        }
        const std::span<room> block(static_cast<room*>(old), old_bytes);
        if (source.try_extend(block, bytes)) {
            return old;
        }
        return std::memcpy(source.allocate_bytes(bytes, alignment), old, old_bytes);
    }

    static void Free(void* /*block*/) noexcept {}  // NOLINT(readability-identifier-naming)

    /// Null where it was made with nothing bound.
    [[nodiscard]] Source* source() const noexcept { return source_; }

    friend bool operator==(const basic_rapidjson_allocator& left,
                           const basic_rapidjson_allocator& right) noexcept {
        return left.source_ == right.source_;
    }

private:
    /// A byte that try_extend adds without writing to it.
    struct room {
        // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init,modernize-use-equals-default)
        room() noexcept {}
        std::byte byte;
    };

    static constexpr std::size_t alignment = 8;  // as RapidJSON's own pool, on 64 bits

    Source& checked_source() {
        if (source_ == nullptr) [[unlikely]] {
            detail::raise_nothing_bound();
        }
        return *source_;
    }

    Source* source_;
};

using rapidjson_allocator = basic_rapidjson_allocator<arena>;
using rapidjson_cpu_allocator = basic_rapidjson_allocator<cpu_arena>;
using rapidjson_lease_allocator = basic_rapidjson_allocator<arena_lease>;

/// Documents and values in UTF-8. (The parser's own stack is on the heap, and gone after Parse.)
template <class Source>
using basic_rapidjson_document =
    rapidjson::GenericDocument<rapidjson::UTF8<>, basic_rapidjson_allocator<Source>>;
template <class Source>
using basic_rapidjson_value =
    rapidjson::GenericValue<rapidjson::UTF8<>, basic_rapidjson_allocator<Source>>;

using rapidjson_document = basic_rapidjson_document<arena>;
using rapidjson_value = basic_rapidjson_value<arena>;

}  // namespace memory_arena::inline MEMORY_ARENA_ABI
