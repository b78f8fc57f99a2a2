#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <mutex>
#include <span>

#include "fuzz/require.hpp"

/// \file
/// What is alive in one arena, and whether it still holds what was written into it.

namespace fuzz {

/// The ranges that somebody holds. Who gets memory adds it after the call, who gives memory up
/// takes it out before the call: so no two ranges overlap in here, whatever runs at the same time.
class living {
public:
    void add(std::span<const unsigned char> bytes) {
        const auto begin = reinterpret_cast<std::uintptr_t>(bytes.data());
        const std::lock_guard lock(mutex_);
        FUZZ_REQUIRE(!overlaps(begin, bytes.size()));
        ranges_[begin] = bytes.size();
    }

    void remove(std::span<const unsigned char> bytes) {
        const std::lock_guard lock(mutex_);
        FUZZ_REQUIRE(ranges_.erase(reinterpret_cast<std::uintptr_t>(bytes.data())) == 1);
    }

    void require_apart(std::span<const unsigned char> bytes) {
        const std::lock_guard lock(mutex_);
        FUZZ_REQUIRE(!overlaps(reinterpret_cast<std::uintptr_t>(bytes.data()), bytes.size()));
    }

    /// All bytes that are held.
    [[nodiscard]] std::size_t total() {
        const std::lock_guard lock(mutex_);
        std::size_t sum = 0;
        for (const auto& [begin, bytes] : ranges_) {
            sum += bytes;
        }
        return sum;
    }

    void clear() {
        const std::lock_guard lock(mutex_);
        ranges_.clear();
    }

private:
    [[nodiscard]] bool overlaps(std::uintptr_t begin, std::size_t bytes) const {
        const auto above = ranges_.lower_bound(begin);
        return (above != ranges_.end() && above->first - begin < bytes) ||
               (above != ranges_.begin() &&
                begin - std::prev(above)->first < std::prev(above)->second);
    }

    std::mutex mutex_;
    std::map<std::uintptr_t, std::size_t> ranges_;
};

/// A block that somebody holds, with its content: one value, at both ends and here and there
/// between, since the largest have megabytes.
struct block {
    static constexpr std::size_t edge = 256;
    static constexpr std::size_t stride = 4096;

    std::span<unsigned char> bytes;
    unsigned char content = 0;
    std::size_t cost = 0;  ///< what it has added to the used bytes; 0 where that isn't known

    /// Writes what lies from `from` on.
    void fill(std::size_t from = 0) const {
        each_place(from, [this](unsigned char& place) { place = content; });
    }

    void require_intact() const {
        each_place(0, [this](unsigned char& place) { FUZZ_REQUIRE(place == content); });
    }

private:
    template <class Look>
    void each_place(std::size_t from, Look look) const {
        const std::size_t count = bytes.size();
        for (std::size_t at = from; at < count;) {
            look(bytes[at]);
            const bool at_an_edge = at < edge || at - from < edge || count - at <= edge;
            // The same places whoever wrote the middle: multiples of the stride.
            at = at_an_edge ? at + 1 : std::min(at / stride * stride + stride, count - edge);
        }
    }
};

}  // namespace fuzz
