// Sequences of operations over several arenas, their leases and scopes, on several threads that
// take turns or run at once.
//
// An input is the arenas (subject.cpp), then steps: a byte for what, one for who and where, and the
// step's own choices.

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "fuzz/input.hpp"
#include "fuzz/operations/subject.hpp"
#include "fuzz/operations/turn.hpp"
#include "fuzz/operations/workers.hpp"
#include "fuzz/target.hpp"

namespace {

using namespace fuzz;

constexpr std::size_t most_arenas = 3;
constexpr std::size_t most_steps = 300;

workers& team() {
    static workers all;
    return all;
}

/// What a thread or a lease does; the first of them most often.
using deed = void (*)(turn&);
constexpr std::array<deed, 24> deeds{
    take_bytes,
    take_bytes,
    take_bytes,
    take_what_is_left,
    take_what_is_left,
    take_numbers,
    take_text,
    take_object,
    take_object,
    take_object,
    take_elements_that_throw,
    resize,
    resize,
    resize,
    give_back,
    give_back,
    give_back,
    query,
    trim,
    set_budget,
    begin_scope,
    begin_scope,
    end_scope,
    end_lease};

class program {
public:
    explicit program(input& choices) : choices_(choices) {
        const std::size_t count = 1 + choices_.below(most_arenas);
        for (std::size_t index = 0; index < count; ++index) {
            arenas_.emplace_back(choices_);
        }
    }

    void run() {
        for (std::size_t step = 0; step < most_steps && !choices_.empty(); ++step) {
            const std::uint8_t what = choices_.byte();
            if (what < 0xd8) {
                take_a_turn(what);
            } else if (what < 0xe4) {
                run_at_once();
            } else if (what < 0xec) {
                reset_one();
            } else if (what < 0xf0) {
                reset_from_all();
            } else if (what < 0xf8) {
                replace_worker();
            } else {
                move_one_lease();
            }
        }
        for (subject& one : arenas_) {
            if (one.exists()) {
                one.require_sound();
            }
        }
    }

private:
    /// Who: the worker's own lane, mostly, or a lease.
    struct actor {
        std::size_t worker;
        std::size_t lease;  ///< subject::leases for none
        subject* on;
    };

    actor some_actor(input& choices) {
        const std::uint8_t who = choices.byte();
        return {who % workers::count, ((who >> 2) & 7U) % (subject::leases + 2),
                &arenas_[(who >> 5) % arenas_.size()]};
    }

    static void act(const actor& one, deed what, input& choices, bool alone) {
        const bool by_lease = one.lease < subject::leases;
        holder& who = by_lease ? one.on->of_lease(one.lease) : one.on->of_thread(one.worker);
        turn now{*one.on, who, choices, alone};
        if (!by_lease || ensure_lease(now)) {
            what(now);
        }
    }

    void take_a_turn(std::uint8_t what) {
        actor one = some_actor(choices_);
        if (!one.on->exists()) {
            return;
        }
        const deed chosen = deeds[what % deeds.size()];
        const std::size_t runs = one.worker;
        // A block may be given back by any thread.
        if (chosen == give_back && what >= 0xa0) {
            one.worker = (one.worker + 1) % workers::count;
        }
        team().run(runs, [&] { act(one, chosen, choices_, true); });
    }

    /// All workers at once, each by choices of its own, each with a lease of its own in each arena.
    void run_at_once() {
        std::vector<input> parts;
        for (std::size_t worker = 0; worker < workers::count; ++worker) {
            parts.push_back(choices_.split(choices_.byte()));
        }
        team().run_all([&](std::size_t worker) {
            input& choices = parts[worker];
            while (!choices.empty()) {
                const deed chosen = deeds[choices.byte() % deeds.size()];
                actor one = some_actor(choices);
                one.worker = worker;
                if (one.lease < subject::leases) {
                    one.lease = worker;
                }
                if (one.on->exists()) {
                    act(one, chosen, choices, false);
                }
            }
        });
        for (subject& one : arenas_) {
            if (one.exists()) {
                one.require_sound();
            }
        }
    }

    void reset_one() {
        const actor one = some_actor(choices_);
        if (one.on->exists()) {
            team().run(one.worker, [&] {
                turn now{*one.on, one.on->of_thread(one.worker), choices_, true};
                reset(now);
            });
        }
    }

    /// Several resets at once: each destructor runs once.
    void reset_from_all() {
        subject& on = *some_actor(choices_).on;
        if (on.exists()) {
            on.reset([](auto& source) {
                team().run_all([&source](std::size_t) { source.reset(); });
            });
        }
    }

    void replace_worker() {
        const std::size_t worker = 1 + choices_.below(workers::count - 1);
        team().retire(worker);
        for (subject& one : arenas_) {
            one.hand_on(one.of_thread(worker));
        }
    }

    void move_one_lease() {
        const actor one = some_actor(choices_);
        if (one.on->exists() && one.lease < subject::leases) {
            team().run(one.worker, [&] { act(one, move_lease, choices_, true); });
        }
    }

    input& choices_;
    std::deque<subject> arenas_;
};

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    input choices(std::span(data, size));
    program(choices).run();
    return 0;
}
