#include "shards/shard_set.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include <memory_arena/detail/compiler.hpp>

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

namespace {

constexpr std::size_t usual_smallest_tlab = 4096;

/// An extent has room for so many TLABs of the size that it is opened for: opening one costs three
/// compare-and-swaps, taking from it one.
constexpr std::uint64_t tlabs_per_extent = 3;

}  // namespace

shard_set::shard_set(const geometry& shape, const options& chosen, shard* shards,
                     const std::byte* base, const atomic_word& generation) noexcept
    : shape_(shape),
      layout_(shape),
      count_(chosen.shard_count),
      largest_tlab_(
          round_down(std::min(chosen.max_tlab_bytes, shape.largest_tlab_bytes()), tlab_boundary)),
      smallest_tlab_(std::min(usual_smallest_tlab, largest_tlab_)),
      shards_(shards),
      base_(base),
      generation_(generation),
      frontier_(shape) {}

std::size_t shard_set::tlab_bytes(std::size_t used) const noexcept {
    return std::clamp(std::bit_floor(used), smallest_tlab_, largest_tlab_);
}

shard_set::need shard_set::need_at(std::size_t position, std::uint64_t generation,
                                   const request& wanted) const noexcept {
    const held_tlab* tlab = wanted.tlab;
    const bool current = tlab != nullptr && tlab->generation == generation;
    need result;
    result.extends = current && tlab->limit == position;
    const std::size_t from = result.extends ? tlab->cursor : position;
    const std::size_t room = shape_.span() - from;
    const std::size_t padding =
        padding_to(reinterpret_cast<std::uintptr_t>(base_) + from, wanted.alignment);
    if (padding > room || wanted.bytes > room - padding) {
        return {};
    }
    const std::size_t last = round_up(from + padding + wanted.bytes, tlab_boundary);
    result.possible = true;
    result.least = last > position ? last - position : 0;
    result.wanted = result.least;
    if (tlab != nullptr) {
        const std::size_t size = tlab_bytes(current ? tlab->used : 0);
        // A quarter of it at most, for the request and for the tail that a new TLAB leaves behind
        // (a large one where only padding kept the request out): then the tails of TLABs stay under
        // a third of what was used.
        const bool holds_one = current && tlab->limit != held_tlab::nowhere;
        const std::size_t tail = holds_one && !result.extends ? tlab->limit - tlab->cursor : 0;
        result.as_tlab = padding + wanted.bytes <= size / 4 && tail <= size / 4;
        if (result.as_tlab) {
            result.wanted = std::max(result.least, size);
        }
    }
    return result;
}

grant shard_set::make_grant(const need& taken, std::size_t begin, std::size_t room,
                            std::uint64_t generation) noexcept {
    const auto what = taken.extends   ? grant::kind::extension
                      : taken.as_tlab ? grant::kind::tlab
                                      : grant::kind::bytes;
    return {what, begin, begin + std::min(taken.wanted, room), generation};
}

grant shard_set::claim(std::size_t home, const request& wanted) noexcept {
    grant result;
    if (wanted.bytes > shape_.large_bytes()) {
        const std::uint64_t generation = now();
        const bytes_range got = take_large(home, wanted.bytes, wanted.alignment, generation);
        if (got.end != 0) {
            return {grant::kind::bytes, got.begin, got.end, generation};
        }
    }
    for (;;) {
        const std::uint64_t word = load(home);
        const std::uint64_t generation = now();
        outcome got = outcome::no_room;
        if (wanted.bytes <= shape_.large_bytes()) {
            got = take(home, word, generation, wanted, result);
        } else if (holds_blocks(home, generation)) {
            got = take_from_shelves(home, generation, wanted, 0, result);
        }
        if (got == outcome::no_room) {
            got = take_from_frontier(home, word, generation, wanted, result);
        }
        if (got != outcome::start_again) {
            return result;
        }
    }
}

shard_set::bytes_range shard_set::take_large(
    std::size_t home, std::size_t bytes, std::size_t alignment, std::uint64_t generation) noexcept {
    const std::uint64_t edge_word = frontier_.load();
    // At most alignments every block begins on one, and no padding is needed.
    const auto boundaries = reinterpret_cast<std::uintptr_t>(base_) | shape_.block_bytes();
    if (now() != generation || !frontier_.is_of(edge_word, generation) ||
        (boundaries & (alignment - 1)) != 0 || holds_blocks(home, generation)) {
        return {};
    }
    const frontier::state edge = frontier_.seen_by(edge_word, generation);
    const std::size_t begin = shape_.position_of(edge.block);
    if (edge.tag != 0 || bytes > frontier_.room_behind(edge.block) ||
        !frontier_.advance_by(edge_word, shape_.blocks_for(bytes))) {
        return {};
    }
    return {begin, shape_.position_of(edge.block + shape_.blocks_for(bytes))};
}

/// Takes from shard `index`, whose word was read before `generation` was found to be current.
shard_set::outcome shard_set::take(std::size_t index, std::uint64_t word, std::uint64_t generation,
                                   const request& wanted, grant& result) noexcept {
    if (!layout_.is_of(word, generation)) {
        return outcome::no_room;
    }
    const run_range run = layout_.unpack(word);
    const need taken = need_at(run.cursor, generation, wanted);
    if (!taken.possible || taken.least > run.room()) {
        return outcome::no_room;
    }
    const grant mine = make_grant(taken, run.cursor, run.room(), generation);
    const std::uint64_t next = layout_.pack(generation, mine.end, layout_.end_block(run));
    // Acquire and release: the word passes the order of its writers on (see frontier::load).
    if (!shards_[index].run.compare_exchange_strong(
            word, next, std::memory_order_acq_rel, std::memory_order_relaxed)) {
        return outcome::start_again;
    }
    result = mine;
    return outcome::granted;
}

shard_set::outcome shard_set::take_from_frontier(std::size_t home, std::uint64_t home_word,
                                                 std::uint64_t generation, const request& wanted,
                                                 grant& result) noexcept {
    const std::uint64_t edge_word = frontier_.load();
    // The home shard's word was read first. Still the same now, the shard gets no extent before the
    // frontier moves: else this thread's extent could replace a run that came meanwhile.
    if (load(home) != home_word || now() != generation) {
        return outcome::start_again;
    }
    const frontier::state edge = frontier_.seen_by(edge_word, generation);
    if (edge.tag != 0) {
        static_cast<void>(complete(edge_word, generation, nullptr, nullptr));
        return outcome::start_again;
    }
    outcome got = outcome::no_room;
    if (wanted.bytes > shape_.large_bytes()) {
        got = take_blocks(home, edge_word, generation, wanted, result);
    } else {
        got = open_extent(home, home_word, edge_word, generation, wanted, result);
    }
    return got == outcome::no_room ? probe(home, edge_word, generation, wanted, result) : got;
}

/// Whole blocks from the frontier, for a request that would empty an extent, or waste one.
shard_set::outcome shard_set::take_blocks(std::size_t home, std::uint64_t edge_word,
                                          std::uint64_t generation, const request& wanted,
                                          grant& result) noexcept {
    const frontier::state edge = frontier_.seen_by(edge_word, generation);
    const std::size_t begin = shape_.position_of(edge.block);
    const need taken = need_at(begin, generation, wanted);
    if (!taken.possible || taken.least > frontier_.room_behind(edge.block)) {
        return outcome::no_room;
    }
    const std::uint64_t end_block = edge.block + shape_.blocks_for(taken.least);
    if (!frontier_.advance(edge_word, generation, {end_block, 0, 0})) {
        return outcome::start_again;
    }
    result = make_grant(taken, begin, taken.least, generation);
    if (wanted.bytes <= shape_.large_bytes()) {
        offer_rest(home, result.end, generation);
    } else {
        result.end = shape_.position_of(end_block);
    }
    return outcome::granted;
}

/// What is left of the last block, behind `begin`, goes to shard `home`, where that holds less.
void shard_set::offer_rest(std::size_t home, std::size_t begin, std::uint64_t generation) noexcept {
    const std::uint64_t end_block = shape_.blocks_for(begin);
    const std::size_t rest = shape_.position_of(end_block) - begin;
    if (rest == 0) {
        return;
    }
    std::uint64_t word = load(home);
    if (now() != generation) {
        return;
    }
    const run_range run = layout_.is_of(word, generation) ? layout_.unpack(word) : run_range{};
    // A run's end never falls within a generation: complete() tells by it what is published.
    if (run.room() < rest && run.end <= begin) {
        shards_[home].run.compare_exchange_strong(
            word, layout_.pack(generation, begin, end_block), std::memory_order_acq_rel,
            std::memory_order_relaxed);
    }
}

/// Describes a new extent for the home shard in the frontier, and completes it, taking the request
/// from it in the same step.
shard_set::outcome shard_set::open_extent(std::size_t home, std::uint64_t home_word,
                                          std::uint64_t edge_word, std::uint64_t generation,
                                          const request& wanted, grant& result) noexcept {
    const frontier::state edge = frontier_.seen_by(edge_word, generation);
    const std::size_t begin = shape_.position_of(edge.block);
    const run_range run =
        layout_.is_of(home_word, generation) ? layout_.unpack(home_word) : run_range{};
    // Where the home shard's run ends at the frontier, the extent continues it.
    const std::uint64_t held = layout_.end_block(run) - shape_.block_of(run.cursor);
    bool joins = run.end == begin && run.room() > 0;
    std::size_t cursor = joins ? run.cursor : begin;
    need taken = need_at(cursor, generation, wanted);
    if (joins && held + shape_.blocks_for(taken.least) > max_run_blocks) {
        joins = false;
        cursor = begin;
        taken = need_at(cursor, generation, wanted);
    }
    if (!taken.possible) {
        return outcome::no_room;
    }
    const auto [given, left] = frontier_.place_of(edge.block);
    const std::uint64_t least = shape_.blocks_for(cursor + taken.least - begin);
    const std::uint64_t most = std::min(left, max_run_blocks - (joins ? held : 0));
    const std::uint64_t grown =
        std::max({least, shape_.blocks_for(taken.wanted) * (taken.as_tlab ? tlabs_per_extent : 1),
                  shape_.first_extent_blocks(), given / (4 * std::uint64_t{count_})});
    const std::uint64_t blocks = std::min(grown, most);
    if (blocks < least || cursor + taken.least > shape_.position_of(edge.block + blocks)) {
        return least > max_run_blocks ? take_blocks(home, edge_word, generation, wanted, result)
                                      : outcome::no_room;
    }
    // A request for itself alone doesn't throw away what the shard still holds for others.
    const std::size_t extent_bytes = shape_.position_of(edge.block + blocks) - begin;
    if (!joins && !taken.as_tlab && run.room() > extent_bytes / 8) {
        return take_blocks(home, edge_word, generation, wanted, result);
    }
    const frontier::state next{edge.block + blocks, blocks, static_cast<unsigned>(home) + 1};
    if (!frontier_.advance(edge_word, generation, next)) {
        return outcome::start_again;
    }
    return complete(frontier_.pack(generation, next), generation, &wanted, &result);
}

/// Publishes the extent that `edge_word` describes into its shard, and settles the frontier. Any
/// thread may, any number of times: a shard whose run reaches the extent's end already has it, and
/// a run's end never falls within a generation. The thread that opened the extent passes its `own`
/// request, and is served from it in the same compare-and-swap if nobody published it before.
shard_set::outcome shard_set::complete(std::uint64_t edge_word, std::uint64_t generation,
                                       const request* own, grant* result) noexcept {
    const frontier::state edge = frontier_.seen_by(edge_word, generation);
    const std::size_t begin = shape_.position_of(edge.block - edge.blocks_on_way);
    const std::size_t end = shape_.position_of(edge.block);
    atomic_word& target = shards_[edge.tag - 1].run;
    outcome got = outcome::start_again;
    for (;;) {
        std::uint64_t word = target.load(std::memory_order_acquire);
        if (now() != generation) {
            return outcome::start_again;
        }
        const run_range run = layout_.is_of(word, generation) ? layout_.unpack(word) : run_range{};
        if (layout_.is_of(word, generation) && run.end >= end) {
            break;
        }
        const bool joins = run.end == begin && run.room() > 0 &&
                           edge.block - shape_.block_of(run.cursor) <= max_run_blocks;
        std::size_t cursor = joins ? run.cursor : begin;
        grant mine;
        if (own != nullptr) {
            const need taken = need_at(cursor, generation, *own);
            if (taken.possible && taken.least <= end - cursor) {
                mine = make_grant(taken, cursor, end - cursor, generation);
                cursor = mine.end;
            }
        }
        // What is left of a run that the extent doesn't continue stays slack until the reset.
        if (target.compare_exchange_strong(word, layout_.pack(generation, cursor, edge.block),
                                           std::memory_order_acq_rel, std::memory_order_relaxed)) {
            if (mine.what != grant::kind::none) {
                *result = mine;
                got = outcome::granted;
            }
            break;
        }
    }
    static_cast<void>(frontier_.advance(edge_word, generation, {edge.block, 0, 0}));
    return got;
}

/// Searches all shards for what the frontier no longer has. Fails only when two sweeps in a row
/// read the same words. Where words only change for good (an `arena` without leases, in which
/// nothing is deallocated), that was one moment at which no shard had room. What give_back() and
/// shelve() return can make a word repeat: if others take and return whole runs between all of
/// these reads, room is missed, and a request fails that could have been served.
shard_set::outcome shard_set::probe(std::size_t home, std::uint64_t edge_word,
                                    std::uint64_t generation, const request& wanted,
                                    grant& result) noexcept {
    std::array<std::uint64_t, max_shards> seen{};
    for (bool first_sweep = true;; first_sweep = false) {
        bool same = !first_sweep;
        for (std::size_t step = 0; step < count_; ++step) {
            const std::size_t index = (home + step) % count_;
            const std::uint64_t word = load(index);
            if (now() != generation) {
                return outcome::start_again;
            }
            const outcome got = take(index, word, generation, wanted, result);
            if (got != outcome::no_room) {
                return got;
            }
            same = same && seen[index] == word;
            seen[index] = word;
        }
        if (frontier_.load() != edge_word) {
            return outcome::start_again;
        }
        if (same) {
            return take_from_shelves(home, generation, wanted, 0, result);
        }
    }
}

bool shard_set::give_back(std::size_t home, std::size_t begin, std::size_t end,
                          std::uint64_t generation) noexcept {
    std::uint64_t word = load(home);
    if (begin == end || now() != generation || !layout_.is_of(word, generation)) {
        return false;
    }
    const run_range run = layout_.unpack(word);
    const std::uint64_t end_block = layout_.end_block(run);
    if (run.cursor != end || end_block - shape_.block_of(begin) > max_run_blocks) {
        return false;
    }
    return shards_[home].run.compare_exchange_strong(
        word, layout_.pack(generation, begin, end_block), std::memory_order_acq_rel,
        std::memory_order_relaxed);
}

void shard_set::count_direct(std::size_t home, std::size_t bytes,
                             std::uint64_t generation) noexcept {
    atomic_word& direct = shards_[home].direct;
    for (;;) {
        std::uint64_t word = direct.load(std::memory_order_acquire);
        if (now() != generation) {
            return;  // they were of a generation that has ended
        }
        const std::size_t total = layout_.direct_bytes(word, generation) + bytes;
        if (direct.compare_exchange_weak(word, layout_.pack_direct(generation, total),
                                         std::memory_order_acq_rel, std::memory_order_relaxed)) {
            return;
        }
    }
}

std::size_t shard_set::direct_bytes(std::uint64_t generation) const noexcept {
    std::size_t sum = 0;
    for (std::size_t index = 0; index < count_; ++index) {
        sum += direct_bytes_at(index, generation);
    }
    return sum;
}

void shard_set::renew(std::size_t index) noexcept {
    if (index == count_) {
        frontier_.renew(generation_, frontier::which::old);
        return;
    }
    renew_word(shards_[index].run);
    renew_word(shards_[index].direct);
    renew_word(shards_[index].shelf);
}

void shard_set::renew_word(atomic_word& word) noexcept {
    for (;;) {
        std::uint64_t old = word.load(std::memory_order_acquire);
        const std::uint64_t generation = now();
        // 0 says that there is nothing, in every generation. Left alone, it costs no page. (No
        // branch: a reset costs the same whatever there was.)
        const unsigned due = opaque(old != 0) & opaque(layout_.field().is_old(old, generation));
        if (due == 0 ||
            word.compare_exchange_strong(old, layout_.field().pack(generation),
                                         std::memory_order_acq_rel, std::memory_order_relaxed)) {
            return;
        }
    }
}

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
