#pragma once

#include <algorithm>
#include <cstddef>

#include "fuzz/input.hpp"
#include "fuzz/operations/subject.hpp"
#include "fuzz/require.hpp"

/// \file
/// One step of a program: who does something, in which arena; and what it may cost.

namespace fuzz {

struct turn {
    subject& on;
    holder& who;
    input& choices;
    bool alone;  ///< nobody else does anything meanwhile: then the figures are exact
};

/// What an allocation adds to the used bytes, when no padding precedes it.
constexpr std::size_t in_granules(std::size_t bytes) { return (bytes + 7) / 8 * 8; }

/// What a build adds to each allocation for checks of its own, at most: nothing, unless the first
/// eight bytes of an arena cost more than eight.
inline std::size_t most_added_bytes() {
    static const std::size_t bytes = [] {
        memory_arena::arena source(std::size_t{1} << 16);
        static_cast<void>(source.allocate_bytes(8, 8));
        return source.used_bytes() == 8 ? std::size_t{0} : std::size_t{512};
    }();
    return bytes;
}

/// The arena's figures before a step, to compare with those after it.
class account {
public:
    explicit account(const turn& now) : now_(now) {
        if (now_.alone) {
            before_ = now_.on.usage();
        }
    }

    [[nodiscard]] const memory_arena::arena_usage& before() const noexcept { return before_; }

    /// Nothing was taken since.
    void require_unchanged() const {
        if (now_.alone) {
            const auto after = now_.on.usage();
            FUZZ_REQUIRE(after.used == before_.used);
            FUZZ_REQUIRE(after.generation == before_.generation);
        }
    }

    /// Between `least` and `most` bytes were taken, and the frontier minded the budget. What it
    /// was.
    [[nodiscard]] std::size_t require_taken(std::size_t least, std::size_t most) const {
        if (!now_.alone) {
            return 0;
        }
        const auto after = now_.on.usage();
        const std::size_t taken = after.used - before_.used;
        FUZZ_REQUIRE(after.used >= before_.used);
        FUZZ_REQUIRE(taken >= least && taken <= most + most_added_bytes());
        FUZZ_REQUIRE(after.used + after.slack <=
                     std::max(before_.used + before_.slack, before_.budget));
        return taken;
    }

    /// At most `most` bytes went back.
    void require_given_back(std::size_t most) const {
        if (now_.alone) {
            const auto after = now_.on.usage();
            FUZZ_REQUIRE(after.used <= before_.used);
            FUZZ_REQUIRE(before_.used - after.used <= most + most_added_bytes());
        }
    }

private:
    const turn& now_;
    memory_arena::arena_usage before_;
};

// Taking (taking.cpp).
void take_bytes(turn& now);
/// Exactly what a lane, a shard or the frontier has left, or a little less.
void take_what_is_left(turn& now);
void take_numbers(turn& now);
void take_text(turn& now);
void take_object(turn& now);
void take_elements_that_throw(turn& now);

// Growing in place and giving back (in_place.cpp).
void resize(turn& now);
void give_back(turn& now);

// Leases and their scopes (leases.cpp).
/// Whether there is one, or could be made.
bool ensure_lease(turn& now);
void end_lease(turn& now);
void move_lease(turn& now);
void begin_scope(turn& now);
void end_scope(turn& now);

// The whole arena (whole.cpp).
void query(turn& now);
void trim(turn& now);
void set_budget(turn& now);
void reset(turn& now);

}  // namespace fuzz
