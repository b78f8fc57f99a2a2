#include "model/explorer.hpp"

#include <algorithm>
#include <sstream>

#include "model/hash.hpp"
#include "model/words_text.hpp"

using memory_arena::detail::held_tlab;

namespace model {

explorer::explorer(const configuration& chosen, const limits& chosen_limits)
    : chosen_(chosen),
      preemptions_(chosen_limits.preemptions),
      forgets_(chosen_limits.forgets),
      arena_(chosen),
      properties_(arena_, chosen_) {}

bool explorer::is_done(const world& at, std::size_t index) const noexcept {
    return at.threads[index].operation == chosen_.threads[index].size();
}

/// Whether no other thread than `index` will ever change the generation again. Its own reset is no
/// load.
bool explorer::generation_stands(const world& at, std::size_t index) const noexcept {
    for (std::size_t other = 0; other < chosen_.threads.size(); ++other) {
        const auto& calls = chosen_.threads[other];
        for (std::size_t call = at.threads[other].operation; call < calls.size(); ++call) {
            const bool begun = call == at.threads[other].operation && at.threads[other].in_call;
            // A reset's first access is the one that changes it, but in a quarantine.
            if (other != index && calls[call].what == operation::kind::reset &&
                (!begun || chosen_.regions > 1)) {
                return false;
            }
        }
    }
    return true;
}

bool explorer::step(world& at, std::size_t index, const std::vector<operation>& calls) {
    thread_state& one = at.threads[index];
    std::vector<std::uint64_t>& log = logs_[index];
    const operation& call = calls[one.operation];
    if (!one.in_call) {
        one.in_call = true;
        one.saw_no_room = false;
        properties_.look_for_room(at, call, one);
    }
    const held_tlab held = one.lane;
    result got;
    auto body = [this, &call, &held, &got] { arena_.run(call, held, got); };
    scheduler& all = the_scheduler();
    const scheduler::ending ending =
        all.step(at.words, log, one.log_begin, generation_stands(at, index), body);
    if (ending == scheduler::ending::blocked) {
        return false;
    }
    for (const event& done : all.events()) {
        properties_.see(at, index, done);
    }
    one.saw_no_room = one.saw_no_room && call.what != operation::kind::reset;
    properties_.look_for_room(at, call, one);
    if (ending == scheduler::ending::stuck) {
        properties_.fail("an operation goes on for ever");
    } else if (ending == scheduler::ending::finished) {
        properties_.see_result(at, index, call, got, held);
        arena_model::settle(call, got, one.lane);
        one.operation += 1;
        one.in_call = false;
        one.log_begin = log.size();
        one.saw_no_room = false;
    } else if (forgets_ && all.begins_again()) {
        // The log stays as it is, for going back; what is still known is repeated behind it.
        const std::size_t known = all.head_at() - one.log_begin;
        for (std::size_t entry = 0; entry < known; ++entry) {
            log.push_back(log[one.log_begin + entry]);
        }
        one.log_begin = log.size() - known;
    }
    one.log_hash = 0;
    for (std::size_t entry = one.log_begin; entry < log.size(); ++entry) {
        one.log_hash = mix(one.log_hash, log[entry]);
    }
    for (std::size_t other = 0; other < chosen_.threads.size(); ++other) {
        thread_state& it = at.threads[other];
        if (other != index && it.in_call) {
            properties_.look_for_room(at, chosen_.threads[other][it.operation], it);
        }
    }
    return true;
}

void explorer::run_before(world& at) {
    for (const configuration::earlier& call : chosen_.before) {
        thread_state& one = at.threads[call.thread];
        const std::vector<operation> calls{call.call};
        for (std::size_t steps = 0; one.operation == 0 && !properties_.broken(); ++steps) {
            static_cast<void>(step(at, call.thread, calls));
            if (steps == scheduler::most_accesses) {
                properties_.fail("an operation goes on for ever");
            }
        }
        one.operation = 0;
    }
    for (std::size_t index = 0; index < max_threads; ++index) {
        logs_[index].clear();
        at.threads[index].log_begin = 0;
    }
}

double explorer::go_on(const world& at, std::size_t last, std::size_t preemptions_left) {
    std::uint64_t hash = hash_of(at, chosen_.threads.size()) | 1;
    if (preemptions_ != any_preemptions) {
        hash = mix(mix(hash, last), preemptions_left) | 1;
    }
    if (const double* const known = visited_.find(hash)) {
        if (*known == on_the_way) {
            properties_.fail("threads go round for ever, and nobody gets on");
        }
        return *known;
    }
    visited_.set(hash, on_the_way);
    properties_.check_bytes(at);
    if (properties_.broken()) {
        return 0;
    }
    double interleavings = 0;
    bool all_done = true;
    bool any_got_on = false;
    for (std::size_t index = 0; index < chosen_.threads.size(); ++index) {
        if (is_done(at, index)) {
            continue;
        }
        all_done = false;
        const bool preempts = last != no_thread && last != index && !is_done(at, last);
        if (preempts && preemptions_left == 0) {
            any_got_on = true;  // it could
            continue;
        }
        world next = at;
        const std::size_t read_before = logs_[index].size();
        way_.push_back(index);
        const bool got_on = step(next, index, chosen_.threads[index]);
        any_got_on = any_got_on || got_on;
        if (got_on && !properties_.broken()) {
            interleavings += go_on(next, index, preemptions_left - (preempts ? 1 : 0));
        }
        if (properties_.broken()) {
            return 0;  // way_ leads here
        }
        way_.pop_back();
        logs_[index].resize(read_before);
    }
    if (!all_done && !any_got_on) {
        properties_.fail("all wait for ever");
        return 0;
    }
    if (all_done) {
        properties_.check_direct_bytes(at);
        interleavings = 1;
        found_.ends += hash;
        found_.longest = std::max(found_.longest, way_.size());
    }
    visited_.set(hash, interleavings);
    return interleavings;
}

findings explorer::explore() {
    world at;
    at.words = arena_.initial();
    run_before(at);
    found_.interleavings = go_on(at, no_thread, preemptions_);
    found_.states = visited_.size();
    found_.complaint = properties_.complaint();
    found_.way = way_;
    return found_;
}

std::vector<std::string> explorer::tell(const std::vector<std::size_t>& way) {
    std::vector<std::string> lines;
    world at;
    at.words = arena_.initial();
    run_before(at);
    const words_text text(arena_);
    lines.push_back("at first: " + text.of_all(at.words));
    std::size_t last = no_thread;
    for (const std::size_t index : way) {
        if (properties_.broken()) {
            break;
        }
        const std::size_t call = at.threads[index].operation;
        if (index != last || !at.threads[index].in_call) {
            lines.push_back(
                "thread " + std::to_string(index) + ", " + text_of(chosen_.threads[index][call]));
        }
        last = index;
        const std::size_t grants = at.granted.size();
        static_cast<void>(step(at, index, chosen_.threads[index]));
        for (const event& done : the_scheduler().events()) {
            lines.push_back("    " + text.of(done));
        }
        if (at.granted.size() > grants) {
            lines.push_back("    is granted " + text_of(*(at.granted.end() - 1)));
        }
    }
    properties_.check_bytes(at);
    lines.push_back(properties_.complaint());
    return lines;
}

std::vector<std::string> tell_shortest(const configuration& chosen) {
    constexpr std::size_t most = 6;
    for (std::size_t preemptions = 0; preemptions <= most; ++preemptions) {
        const findings found = explorer(chosen, {preemptions, true}).explore();
        if (!found.complaint.empty()) {
            std::vector<std::string> lines = explorer(chosen).tell(found.way);
            lines.insert(
                lines.begin(), chosen.name + ", preemptions: " + std::to_string(preemptions));
            return lines;
        }
    }
    const findings found = explorer(chosen).explore();
    return explorer(chosen).tell(found.way);
}

}  // namespace model
