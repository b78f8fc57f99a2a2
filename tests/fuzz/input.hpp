#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

/// \file
/// The bytes that a fuzzer gave, read as a program's choices.

namespace fuzz {

/// Reads from the front; used up, it goes on with zeros, so every choice there is the first one.
class input {
public:
    explicit input(std::span<const std::uint8_t> bytes) noexcept : bytes_(bytes) {}

    [[nodiscard]] bool empty() const noexcept { return bytes_.empty(); }

    std::uint8_t byte() noexcept {
        if (bytes_.empty()) {
            return 0;
        }
        const std::uint8_t first = bytes_.front();
        bytes_ = bytes_.subspan(1);
        return first;
    }

    bool flag() noexcept { return (byte() & 1U) != 0; }

    /// `count` bytes, the least significant first, whatever the machine's order.
    std::uint64_t number(unsigned count) noexcept {
        std::uint64_t result = 0;
        for (unsigned index = 0; index < count; ++index) {
            result |= std::uint64_t{byte()} << (8 * index);
        }
        return result;
    }

    /// 0 to `bound` - 1.
    std::size_t below(std::size_t bound) noexcept {
        return static_cast<std::size_t>(number(bound <= 256 ? 1 : 4) % bound);
    }

    /// Bytes to ask for: mostly a few, also about a part of `capacity`, about a power of two, and
    /// anything at all.
    std::size_t size(std::size_t capacity) noexcept {
        const std::uint8_t kind = byte();
        if (kind < 0x80) {
            return kind;
        }
        if (kind < 0xb0) {
            return static_cast<std::size_t>(number(2));
        }
        if (kind < 0xc0) {
            return static_cast<std::size_t>(number(3));
        }
        if (kind < 0xe0) {
            return (capacity >> (kind & 7U)) + distance();
        }
        if (kind < 0xf8) {
            return (std::size_t{1} << (byte() % (8 * sizeof(std::size_t)))) + distance();
        }
        return static_cast<std::size_t>(number(8));
    }

    /// A power of two, mostly a small one; now and then none.
    std::size_t alignment() noexcept {
        const std::uint8_t kind = byte();
        if (kind < 0xc0) {
            return std::size_t{1} << (kind % 7U);
        }
        if (kind < 0xf0) {
            return std::size_t{1} << (kind % (8 * sizeof(std::size_t)));
        }
        return kind == 0xf0 ? 0 : static_cast<std::size_t>(number(2));
    }

    /// The next bytes, for somebody else to read.
    input split(std::size_t count) noexcept {
        const auto part = bytes_.first(std::min(count, bytes_.size()));
        bytes_ = bytes_.subspan(part.size());
        return input(part);
    }

private:
    /// -128 to 127, as an unsigned number adds it.
    std::size_t distance() noexcept { return static_cast<std::size_t>(byte()) - std::size_t{128}; }

    std::span<const std::uint8_t> bytes_;
};

}  // namespace fuzz
