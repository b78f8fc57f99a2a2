#include "model/arena_model.hpp"

#include <algorithm>
#include <atomic>

using memory_arena::detail::frontier;
using memory_arena::detail::grant;
using memory_arena::detail::granule;
using memory_arena::detail::held_tlab;
using memory_arena::detail::padding_to;
using memory_arena::detail::region_table;
using memory_arena::detail::round_up;
using memory_arena::detail::shard;
using memory_arena::detail::tlab_boundary;

namespace model {

namespace {

/// The cursor after `bytes` at `alignment` from `cursor`.
std::size_t cursor_after(std::size_t cursor, const operation& call) {
    return cursor + padding_to(cursor, call.alignment) + round_up(call.bytes, granule);
}

/// Between two regions lies a block.
region_table table_of(const configuration& chosen) {
    return chosen.regions == 1 ? region_table{}
                               : region_table{chosen.regions, (chosen.blocks + 1) * 512};
}

}  // namespace

arena_model::arena_model(const configuration& chosen)
    : shard_count_(chosen.shards),
      shape_(chosen.blocks * 512, chosen.generation_bits, table_of(chosen)),
      layout_(shape_),
      shards_(std::make_unique<shard[]>(chosen.shards)),
      set_(shape_, {chosen.shards, chosen.tlab_bytes}, shards_.get(), nullptr, generation_) {
    if (chosen.regions > 1) {
        regions_.emplace();
        const std::uint64_t all = (std::uint64_t{1} << chosen.regions) - 1;
        the_scheduler().begin_with(closed_word(), all - 1);
    }
    // Where a generation begins matters here; elsewhere it never changes.
    the_scheduler().figures_count(chosen.regions > 1);
    initial_ = the_scheduler().initial();
    // As in arena_core's constructor, whose shared cleanup list is one word more.
    const std::uint64_t quarter =
        std::min(set_.edge().field().quarter(), set_.run_field().quarter());
    renewals_per_reset_ += static_cast<std::size_t>((set_.renewable_words() + 1) / quarter);
}

void arena_model::run(const operation& call, const held_tlab& lane, result& out) {
    out = {};
    switch (call.what) {
        case operation::kind::reset: reset(); return;
        case operation::kind::lane: {
            const std::uint64_t generation = generation_.load(std::memory_order_relaxed);
            if (lane.generation == generation && lane.limit != held_tlab::nowhere &&
                cursor_after(lane.cursor, call) <= lane.limit) {
                out.used = cursor_after(lane.cursor, call) - lane.cursor;
                return;
            }
            the_scheduler().loop_begins();
            out.got = set_.claim(call.home, {call.bytes, call.alignment, &lane});
            break;
        }
        case operation::kind::trimmed: {
            const held_tlab none;
            the_scheduler().loop_begins();
            out.got = set_.claim(call.home, {call.bytes, call.alignment, &none});
            if (out.got.what != grant::kind::none) {
                // As arena_core::serve_directly.
                const std::size_t kept = round_up(cursor_after(out.got.begin, call), tlab_boundary);
                set_.give_back(call.home, kept, out.got.end, out.got.generation);
                out.got.end = kept;
            }
            break;
        }
        case operation::kind::chunk:
        case operation::kind::shelved: {
            const held_tlab none;
            the_scheduler().loop_begins();
            out.got = set_.claim_chunk(call.home, {call.bytes, call.alignment, &none}, call.bytes);
            const std::size_t kept = out.got.begin + shape_.block_bytes();
            if (call.what == operation::kind::shelved && out.got.what == grant::kind::tlab &&
                kept < out.got.end &&
                set_.shelve(call.home, kept, out.got.end, out.got.generation) == out.got.end) {
                out.got.end = kept;
                out.rest_went_back = true;
            }
            break;
        }
        case operation::kind::behind: {
            const std::uint64_t generation = generation_.load(std::memory_order_acquire);
            const auto got = set_.claim_behind(call.home, call.position, call.bytes, generation);
            if (got.end == call.position) {
                return;  // somebody was faster: that is no failure
            }
            out.got = {grant::kind::bytes, call.position, got.end, generation};
            out.rest_went_back = true;  // it may be less than was asked for
            break;
        }
        case operation::kind::direct:
        case operation::kind::counted_direct:
            the_scheduler().loop_begins();
            out.got = set_.claim(call.home, {call.bytes, call.alignment, nullptr});
            if (call.what == operation::kind::counted_direct && out.got.what != grant::kind::none) {
                const std::size_t used = cursor_after(out.got.begin, call) - out.got.begin;
                set_.count_direct(call.home, used, out.got.generation);
            }
            break;
    }
    out.claimed = true;
}

void arena_model::reset() {
    const std::uint64_t turn =
        regions_ ? end_generation_in_regions(set_.edge(), regions_->hold, generation_, *regions_)
                 : generation_.fetch_add(1, std::memory_order_acq_rel);
    const std::size_t words = set_.renewable_words();
    for (std::size_t look = 0; look < renewals_per_reset_; ++look) {
        const auto index =
            static_cast<std::size_t>((turn * renewals_per_reset_ + look) % (words + 1));
        if (index < words) {
            set_.renew(index);
        }
    }
}

frontier::state arena_model::edge_of(const memory& words) const noexcept {
    const std::uint64_t word = words[frontier_word()];
    const std::uint64_t generation = words[generation_word];
    // No access of a thread's: so not by what the frontier itself has in its first block.
    return set_.edge().is_of(word, generation) ? set_.edge().seen_by(word, generation)
                                               : frontier::state{words[first_block_word()], 0, 0};
}

// Only one thread at a time comes here, and each call is one step.
bool arena_model::several_regions::open(std::size_t region) noexcept {
    closed.fetch_add(std::uint64_t{0} - (std::uint64_t{1} << region), std::memory_order_relaxed);
    return true;
}

void arena_model::several_regions::close(std::size_t region, std::size_t /*used*/) noexcept {
    closed.fetch_add(std::uint64_t{1} << region, std::memory_order_relaxed);
}

void arena_model::several_regions::clean(std::size_t /*region*/, std::size_t /*used*/) noexcept {}

void arena_model::settle(const operation& call, const result& got, held_tlab& lane) {
    if (call.what != operation::kind::lane) {
        return;
    }
    if (!got.claimed) {
        lane.cursor += got.used;
        lane.used += got.used;
        return;
    }
    const grant& given = got.got;
    if (given.what == grant::kind::none) {
        return;
    }
    if (given.what == grant::kind::extension) {
        lane.limit = given.end;
    } else {
        if (lane.generation != given.generation) {
            lane = {given.generation, 0, held_tlab::nowhere, 0};
        }
        if (given.what == grant::kind::bytes) {
            lane.used += cursor_after(given.begin, call) - given.begin;
            return;
        }
        lane.cursor = given.begin;
        lane.limit = given.end;
    }
    const std::size_t used = cursor_after(lane.cursor, call) - lane.cursor;
    lane.cursor += used;
    lane.used += used;
}

}  // namespace model
