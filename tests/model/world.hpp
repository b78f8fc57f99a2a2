#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "model/configuration.hpp"
#include "model/scheduler.hpp"
#include "shards/request.hpp"

/// \file
/// All that a moment of a run consists of, as plain data.

namespace model {

struct range {
    std::size_t begin = 0;
    std::size_t end = 0;
};

/// A few values in place: a world is copied at every step.
template <class T, std::size_t Most>
class few {
public:
    void add(const T& value) {
        values_.at(count_) = value;
        ++count_;
    }
    void clear() noexcept { count_ = 0; }
    [[nodiscard]] const T* begin() const noexcept { return values_.data(); }
    [[nodiscard]] const T* end() const noexcept { return values_.data() + count_; }
    [[nodiscard]] std::size_t size() const noexcept { return count_; }

private:
    std::array<T, Most> values_{};
    std::size_t count_ = 0;
};

struct thread_state {
    std::size_t operation = 0;   ///< how many it has done
    bool in_call = false;        ///< it has begun the next
    std::size_t log_begin = 0;   ///< where the log of the present one begins
    std::uint64_t log_hash = 0;  ///< of what the present one has read
    memory_arena::detail::held_tlab lane;

    // What the properties remember of its present operation.
    few<range, 4> in_hand;     ///< bytes of the current generation that it took, and nobody has yet
    bool saw_no_room = false;  ///< at some moment of it nothing had room for it
};

/// What an operation was granted.
struct possession {
    range bytes;
    std::uint64_t generation = 0;
    std::size_t counted = 0;  ///< the direct bytes that it counted
};

struct world {
    memory words{};
    std::array<thread_state, max_threads> threads{};
    few<possession, 40> granted;
    few<range, 24> dropped;  ///< bytes of the current generation that are slack until the reset
};

}  // namespace model
