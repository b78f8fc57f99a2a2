#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <type_traits>

#include <memory_arena/detail/block_change.hpp>
#include <memory_arena/detail/contract.hpp>
#include <memory_arena/detail/managed_block.hpp>

namespace memory_arena::inline MEMORY_ARENA_ABI {

/// Spans that grow where they are, over the bytes that `Bytes` hands out.
template <class Bytes>
class extending_calls : public Bytes {
public:
    using Bytes::Bytes;

    /// The same elements and `count - elements.size()` more behind them, value-initialised, in
    /// place; or, with `count` below their number, the first `count` of them, and the rest goes
    /// back where it can. nullopt, and nothing changed, where there is no room behind them: then a
    /// new span and a copy are due. `elements` is a whole span as an allocating call or this one
    /// returned it, of a type that needs no destructor, and made by the same thread (or lease).
    ///
    /// In an arena that nobody else allocates from, the newest span can always be extended, also
    /// across the TLAB's end, until the arena is exhausted (of a lease: or until what it keeps for
    /// its scopes lies behind); else where nobody has taken what lies behind it. What is added
    /// within a lease's scope is undone with it. O(new elements). Throws what a constructor throws.
    template <class T>
    [[nodiscard]] std::optional<std::span<T>> try_extend(
        std::span<T> elements, std::size_t count) noexcept(detail::constructs_nothrow<T>) {
        static_assert(detail::arena_constructible<T> && std::is_trivially_destructible_v<T>);
        [[maybe_unused]] const detail::call_guard under_way(this->face().contract);
        const auto begin = reinterpret_cast<std::uintptr_t>(elements.data());
        if (count <= elements.size()) {
            shrink({begin, elements.size_bytes(), count * sizeof(T)});
            return elements.first(count);
        }
        if (elements.empty() || count > detail::managed_span_block<T>::max_count) {
            return std::nullopt;
        }
        const detail::block_change change{begin, elements.size_bytes(), count * sizeof(T)};
        if (!grow(change)) {
            return std::nullopt;
        }
        pending_extension pending(*this, change);
        for (std::size_t index = elements.size(); index < count; ++index) {
            ::new (static_cast<void*>(elements.data() + index)) T();
        }
        pending.keep();
        return std::span<T>(elements.data(), count);
    }

private:
    /// Whether the block now has the bytes that are wanted, which are more.
    bool grow(const detail::block_change& block) noexcept {
        if (!this->face().is_watched()) [[likely]] {
            if (block.end() == block.wanted_end()) {
                return true;
            }
            void* got = nullptr;
            const std::size_t more = block.growth();
            if (this->bump(more, detail::granule, got)) {
                if (reinterpret_cast<std::uintptr_t>(got) == block.end()) {
                    return true;
                }
                this->give_back(got, more, this->stamp());
            }
        }
        return this->grow_beside(block);
    }

    /// The block has only the bytes that are wanted, which are less; the others go back where they
    /// can.
    void shrink(const detail::block_change& block) noexcept {
        if (this->face().is_watched()) [[unlikely]] {
            this->shrink_watched(block);
        } else if (block.wanted_end() != block.end()) {
            const std::uintptr_t rest = block.wanted_end();
            this->give_back(reinterpret_cast<void*>(rest),  // NOLINT(performance-no-int-to-ptr)
                            block.end() - rest, this->stamp());
        }
    }

    /// A block that has grown for what isn't constructed yet: shrinks again unless kept.
    class pending_extension {
    public:
        pending_extension(extending_calls& source, const detail::block_change& done) noexcept
            : arena_(source), undo_{done.begin, done.wanted, done.bytes} {}
        pending_extension(const pending_extension&) = delete;
        pending_extension& operator=(const pending_extension&) = delete;
        ~pending_extension() {
            if (undo_.begin != 0) {
                arena_.shrink(undo_);
            }
        }
        void keep() noexcept { undo_.begin = 0; }

    private:
        extending_calls& arena_;
        detail::block_change undo_;
    };
};

}  // namespace memory_arena::inline MEMORY_ARENA_ABI
