#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <ios>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "support/figures.hpp"
#include "support/random_source.hpp"

/// \file
/// The model of an arena: what its callers hold. Each thread keeps a range_log of its own, without
/// locks; at rest the logs are merged into live_ranges, which knows what must be true of them all.

namespace test_support {

/// A block that somebody got.
struct live_range {
    std::uintptr_t begin = 0;
    std::size_t bytes = 0;  ///< as asked for, not 0
    std::size_t alignment = 1;
    std::uint64_t generation = 0;
    std::uint32_t owner = 0;
    bool filled = false;  ///< with its pattern

    [[nodiscard]] std::uintptr_t end() const noexcept { return begin + in_granules(bytes); }
};

inline std::ostream& operator<<(std::ostream& out, const live_range& range) {
    return out << std::hex << "[0x" << range.begin << ", 0x" << range.end() << ')' << std::dec
               << " of " << range.bytes << " bytes at alignment " << range.alignment
               << ", generation " << range.generation << ", owner " << range.owner;
}

/// The bytes that a range's owner writes into it, eight at a time: no two blocks' are alike.
class pattern {
public:
    explicit pattern(const live_range& range) noexcept
        : word_(mixed(range.begin + range.bytes) ^ mixed((range.generation << 20) + range.owner)) {}

    void fill(void* block, std::size_t bytes) noexcept {
        auto* place = static_cast<std::byte*>(block);
        for (; bytes >= sizeof word_; bytes -= sizeof word_, place += sizeof word_) {
            std::memcpy(place, &word_, sizeof word_);
            word_ += step;
        }
        std::memcpy(place, &word_, bytes);
    }

    [[nodiscard]] bool matches(const void* block, std::size_t bytes) noexcept {
        const auto* place = static_cast<const std::byte*>(block);
        for (; bytes >= sizeof word_; bytes -= sizeof word_, place += sizeof word_) {
            if (std::memcmp(place, &word_, sizeof word_) != 0) {
                return false;
            }
            word_ += step;
        }
        return std::memcmp(place, &word_, bytes) == 0;
    }

private:
    static constexpr std::uint64_t step = 0x9e3779b97f4a7c15U;
    std::uint64_t word_;
};

/// What one thread got. Used by that thread alone until it is merged.
class range_log {
public:
    explicit range_log(std::uint32_t owner = 0) noexcept : owner_(owner) {}

    /// Notes a block without touching it.
    void add(const void* block, std::size_t bytes, std::size_t alignment,
             std::uint64_t generation) {
        ranges_.push_back(
            {reinterpret_cast<std::uintptr_t>(block), bytes, alignment, generation, owner_, false});
        used_ += in_granules(bytes);
        padding_ += alignment > 8 ? alignment - 8 : 0;
    }

    /// Notes a block and fills it with its pattern.
    void add_filled(void* block, std::size_t bytes, std::size_t alignment,
                    std::uint64_t generation) {
        add(block, bytes, alignment, generation);
        ranges_.back().filled = true;
        pattern(ranges_.back()).fill(block, bytes);
    }

    /// Bytes that were taken beside those of the block added last: a cleanup record's.
    void add_overhead(std::size_t bytes) noexcept { used_ += bytes; }

    void reserve(std::size_t count) { ranges_.reserve(count); }
    [[nodiscard]] const std::vector<live_range>& ranges() const noexcept { return ranges_; }
    [[nodiscard]] std::size_t used() const noexcept { return used_; }
    [[nodiscard]] std::size_t padding() const noexcept { return padding_; }

    void clear() noexcept {
        ranges_.clear();
        used_ = 0;
        padding_ = 0;
    }

private:
    std::vector<live_range> ranges_;
    std::size_t used_ = 0;
    std::size_t padding_ = 0;
    std::uint32_t owner_;
};

/// What all threads together hold.
class live_ranges {
public:
    /// Takes everything out of `log`.
    void merge(range_log& log) {
        ranges_.insert(ranges_.end(), log.ranges().begin(), log.ranges().end());
        least_used_ += log.used();
        most_used_ += log.used() + log.padding();
        log.clear();
    }

    void clear() noexcept {
        ranges_.clear();
        least_used_ = 0;
        most_used_ = 0;
    }

    [[nodiscard]] std::size_t size() const noexcept { return ranges_.size(); }

    /// What the arena must call used is at least this: everything asked for, in granules. It is
    /// exactly this where no alignment was above 8.
    [[nodiscard]] std::size_t least_used() const noexcept { return least_used_; }

    /// And at most this: with all the padding that the alignments can have needed.
    [[nodiscard]] std::size_t most_used() const noexcept { return most_used_; }

    [[nodiscard]] testing::AssertionResult aligned() const {
        return all_hold("is misaligned", [](const live_range& range) {
            return range.begin != 0 && range.begin % range.alignment == 0;
        });
    }

    /// All lie in `arena`, to the last byte of their last granule.
    template <class Arena>
    [[nodiscard]] testing::AssertionResult inside(const Arena& arena) const {
        return all_hold("lies outside", [&arena](const live_range& range) {
            return arena.contains(reinterpret_cast<const void*>(range.begin)) &&
                   arena.contains(reinterpret_cast<const void*>(range.end() - 1));
        });
    }

    /// All that were filled hold their pattern still. Of the current generation only.
    [[nodiscard]] testing::AssertionResult intact() const {
        return all_hold("was overwritten", [](const live_range& range) {
            return !range.filled ||
                   pattern(range).matches(reinterpret_cast<const void*>(range.begin), range.bytes);
        });
    }

    /// No two of one generation share a granule.
    [[nodiscard]] testing::AssertionResult disjoint() {
        std::sort(ranges_.begin(), ranges_.end(), [](const auto& left, const auto& right) {
            return std::tie(left.generation, left.begin) < std::tie(right.generation, right.begin);
        });
        const auto clash = std::adjacent_find(
            ranges_.begin(), ranges_.end(), [](const auto& left, const auto& right) {
                return left.generation == right.generation && left.end() > right.begin;
            });
        if (clash == ranges_.end()) {
            return testing::AssertionSuccess();
        }
        return testing::AssertionFailure() << *clash << " overlaps " << *(clash + 1);
    }

private:
    template <class Holds>
    [[nodiscard]] testing::AssertionResult all_hold(const char* complaint, Holds holds) const {
        const auto wrong = std::find_if_not(ranges_.begin(), ranges_.end(), holds);
        if (wrong == ranges_.end()) {
            return testing::AssertionSuccess();
        }
        return testing::AssertionFailure() << *wrong << ' ' << complaint;
    }

    std::vector<live_range> ranges_;
    std::size_t least_used_ = 0;
    std::size_t most_used_ = 0;
};

/// Everything that is true of ranges whose owners have not lost them to a reset.
template <class Arena>
void expect_sound(live_ranges& ranges, const Arena& arena) {
    EXPECT_TRUE(ranges.aligned());
    EXPECT_TRUE(ranges.inside(arena));
    EXPECT_TRUE(ranges.disjoint());
    EXPECT_TRUE(ranges.intact());
}

/// What usage() says of `arena`, at rest, of all that was taken in this generation.
template <class Arena>
void expect_exact_accounts(const live_ranges& ranges, const Arena& arena) {
    const auto figures = arena.usage();
    EXPECT_EQ(figures.used, arena.used_bytes());
    EXPECT_EQ(figures.reserved, arena.capacity());
    EXPECT_GE(figures.used, ranges.least_used());
    EXPECT_LE(figures.used, ranges.most_used());
    EXPECT_LE(figures.used + figures.slack, figures.peak);
    EXPECT_LE(figures.peak, arena.capacity());
    EXPECT_LE(figures.committed, arena.capacity());
    EXPECT_EQ(figures.generation, arena.generation());
}

}  // namespace test_support
