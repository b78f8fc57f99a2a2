#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include <memory_arena/detail/version.hpp>

/// \file
/// The chunks that a lease holds, in the order in which its scopes take them (rank 3).

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

/// Positions are bytes from the reserve's beginning.
struct chunk {
    std::size_t begin = 0;
    std::size_t end = 0;

    [[nodiscard]] std::size_t bytes() const noexcept { return end - begin; }
};

/// `[taken … | free …]`. An open scope takes chunks one behind the other, and its end frees all
/// that it took by moving the border back: so the same requests again find the same chunks in the
/// same order. Zero bytes are an empty tape.
class chunk_tape {
public:
    static constexpr std::size_t most = 60;

    [[nodiscard]] std::size_t taken() const noexcept { return taken_; }
    [[nodiscard]] std::size_t count() const noexcept { return count_; }
    [[nodiscard]] bool full() const noexcept { return count_ == most; }
    [[nodiscard]] chunk& operator[](std::size_t index) noexcept { return chunks_[index]; }

    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_of(count_); }
    [[nodiscard]] std::size_t taken_bytes() const noexcept { return bytes_of(taken_); }

    /// The index of the chunk that ends last. Not on an empty tape.
    [[nodiscard]] std::size_t last() const noexcept {
        const auto* const found =
            std::max_element(&chunks_[0], &chunks_[0] + count_,
                             [](const chunk& a, const chunk& b) { return a.end < b.end; });
        return static_cast<std::size_t>(found - &chunks_[0]);
    }

    void clear() noexcept { taken_ = count_ = 0; }

    /// Takes the free chunk `index`; the other free ones keep their order. Its new index.
    std::size_t take(std::size_t index) noexcept {
        const chunk mine = chunks_[index];
        for (; index > taken_; --index) {
            chunks_[index] = chunks_[index - 1];
        }
        chunks_[index] = mine;
        return taken_++;
    }

    /// Adds `more`, taken. Its index. Not on a full tape.
    std::size_t add_taken(const chunk& more) noexcept {
        add_free(more);
        return take(count_ - 1);
    }

    /// Adds `more`, free. Not on a full tape.
    void add_free(const chunk& more) noexcept { chunks_[count_++] = more; }

    void remove_free(std::size_t index) noexcept {
        --count_;
        for (; index < count_; ++index) {
            chunks_[index] = chunks_[index + 1];
        }
    }

    /// Frees all that were taken since only `taken` were.
    void free_down_to(std::size_t taken) noexcept { taken_ = taken; }

private:
    [[nodiscard]] std::size_t bytes_of(std::size_t count) const noexcept {
        std::size_t sum = 0;
        for (std::size_t index = 0; index < count; ++index) {
            sum += chunks_[index].bytes();
        }
        return sum;
    }

    std::size_t taken_ = 0;
    std::size_t count_ = 0;
    std::array<chunk, most> chunks_{};
};

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
