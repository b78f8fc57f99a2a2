#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <new>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

#include <memory_arena/detail/cleanup_record.hpp>
#include <memory_arena/detail/compiler.hpp>
#include <memory_arena/detail/contract.hpp>
#include <memory_arena/detail/managed_block.hpp>
#include <memory_arena/extending_calls.hpp>

namespace memory_arena::inline MEMORY_ARENA_ABI {

namespace detail {

/// Throws `std::bad_array_new_length`.
[[noreturn]] MEMORY_ARENA_API MEMORY_ARENA_COLD void raise_bad_length();

}  // namespace detail

/// The typed calls of an arena: objects, spans and strings, over the bytes that `Bytes` hands out.
///
/// Said once for all of them, and true where a call says nothing else:
/// - *Lifetime*: until the arena's next reset or its destruction; of what was made in a scope of a
///   lease, until the scope's end, and below "reset" stands for that. A type that has a destructor
///   that does something is *managed*: registered with its object (16 bytes and a store), destroyed
///   then, newest first within one thread. It must not be destroyed by hand.
/// - *Alignment*: that of the type.
/// - *Thread safety*: any number of threads may call at once, but not beside `reset`.
/// - *Complexity*: about a nanosecond besides the constructor; a refill, now and then, some tens.
/// - *Throws*: `arena_exhausted`; `std::bad_array_new_length` where a count can't be; and what a
///   constructor throws. Then what was constructed of a span is destroyed, and the bytes go back if
///   nothing newer stands behind them; else they stay used until the reset.
/// - `try_` calls return null (`std::nullopt` for spans and strings) in place of the first two.
/// Only
///   a constructor's own exception passes through them.
///
/// There is no uses-allocator construction: a container is told of the arena by the caller,
/// `arena.new_object<std::pmr::vector<int>>(arena.resource())`.
template <class Bytes>
class typed_calls : public extending_calls<Bytes> {
public:
    using extending_calls<Bytes>::extending_calls;

    /// Constructs a T in place: `T(args…)` where that is well-formed, else `T{args…}` (aggregates,
    /// on every compiler). T is an unqualified object type and no array.
    template <class T, class... Args>
    [[nodiscard]] MEMORY_ARENA_ALWAYS_INLINE T* new_object(Args&&... args) {
        return make_object<T, throwing>(std::forward<Args>(args)...);
    }

    /// new_object; null when the arena can't serve it.
    template <class T, class... Args>
    [[nodiscard]] MEMORY_ARENA_ALWAYS_INLINE T* try_new_object(Args&&... args) noexcept(
        detail::constructs_nothrow<T, Args...>) {
        return make_object<T, trying>(std::forward<Args>(args)...);
    }

    /// new_object for a type whose destructor need not run: it never does, unless the caller runs
    /// it. For containers that hold only arena memory, and for types destroyed by hand.
    template <class T, class... Args>
    [[nodiscard]] MEMORY_ARENA_ALWAYS_INLINE T* new_unmanaged(Args&&... args) {
        return make_unmanaged<T, throwing>(std::forward<Args>(args)...);
    }

    /// new_unmanaged; null when the arena can't serve it.
    template <class T, class... Args>
    [[nodiscard]] MEMORY_ARENA_ALWAYS_INLINE T* try_new_unmanaged(Args&&... args) noexcept(
        detail::constructs_nothrow<T, Args...>) {
        return make_unmanaged<T, trying>(std::forward<Args>(args)...);
    }

    /// `count` elements, value-initialised (numbers are 0). `count` 0 gives an empty span and takes
    /// nothing. O(count).
    template <class T>
    [[nodiscard]] std::span<T> new_span(std::size_t count) {
        return *make_span<T, throwing>(count, value_initialise<T>);
    }

    /// `count` copies of `value`. O(count).
    template <class T>
    [[nodiscard]] std::span<T> new_span(std::size_t count, const T& value) {
        return *make_span<T, throwing>(count, copies_of(value));
    }

    /// `count` elements, default-initialised: those of trivial types hold what the memory held, and
    /// are to be written before they are read.
    template <class T>
    [[nodiscard]] std::span<T> new_span_for_overwrite(std::size_t count) {
        return *make_span<T, throwing>(count, default_initialise<T>);
    }

    /// new_span; nullopt when the arena can't serve it. An engaged empty span means no elements.
    template <class T>
    [[nodiscard]] std::optional<std::span<T>> try_new_span(std::size_t count) {
        return make_span<T, trying>(count, value_initialise<T>);
    }

    template <class T>
    [[nodiscard]] std::optional<std::span<T>> try_new_span(std::size_t count, const T& value) {
        return make_span<T, trying>(count, copies_of(value));
    }

    template <class T>
    [[nodiscard]] std::optional<std::span<T>> try_new_span_for_overwrite(std::size_t count) {
        return make_span<T, trying>(count, default_initialise<T>);
    }

    /// A copy of any contiguous range that knows its size (a vector, an array, a span …).
    /// O(elements).
    template <class Range>
        requires detail::viewable_as_span<Range>
    [[nodiscard]] auto copy_span(const Range& range) {
        return *copy_elements<throwing>(detail::view_of(range));
    }

    template <class Range>
        requires detail::viewable_as_span<Range>
    [[nodiscard]] auto try_copy_span(const Range& range) {
        return copy_elements<trying>(detail::view_of(range));
    }

    /// A copy of `text`. One `C{}`, not counted in the view, follows it, so `data()` is also what a
    /// C interface wants. O(characters).
    template <class C, class Traits>
    [[nodiscard]] std::basic_string_view<C, Traits> copy_string(
        std::basic_string_view<C, Traits> text) {
        return *copy_characters<throwing>(text);
    }

    /// The same, for what converts to a view: literals and strings.
    [[nodiscard]] std::string_view copy_string(std::string_view text) {
        return *copy_characters<throwing>(text);
    }
    [[nodiscard]] std::wstring_view copy_string(std::wstring_view text) {
        return *copy_characters<throwing>(text);
    }
    [[nodiscard]] std::u8string_view copy_string(std::u8string_view text) {
        return *copy_characters<throwing>(text);
    }
    [[nodiscard]] std::u16string_view copy_string(std::u16string_view text) {
        return *copy_characters<throwing>(text);
    }
    [[nodiscard]] std::u32string_view copy_string(std::u32string_view text) {
        return *copy_characters<throwing>(text);
    }

    /// copy_string; nullopt when the arena can't serve it.
    template <class C, class Traits>
    [[nodiscard]] std::optional<std::basic_string_view<C, Traits>> try_copy_string(
        std::basic_string_view<C, Traits> text) noexcept {
        return copy_characters<trying>(text);
    }
    [[nodiscard]] std::optional<std::string_view> try_copy_string(std::string_view text) noexcept {
        return copy_characters<trying>(text);
    }
    [[nodiscard]] std::optional<std::wstring_view> try_copy_string(
        std::wstring_view text) noexcept {
        return copy_characters<trying>(text);
    }
    [[nodiscard]] std::optional<std::u8string_view> try_copy_string(
        std::u8string_view text) noexcept {
        return copy_characters<trying>(text);
    }
    [[nodiscard]] std::optional<std::u16string_view> try_copy_string(
        std::u16string_view text) noexcept {
        return copy_characters<trying>(text);
    }
    [[nodiscard]] std::optional<std::u32string_view> try_copy_string(
        std::u32string_view text) noexcept {
        return copy_characters<trying>(text);
    }

    /// Has `callable` (a copy of it, kept in the arena) called at the next reset or at the arena's
    /// destruction, in its place among the destructors of this thread. For what lives outside the
    /// arena: a file, a lock, a count. It must not throw.
    template <class Callable>
    void on_reset(Callable&& callable) {
        static_cast<void>(register_callable<throwing>(std::forward<Callable>(callable)));
    }

    /// on_reset; false, and nothing registered, when the arena can't serve it.
    template <class Callable>
    [[nodiscard]] bool try_on_reset(Callable&& callable) {
        return register_callable<trying>(std::forward<Callable>(callable));
    }

private:
    static constexpr bool throwing = true;
    static constexpr bool trying = false;

    template <bool Throws>
    MEMORY_ARENA_ALWAYS_INLINE void* take(std::size_t bytes, std::size_t alignment) {
        if constexpr (Throws) {
            return this->allocate_bytes(bytes, alignment);
        } else {
            return this->try_allocate_bytes(bytes, alignment);
        }
    }

    /// Bytes taken for what isn't constructed yet: given back unless kept.
    class pending_bytes {
    public:
        MEMORY_ARENA_ALWAYS_INLINE pending_bytes(typed_calls& source, void* block,
                                                 std::size_t bytes) noexcept
            : arena_(source), block_(block), bytes_(bytes), stamp_(source.stamp()) {}
        pending_bytes(const pending_bytes&) = delete;
        pending_bytes& operator=(const pending_bytes&) = delete;
        MEMORY_ARENA_ALWAYS_INLINE ~pending_bytes() {
            if (block_ != nullptr) {
                arena_.give_back(block_, bytes_, stamp_);
            }
        }
        MEMORY_ARENA_ALWAYS_INLINE void keep() noexcept { block_ = nullptr; }
        /// Keeps them, and has reset run `record`, which lies in them.
        MEMORY_ARENA_ALWAYS_INLINE void keep_managed(detail::cleanup_record* record) noexcept {
            block_ = nullptr;
            arena_.register_cleanup(record, stamp_);
        }

    private:
        typed_calls& arena_;
        void* block_;
        std::size_t bytes_;
        std::uint64_t stamp_;
    };

    template <class T, bool Throws, class... Args>
    MEMORY_ARENA_ALWAYS_INLINE T* make_unmanaged(Args&&... args) {
        [[maybe_unused]] const detail::call_guard under_way(this->face().contract);
        static_assert(detail::arena_constructible<T>, "T is an unqualified object type, no array");
        void* place = take<Throws>(sizeof(T), alignof(T));
        if (!Throws && place == nullptr) [[unlikely]] {
            return nullptr;
        }
        if constexpr (detail::constructs_nothrow<T, Args...>) {
            return detail::construct<T>(place, std::forward<Args>(args)...);
        } else {
            pending_bytes pending(*this, place, sizeof(T));
            T* object = detail::construct<T>(place, std::forward<Args>(args)...);
            pending.keep();
            return object;
        }
    }

    template <class T, bool Throws, class... Args>
    MEMORY_ARENA_ALWAYS_INLINE T* make_object(Args&&... args) {
        [[maybe_unused]] const detail::call_guard under_way(this->face().contract);
        if constexpr (std::is_trivially_destructible_v<T>) {
            return make_unmanaged<T, Throws>(std::forward<Args>(args)...);
        } else {
            static_assert(
                detail::arena_constructible<T>, "T is an unqualified object type, no array");
            static_assert(
                std::is_destructible_v<T>, "reset could not destroy a T: new_unmanaged makes one");
            using block = detail::managed_block<T>;
            void* place = take<Throws>(block::bytes, block::alignment);
            if (!Throws && place == nullptr) [[unlikely]] {
                return nullptr;
            }
            pending_bytes pending(*this, place, block::bytes);
            T* object = detail::construct<T>(block::object_in(place), std::forward<Args>(args)...);
            pending.keep_managed(::new (place) detail::cleanup_record{nullptr, &block::destroy});
            return object;
        }
    }

    template <class T>
    static constexpr auto value_initialise = [](void* place, std::size_t) { ::new (place) T(); };
    template <class T>
    static constexpr auto default_initialise = [](void* place, std::size_t) { ::new (place) T; };
    template <class T>
    static auto copies_of(const T& value) {
        return [&value](void* place, std::size_t) { ::new (place) T(value); };
    }

    /// `count` elements, each made by `make_element(place, index)`.
    template <class T, bool Throws, class MakeElement>
    std::optional<std::span<T>> make_span(std::size_t count, MakeElement make_element) {
        [[maybe_unused]] const detail::call_guard under_way(this->face().contract);
        static_assert(detail::arena_constructible<T>, "T is an unqualified object type, no array");
        static_assert(std::is_destructible_v<T>, "reset could not destroy a T");
        using block = detail::managed_span_block<T>;
        if (count == 0) {
            return std::span<T>{};
        }
        if (count > block::max_count) [[unlikely]] {
            if constexpr (Throws) {
                detail::raise_bad_length();
            }
            return std::nullopt;
        }
        const std::size_t bytes = block::header + count * sizeof(T);
        void* place = take<Throws>(bytes, block::alignment);
        if (!Throws && place == nullptr) [[unlikely]] {
            return std::nullopt;
        }
        pending_bytes pending(*this, place, bytes);
        detail::constructed_prefix<T> elements(block::elements_in(place));
        while (elements.size() < count) {
            make_element(elements.end(), elements.size());
            elements.grow();
        }
        if constexpr (block::managed) {
            pending.keep_managed(block::make_record(place, count));
        } else {
            pending.keep();
        }
        return std::span<T>(elements.release(), count);
    }

    template <bool Throws, class Element>
    auto copy_elements(std::span<Element> source) {
        using T = std::remove_cv_t<Element>;
        if constexpr (std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T> &&
                      !std::is_volatile_v<Element>) {
            auto copy = make_span<T, Throws>(source.size(), [](void*, std::size_t) {});
            if (copy && !source.empty()) {
                std::memcpy(static_cast<void*>(copy->data()), source.data(), source.size_bytes());
            }
            return copy;
        } else {
            return make_span<T, Throws>(source.size(), [&](void* place, std::size_t index) {
                ::new (place) T(source[index]);
            });
        }
    }

    template <bool Throws, class C, class Traits>
    std::optional<std::basic_string_view<C, Traits>> copy_characters(
        std::basic_string_view<C, Traits> text) {
        [[maybe_unused]] const detail::call_guard under_way(this->face().contract);
        static_assert(std::is_trivially_copyable_v<C>);
        if (text.size() > std::numeric_limits<std::ptrdiff_t>::max() / sizeof(C) - 1) [[unlikely]] {
            if constexpr (Throws) {
                detail::raise_bad_length();
            }
            return std::nullopt;
        }
        void* place = take<Throws>((text.size() + 1) * sizeof(C), alignof(C));
        if (!Throws && place == nullptr) [[unlikely]] {
            return std::nullopt;
        }
        C* copy = static_cast<C*>(place);
        if (!text.empty()) {
            std::memcpy(copy, text.data(), text.size() * sizeof(C));
        }
        ::new (static_cast<void*>(copy + text.size())) C{};
        return std::basic_string_view<C, Traits>(copy, text.size());
    }

    template <bool Throws, class Callable>
    bool register_callable(Callable&& callable) {
        [[maybe_unused]] const detail::call_guard under_way(this->face().contract);
        using stored = std::decay_t<Callable>;
        static_assert(std::is_invocable_v<stored&>);
        using block = detail::managed_block<stored>;
        void* place = take<Throws>(block::bytes, block::alignment);
        if (!Throws && place == nullptr) [[unlikely]] {
            return false;
        }
        pending_bytes pending(*this, place, block::bytes);
        ::new (block::object_in(place)) stored(std::forward<Callable>(callable));
        pending.keep_managed(::new (place) detail::cleanup_record{nullptr, &block::call});
        return true;
    }
};

}  // namespace memory_arena::inline MEMORY_ARENA_ABI
