#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

/// \file
/// Sets of addresses, without the heap, which may be refused while they are in use.

namespace faults {

/// Address ranges that don't overlap.
class range_set {
public:
    struct range {
        std::uintptr_t begin = 0;
        std::uintptr_t end = 0;
    };

    void add(std::uintptr_t begin, std::uintptr_t end) noexcept {
        remove(begin, end);
        keep(begin, end);
    }

    void remove(std::uintptr_t begin, std::uintptr_t end) noexcept {
        for (std::size_t index = count_; index-- > 0;) {
            const range old = ranges_[index];
            if (old.end <= begin || end <= old.begin) {
                continue;
            }
            ranges_[index] = ranges_[--count_];
            keep(old.begin, std::min(old.end, begin));
            keep(std::max(old.begin, end), old.end);
        }
    }

    [[nodiscard]] std::size_t bytes() const noexcept {
        std::size_t sum = 0;
        for (const range& one : *this) {
            sum += one.end - one.begin;
        }
        return sum;
    }

    /// Bytes that are in `other` too.
    [[nodiscard]] std::size_t bytes_shared_with(const range_set& other) const noexcept {
        range_set rest = *this;
        for (const range& one : other) {
            rest.remove(one.begin, one.end);
        }
        return bytes() - rest.bytes();
    }

    void clear() noexcept { count_ = 0; }

    [[nodiscard]] const range* begin() const noexcept { return ranges_.data(); }
    [[nodiscard]] const range* end() const noexcept { return ranges_.data() + count_; }

private:
    void keep(std::uintptr_t begin, std::uintptr_t end) noexcept {
        if (begin < end) {
            if (count_ == ranges_.size()) {
                std::fputs("the ledger is full: does something leak?\n", stderr);
                std::abort();
            }
            ranges_[count_++] = {begin, end};
        }
    }

    std::array<range, 4096> ranges_{};
    std::size_t count_ = 0;
};

}  // namespace faults
