#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

/// \file
/// The states that were met, by their hashes, and how many interleavings lead on from each.

namespace model {

class visited_states {
public:
    /// The interleavings from the state of this hash, or null if it wasn't visited.
    [[nodiscard]] const double* find(std::uint64_t hash) const noexcept {
        const slot& found = slots_[place_of(hash)];
        return found.hash == hash ? &found.interleavings : nullptr;
    }

    void set(std::uint64_t hash, double interleavings) {
        if (2 * (count_ + 1) > slots_.size()) {
            grow();
        }
        slot& found = slots_[place_of(hash)];
        count_ += found.hash == 0 ? 1 : 0;
        found = {hash, interleavings};
    }

    [[nodiscard]] std::size_t size() const noexcept { return count_; }

private:
    struct slot {
        std::uint64_t hash = 0;  ///< 0: free
        double interleavings = 0;
    };

    [[nodiscard]] std::size_t place_of(std::uint64_t hash) const noexcept {
        std::size_t place = hash & (slots_.size() - 1);
        while (slots_[place].hash != 0 && slots_[place].hash != hash) {
            place = (place + 1) & (slots_.size() - 1);
        }
        return place;
    }

    void grow() {
        std::vector<slot> before(slots_.size() * 2);
        before.swap(slots_);
        for (const slot& one : before) {
            if (one.hash != 0) {
                slots_[place_of(one.hash)] = one;
            }
        }
    }

    std::vector<slot> slots_ = std::vector<slot>(1024);
    std::size_t count_ = 0;
};

}  // namespace model
