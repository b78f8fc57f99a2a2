#include "model/properties.hpp"

#include "model/hash.hpp"

using memory_arena::detail::frontier;
using memory_arena::detail::grant;
using memory_arena::detail::held_tlab;
using memory_arena::detail::max_run_blocks;
using memory_arena::detail::padding_to;
using memory_arena::detail::run_range;
using memory_arena::detail::tlab_boundary;

namespace model {

namespace {

/// Whether [begin, end) holds what `call` asks for.
bool holds(std::size_t begin, std::size_t end, const operation& call) {
    if (begin >= end) {
        return false;
    }
    const std::size_t padding = padding_to(begin, call.alignment);
    return padding <= end - begin && call.bytes <= end - begin - padding;
}

std::string text_of(const range& bytes) {
    return "[" + std::to_string(bytes.begin) + ", " + std::to_string(bytes.end) + ")";
}

}  // namespace

void properties::fail(const std::string& what) {
    if (complaint_.empty()) {
        complaint_ = what;
    }
}

run_range properties::run_of(std::uint64_t word, std::uint64_t generation) const noexcept {
    return arena_.layout().is_of(word, generation) ? arena_.layout().unpack(word) : run_range{};
}

range properties::shelf_of(std::uint64_t word, std::uint64_t generation) const noexcept {
    if (!arena_.layout().is_of(word, generation)) {
        return {};
    }
    const auto blocks = arena_.layout().unpack_shelf(word);
    const std::size_t begin = arena_.shape().position_of(blocks.first);
    return {
        begin, blocks.count == 0 ? begin : arena_.shape().position_of(blocks.first + blocks.count)};
}

void properties::look_for_room(world& at, const operation& call, thread_state& caller) const {
    if (caller.saw_no_room || call.what == operation::kind::reset) {
        return;
    }
    const auto& shape = arena_.shape();
    const std::uint64_t generation = at.words[generation_word];
    for (std::size_t index = 0; index < arena_.shard_count(); ++index) {
        const run_range run = run_of(at.words[arena_model::run_word(index)], generation);
        const range shelf = shelf_of(at.words[arena_model::shelf_word(index)], generation);
        if (holds(run.cursor, run.end, call) || holds(shelf.begin, shelf.end, call)) {
            return;
        }
    }
    const frontier::state edge = arena_.edge_of(at.words);
    if (holds(shape.position_of(edge.block), region_end(edge.block), call)) {
        return;
    }
    if (edge.tag != 0) {  // an extent on its way, unless its shard has it already
        const std::size_t end = shape.position_of(edge.block);
        const run_range run = run_of(at.words[arena_model::run_word(edge.tag - 1)], generation);
        if (run.end < end && holds(shape.position_of(edge.block - edge.blocks_on_way), end, call)) {
            return;
        }
    }
    caller.saw_no_room = true;
}

void properties::see(world& at, std::size_t index, const event& done) {
    const std::size_t word = done.made.word;
    if (done.before == done.after || word == arena_.touched_word()) {
        return;
    }
    if (word == arena_.first_block_word() || word > arena_.touched_word()) {
        return;  // of a quarantine: check_regions() looks at them
    }
    if (word == generation_word) {
        // What is remembered is of the current generation.
        at.dropped.clear();
        for (thread_state& one : at.threads) {
            one.in_hand.clear();
        }
    } else if (word == arena_.frontier_word()) {
        see_frontier(at, index, done);
    } else {
        switch (arena_model::kind_of(word)) {
            case arena_model::word_kind::run: see_run(at, index, done); return;
            case arena_model::word_kind::direct: see_direct(at, done); return;
            case arena_model::word_kind::shelf: see_shelf(at, index, done); return;
        }
    }
}

void properties::see_direct(const world& at, const event& done) {
    const std::uint64_t generation = at.words[generation_word];
    if (arena_.layout().is_of(done.before, generation) &&
        arena_.layout().direct_bytes(done.after, generation) <
            arena_.layout().direct_bytes(done.before, generation)) {
        fail("direct bytes fell within a generation");
    }
}

void properties::see_shelf(world& at, std::size_t index, const event& done) {
    const std::uint64_t generation = at.words[generation_word];
    if (!arena_.layout().is_of(done.after, generation)) {
        if (arena_.layout().is_of(done.before, generation)) {
            fail("a shelf went from the current generation to another");
        }
        return;
    }
    const range before = shelf_of(done.before, generation);
    const range after = shelf_of(done.after, generation);
    if (before.begin == before.end) {
        if (after.begin != after.end) {
            see_given_back(at, index, after);
        }
    } else if (after.begin == before.begin && after.end > before.end) {
        see_given_back(at, index, {before.end, after.end});
    } else if (after.end == before.end && after.begin < before.begin) {
        see_given_back(at, index, {after.begin, before.begin});
    } else if (after.end == before.end && after.begin > before.begin) {
        at.threads[index].in_hand.add({before.begin, after.begin});
    } else {
        fail("a shelf went from " + text_of(before) + " to " + text_of(after));
    }
}

void properties::see_frontier(world& at, std::size_t index, const event& done) {
    const auto& shape = arena_.shape();
    const auto& edge = arena_.set().edge();
    const std::uint64_t generation = at.words[generation_word];
    if (!edge.is_of(done.after, generation)) {
        if (edge.is_of(done.before, generation)) {
            fail("the frontier went from the current generation to another");
        }
        return;
    }
    const frontier::state after = edge.seen_by(done.after, generation);
    // The first word of a generation says where it begins.
    const frontier::state before =
        edge.is_of(done.before, generation)
            ? edge.seen_by(done.before, generation)
            : frontier::state{shape.first_block_of(shape.region_of(after.block)), 0, 0};
    if (after.block < before.block) {
        fail("the frontier fell within a generation");
    } else if (after.tag == 0 && after.block > before.block) {
        at.threads[index].in_hand.add(
            {shape.position_of(before.block), shape.position_of(after.block)});
    }
}

void properties::see_run(world& at, std::size_t index, const event& done) {
    const std::uint64_t generation = at.words[generation_word];
    if (!arena_.layout().is_of(done.after, generation)) {
        if (arena_.layout().is_of(done.before, generation)) {
            fail("a run went from the current generation to another");
        }
        return;
    }
    const run_range before = run_of(done.before, generation);
    const run_range after = run_of(done.after, generation);
    if (after.end < before.end) {
        fail("a run's end fell within a generation");
    } else if (after.end > before.end) {
        see_published(at, index, done, before, after);
    } else if (after.cursor > before.cursor) {
        at.threads[index].in_hand.add({before.cursor, after.cursor});
    } else if (after.cursor < before.cursor) {
        see_given_back(at, index, {after.cursor, before.cursor});
    }
}

/// A run's cursor fell, or a shelf got more: the thread gives back the end of what it took.
void properties::see_given_back(world& at, std::size_t index, const range& bytes) {
    thread_state& one = at.threads[index];
    few<range, 4> kept;
    bool its_own = false;
    for (const range& taken : one.in_hand) {
        const bool ends_there = taken.end == bytes.end && taken.begin < bytes.begin;
        its_own = its_own || ends_there;
        kept.add(ends_there ? range{taken.begin, bytes.begin} : taken);
    }
    one.in_hand = kept;
    if (!its_own) {
        fail("the bytes " + text_of(bytes) + " were given back by who hadn't taken them");
    }
}

/// A run got more: an extent that the frontier describes, or the rest of a large request.
void properties::see_published(world& at, std::size_t index, const event& done,
                               const run_range& before, const run_range& after) {
    const auto& shape = arena_.shape();
    thread_state& one = at.threads[index];
    const frontier::state edge = arena_.edge_of(at.words);
    const bool on_way = edge.tag != 0 && arena_model::run_word(edge.tag - 1) == done.made.word &&
                        shape.position_of(edge.block) == after.end;
    if (!on_way) {
        // Whether it was the caller's to give is for check_bytes to say.
        few<range, 4> kept;
        for (const range& bytes : one.in_hand) {
            kept.add(bytes.end == after.end && bytes.begin < after.cursor
                         ? range{bytes.begin, after.cursor}
                         : bytes);
        }
        one.in_hand = kept;
        drop(at, {before.cursor, before.end});
        return;
    }
    const std::size_t begin = shape.position_of(edge.block - edge.blocks_on_way);
    const bool joins = before.end == begin && before.room() > 0 &&
                       edge.block - shape.block_of(before.cursor) <= max_run_blocks;
    if (!joins) {
        drop(at, {before.cursor, before.end});
    }
    const std::size_t from = joins ? before.cursor : begin;
    if (after.cursor > from) {
        one.in_hand.add({from, after.cursor});
    }
}

void properties::drop(world& at, const range& bytes) {
    if (bytes.begin == bytes.end) {
        return;
    }
    if (!chosen_.drops) {
        fail("the bytes " + text_of(bytes) + " were dropped");
    }
    at.dropped.add(bytes);
}

void properties::see_result(world& at, std::size_t index, const operation& call, const result& got,
                            const held_tlab& held) {
    thread_state& one = at.threads[index];
    if (!got.claimed) {
        return;
    }
    if (got.got.what == grant::kind::none) {
        if (!one.saw_no_room) {
            fail("a claim failed although something had room for it at every moment of it");
        }
        if (one.in_hand.size() != 0) {
            fail("a claim failed that had taken bytes");
        }
        return;
    }
    check_grant(at, call, got, held);
    hand_over(at, index, got.got);
    std::size_t counted = 0;
    if (call.what == operation::kind::counted_direct) {
        counted = padding_to(got.got.begin, call.alignment) + (call.bytes + 7) / 8 * 8;
    }
    at.granted.add({{got.got.begin, got.got.end}, got.got.generation, counted});
}

void properties::check_grant(const world& at, const operation& call, const result& outcome,
                             const held_tlab& held) {
    const grant& got = outcome.got;
    const range bytes{got.begin, got.end};
    const bool extension = got.what == grant::kind::extension;
    if (got.begin >= got.end || got.end > region_end(arena_.shape().block_of(got.begin)) ||
        got.begin % tlab_boundary != 0 || got.end % tlab_boundary != 0) {
        fail("the grant " + text_of(bytes) + " is no piece of the reserve");
    }
    if (extension && (held.generation != got.generation || held.limit != got.begin)) {
        fail("the extension " + text_of(bytes) + " doesn't continue the lane's TLAB");
    }
    if (!outcome.rest_went_back && !holds(extension ? held.cursor : got.begin, got.end, call)) {
        fail("the grant " + text_of(bytes) + " is too small");
    }
    if (got.generation > at.words[generation_word]) {
        fail("a grant of a generation to come");
    }
    for (const possession& other : at.granted) {
        if (other.generation == got.generation && other.bytes.begin < got.end &&
            got.begin < other.bytes.end) {
            fail("the grants " + text_of(bytes) + " and " + text_of(other.bytes) +
                 " of generation " + std::to_string(got.generation) + " overlap");
        }
    }
}

/// What the thread took in its operation is what it was granted; only of whole blocks from the
/// frontier may a rest be left, which then is dropped.
void properties::hand_over(world& at, std::size_t index, const grant& got) {
    thread_state& one = at.threads[index];
    const bool current = got.generation == at.words[generation_word];
    if (!current && one.in_hand.size() == 0) {
        return;  // of a generation that has ended, as everything that this operation did
    }
    if (!current || one.in_hand.size() != 1) {
        fail("the grant " + text_of({got.begin, got.end}) + ", stamped " +
             std::to_string(got.generation) + ", isn't what was taken in that generation");
        return;
    }
    const range taken = *one.in_hand.begin();
    one.in_hand.clear();
    if (taken.begin != got.begin || taken.end < got.end) {
        fail("granted was " + text_of({got.begin, got.end}) + ", but taken " + text_of(taken));
    }
    drop(at, {got.end, taken.end});
}

/// What one thread could claim, and what it would drop by it, all others being stopped for ever.
const byte_map& properties::claimable(const memory& words) {
    const auto [found, is_new] = claimable_.try_emplace(hash_of(words));
    byte_map& all = found->second;
    if (!is_new) {
        return all;
    }
    constexpr std::size_t me = 0;
    const operation call{};
    const std::string before = "all others being stopped, ";
    world scratch;
    scratch.words = words;
    std::vector<std::uint64_t> log;
    bool apart = true;
    for (bool exhausted = false; !exhausted && !broken();) {
        result got;
        auto claim = [&] { arena_.run(call, {}, got); };
        auto ending = scheduler::ending::paused;
        log.clear();
        look_for_room(scratch, call, scratch.threads[me]);
        while (ending == scheduler::ending::paused) {
            ending = the_scheduler().step(scratch.words, log, 0, true, claim);
            for (const event& done : the_scheduler().events()) {
                see(scratch, me, done);
            }
        }
        if (ending == scheduler::ending::stuck) {
            fail(before + "a claim goes on for ever");
            break;
        }
        see_result(scratch, me, call, got, {});
        exhausted = got.got.what == grant::kind::none;
        for (const possession& one : scratch.granted) {
            apart = all.add(one.bytes) && apart;
        }
        scratch.granted.clear();
    }
    for (const range& bytes : scratch.dropped) {
        apart = all.add(bytes) && apart;
    }
    if (!apart) {
        fail(before + "one thread is given the same bytes twice");
    }
    return all;
}

void properties::check_bytes(const world& at) {
    if (chosen_.regions > 1) {
        check_regions(at);
    }
    byte_map all = claimable(at.words);
    for (const possession& one : at.granted) {
        if (one.generation == at.words[generation_word] && !all.add(one.bytes)) {
            fail("the granted bytes " + text_of(one.bytes) + " can be claimed again");
        }
    }
    bool apart = true;
    for (const thread_state& one : at.threads) {
        for (const range& bytes : one.in_hand) {
            apart = all.add(bytes) && apart;
        }
    }
    for (const range& bytes : at.dropped) {
        apart = all.add(bytes) && apart;
    }
    if (!apart) {
        fail("bytes that were taken or dropped can be claimed again");
    }
    if (all.bytes() != arena_.shape().capacity()) {
        fail("of " + std::to_string(arena_.shape().capacity()) + " bytes " +
             std::to_string(arena_.shape().capacity() - all.bytes()) + " are lost");
    }
}

}  // namespace model
