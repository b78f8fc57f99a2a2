#pragma once

#include <cstddef>
#include <limits>
#include <new>
#include <span>
#include <type_traits>
#include <utility>

#include <memory_arena/detail/align.hpp>
#include <memory_arena/detail/cleanup_record.hpp>
#include <memory_arena/detail/compiler.hpp>

/// \file
/// How objects are constructed in arena memory, and how one that needs its destructor lies there:
/// its cleanup record first, taken together with it (rank 0).

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

template <class T>
concept arena_constructible =
    std::is_object_v<T> && !std::is_array_v<T> && std::is_same_v<T, std::remove_cv_t<T>>;

template <class Range>
concept viewable_as_span = requires(const Range& range) {
    std::span(range);
};

/// A span over `range`, of any length (an array's own would carry its length in the type).
template <viewable_as_span Range>
auto view_of(const Range& range) noexcept {
    return std::span<typename decltype(std::span(range))::element_type>(range);
}

template <class T, class... Args>
concept constructible_by_parentheses = requires(void* place, Args&&... args) {
    ::new (place) T(std::forward<Args>(args)...);
};

/// `T(args…)` where well-formed, else `T{args…}`: aggregates, also where the compiler doesn't know
/// their initialisation by parentheses yet (Clang before 16).
template <class T, class... Args>
MEMORY_ARENA_ALWAYS_INLINE T* construct(void* place, Args&&... args) {
    if constexpr (constructible_by_parentheses<T, Args...>) {
        return ::new (place) T(std::forward<Args>(args)...);
    } else {
        return ::new (place) T{std::forward<Args>(args)...};
    }
}

/// Whether construct<T>(args…) can't throw. (No consteval function: GCC 12 calls it before it has
/// defined it, where a member of a class template asks.)
template <class T, class... Args>
inline constexpr bool constructs_nothrow = noexcept(::new (static_cast<void*>(nullptr)) T{
    std::declval<Args>()...});
template <class T, class... Args>
    requires constructible_by_parentheses<T, Args...>
inline constexpr bool constructs_nothrow<T, Args...> =
    noexcept(::new (static_cast<void*>(nullptr)) T(std::declval<Args>()...));

/// [cleanup_record | padding | T]
template <class T>
struct managed_block {
    static constexpr std::size_t alignment =
        alignof(T) > alignof(cleanup_record) ? alignof(T) : alignof(cleanup_record);
    static constexpr std::size_t header = round_up(sizeof(cleanup_record), alignment);
    static constexpr std::size_t bytes = header + sizeof(T);

    static void* object_in(void* block) noexcept { return static_cast<std::byte*>(block) + header; }
    static T& object_of(cleanup_record* record) noexcept {
        return *std::launder(static_cast<T*>(object_in(record)));
    }
    static void destroy(cleanup_record* record) noexcept { object_of(record).~T(); }
    static void call(cleanup_record* record) noexcept {
        object_of(record)();
        object_of(record).~T();
    }
};

/// [cleanup_record | count | padding | elements] for types that need their destructor, else
/// [elements].
template <class T>
struct managed_span_block {
    struct record_with_count : cleanup_record {
        std::size_t count;
    };

    static constexpr bool managed = !std::is_trivially_destructible_v<T>;
    static constexpr std::size_t alignment = managed && alignof(record_with_count) > alignof(T)
                                                 ? alignof(record_with_count)
                                                 : alignof(T);
    static constexpr std::size_t header =
        managed ? round_up(sizeof(record_with_count), alignment) : 0;
    static constexpr std::size_t max_count =
        (static_cast<std::size_t>(std::numeric_limits<std::ptrdiff_t>::max()) - header) / sizeof(T);

    static T* elements_in(void* block) noexcept {
        return reinterpret_cast<T*>(static_cast<std::byte*>(block) + header);
    }
    static cleanup_record* make_record(void* block, std::size_t count) noexcept {
        return ::new (block) record_with_count{{nullptr, &destroy}, count};
    }
    static void destroy(cleanup_record* record) noexcept {
        std::size_t count = static_cast<record_with_count*>(record)->count;
        T* elements = std::launder(elements_in(record));
        while (count > 0) {
            elements[--count].~T();
        }
    }
};

/// The elements of a span constructed so far: destroyed, newest first, unless released.
template <class T>
class constructed_prefix {
public:
    explicit constructed_prefix(T* first) noexcept : first_(first) {}
    constructed_prefix(const constructed_prefix&) = delete;
    constructed_prefix& operator=(const constructed_prefix&) = delete;
    ~constructed_prefix() {
        while (size_ > 0) {
            first_[--size_].~T();
        }
    }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] T* end() const noexcept { return first_ + size_; }
    void grow() noexcept { ++size_; }
    [[nodiscard]] T* release() noexcept {
        size_ = 0;
        return first_;
    }

private:
    T* first_;
    std::size_t size_ = 0;
};

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
