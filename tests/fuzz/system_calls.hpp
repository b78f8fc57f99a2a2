#pragma once

#include <cstddef>
#include <cstdint>

/// \file
/// The system's calls by which the library asks for memory, between the library and the system: the
/// linker leads its mmap, munmap, madvise and prctl here (--wrap). They count what is mapped, and
/// refuse what they are told to.

namespace fuzz {

/// Of the next eight calls that may be refused, those whose bit is set will be, the lowest first.
void refuse_calls(std::uint8_t which) noexcept;

/// From now on none is. How many were refused since refuse_calls.
std::size_t allow_calls() noexcept;

/// Bytes that the library has mapped and not unmapped.
[[nodiscard]] std::size_t mapped_bytes() noexcept;

/// Refuses calls for as long as it lives.
class refusals {
public:
    explicit refusals(std::uint8_t which) noexcept { refuse_calls(which); }
    refusals(const refusals&) = delete;
    refusals& operator=(const refusals&) = delete;
    ~refusals() { allow_calls(); }

    /// How many there were; none from now on.
    [[nodiscard]] std::size_t end() noexcept { return count_ += allow_calls(); }

private:
    std::size_t count_ = 0;
};

}  // namespace fuzz
