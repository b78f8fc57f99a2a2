#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "model/arena_model.hpp"
#include "model/configuration.hpp"
#include "model/properties.hpp"
#include "model/visited_states.hpp"
#include "model/world.hpp"

/// \file
/// Goes through all interleavings of a configuration, depth first. A state that was reached before
/// leads where it led then, so it is not explored again. A state that leads back to itself is a
/// lock-up: an endless run in which nobody gets on.
///
/// A thread that stops for ever needs no choice of its own: that it is not scheduled again until
/// all others are done is one of the interleavings, and properties::check_bytes judges every state
/// as if all had stopped there.

namespace model {

struct findings {
    std::size_t states = 0;
    double interleavings = 0;      ///< as many as were explored, states met again included
    std::size_t longest = 0;       ///< steps
    std::uint64_t ends = 0;        ///< the sum of the hashes of the states in which all are done
    std::string complaint;         ///< empty: every property holds
    std::vector<std::size_t> way;  ///< to the violation: which thread made each step
};

/// No limit to how often a thread is preempted in one interleaving.
inline constexpr std::size_t any_preemptions = ~std::size_t{0};

class explorer {
public:
    struct limits {
        std::size_t preemptions = any_preemptions;
        bool forgets = true;  ///< what was read before a loop began again
    };
    explicit explorer(const configuration& chosen) : explorer(chosen, limits{}) {}
    explorer(const configuration& chosen, const limits& chosen_limits);

    findings explore();

    /// Goes `way` again, and tells what happens, line by line.
    std::vector<std::string> tell(const std::vector<std::size_t>& way);

private:
    static constexpr std::size_t no_thread = max_threads;
    static constexpr double on_the_way = -1;  ///< for the interleavings of a state not yet done

    /// One step of thread `index`, and what the properties say to it. False where the thread waits
    /// for another one, and `at` is of no use then.
    bool step(world& at, std::size_t index, const std::vector<operation>& calls);
    void run_before(world& at);
    [[nodiscard]] bool is_done(const world& at, std::size_t index) const noexcept;
    [[nodiscard]] bool generation_stands(const world& at, std::size_t index) const noexcept;
    double go_on(const world& at, std::size_t last, std::size_t preemptions_left);

    const configuration& chosen_;
    std::size_t preemptions_;
    bool forgets_;
    arena_model arena_;
    properties properties_;
    visited_states visited_;
    std::array<std::vector<std::uint64_t>, max_threads> logs_;
    std::vector<std::size_t> way_;
    findings found_;
};

/// An interleaving with the fewest preemptions that breaks a property, told line by line.
std::vector<std::string> tell_shortest(const configuration& chosen);

}  // namespace model
