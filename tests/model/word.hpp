#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include <memory_arena/detail/compiler.hpp>

#include "model/scheduler.hpp"

/// \file
/// What the protocol's code sees in place of std::atomic<std::uint64_t>. The value lies with the
/// scheduler. Orderings are taken and ignored: the model is sequentially consistent, and finds what
/// interleaving does, not what weak memory does.

namespace model {

class word {
public:
    explicit word(std::uint64_t value) noexcept : word(value, false) {}
    word(const word&) = delete;
    word& operator=(const word&) = delete;
    ~word() = default;

    /// Goes on when the value is another than `old`; until then the thread can't.
    MEMORY_ARENA_ALWAYS_INLINE void wait(std::uint64_t old, std::memory_order /*unused*/) const {
        the_scheduler().make({access::kind::wait, index_, old, 0});
    }
    void notify_all() noexcept {}

    MEMORY_ARENA_ALWAYS_INLINE std::uint64_t load(std::memory_order /*unused*/) const {
        return the_scheduler().make({access::kind::load, index_, 0, 0, is_figure_});
    }

    MEMORY_ARENA_ALWAYS_INLINE void store(std::uint64_t value, std::memory_order /*unused*/) {
        the_scheduler().make({access::kind::store, index_, 0, value});
    }

    MEMORY_ARENA_ALWAYS_INLINE std::uint64_t fetch_add(std::uint64_t value,
                                                       std::memory_order /*unused*/) {
        return the_scheduler().make({access::kind::fetch_add, index_, 0, value});
    }

    MEMORY_ARENA_ALWAYS_INLINE bool compare_exchange_strong(
        std::uint64_t& expected, std::uint64_t desired, std::memory_order /*unused*/,
        std::memory_order /*unused*/) {
        const std::uint64_t before = the_scheduler().make(
            {access::kind::compare_exchange, index_, expected, desired, is_figure_});
        const bool swapped = before == expected;
        expected = before;
        return swapped;
    }

    /// Never fails without a reason: that would be one more turn of the caller's loop.
    MEMORY_ARENA_ALWAYS_INLINE bool compare_exchange_weak(
        std::uint64_t& expected, std::uint64_t desired, std::memory_order success,
        std::memory_order failure) {
        return compare_exchange_strong(expected, desired, success, failure);
    }

protected:
    word(std::uint64_t value, bool is_figure) noexcept
        : index_(the_scheduler().add_word(value)), is_figure_(is_figure) {}

private:
    std::size_t index_;
    bool is_figure_;
};

/// Its accesses are no steps of their own, unless scheduler::figures_count says so.
class figure : public word {
public:
    explicit figure(std::uint64_t value) noexcept : word(value, true) {}
};

}  // namespace model
