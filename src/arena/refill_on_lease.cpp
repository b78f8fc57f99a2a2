#include <algorithm>

#include "arena/arena_core.hpp"
#include "lanes/lane_ledger.hpp"

/// \file
/// The refill of a lease, and its scopes. Outside a scope a lease is served as a thread is. Within
/// one it takes chunks, whole blocks that it keeps for the next scope, as few and as adjacent as
/// the arena's other users allow.

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

namespace {

/// What was noted in another generation says nothing any more.
void turn_to(lease_lane& mine, std::uint64_t generation) noexcept {
    if (mine.book_generation != generation) {
        mine.book_generation = generation;
        mine.open_scopes = 0;
        mine.largest_scope = 0;
        mine.chunks.clear();
    }
}

/// Bytes of the open scopes, all together.
std::size_t used_in_scopes(const lease_lane& mine) noexcept {
    return used_in(mine) - mine.used_before_scopes;
}

}  // namespace

std::size_t arena_core::home_of(const lease_lane& mine) const noexcept {
    return shards_.home_of(lane_count_ + mine.number);
}

/// What is left of the lane's TLAB.
chunk arena_core::tlab_as_chunk(const lane& mine) const noexcept {
    const std::uintptr_t limit = mine.limit.load(std::memory_order_relaxed);
    if (limit == 0) {
        return {};
    }
    return {mine.cursor.load(std::memory_order_relaxed) - address_of(0), limit - address_of(0)};
}

bool arena_core::fits(const chunk& free, std::size_t bytes, std::size_t alignment) const noexcept {
    const std::size_t padding = padding_to(address_of(free.begin), alignment);
    return padding <= free.bytes() && bytes <= free.bytes() - padding;
}

/// Lays the whole blocks of `unneeded` on a shelf; what it has beside them is slack then. Whether
/// there were any, and a shelf had room.
bool arena_core::shelve(const lease_lane& mine, const chunk& unneeded) noexcept {
    const std::size_t begin = shape_.position_of(shape_.blocks_for(unneeded.begin));
    const std::size_t end =
        unneeded.end == capacity() ? unneeded.end
                                   : shape_.position_of(shape_.block_of(unneeded.end));
    return begin < end && shards_.shelve(home_of(mine), begin, end, mine.book_generation);
}

/// A full tape lets go of a free chunk, on a shelf if there is room; the last resort is that its
/// bytes stay slack until the reset.
void arena_core::make_room_on_tape(lease_lane& mine) noexcept {
    chunk_tape& chunks = mine.chunks;
    if (chunks.full() && chunks.taken() < chunks.count()) {
        static_cast<void>(shelve(mine, chunks[chunks.count() - 1]));
        chunks.remove_free(chunks.count() - 1);
    }
}

void* arena_core::allocate_on_lease(lease_lane& mine, std::size_t bytes,
                                    std::size_t alignment) noexcept {
    if (bytes > capacity()) {
        return nullptr;
    }
    turn_to(mine, now());
    chunk_tape& chunks = mine.chunks;
    for (std::size_t index = chunks.taken(); index < chunks.count(); ++index) {
        if (fits(chunks[index], bytes, alignment)) {
            return mine.open_scopes != 0
                       ? serve_in_scope(mine, chunks.take(index), bytes, alignment)
                       : serve_from_kept(mine, index, bytes, alignment);
        }
    }
    return mine.open_scopes != 0 ? allocate_in_scope(mine, bytes, alignment)
                                 : refill_lane(mine, home_of(mine), bytes, alignment);
}

/// Outside a scope: the free chunk `index` becomes the TLAB; of the one before it, what is worth it
/// stays on the tape.
void* arena_core::serve_from_kept(lease_lane& mine, std::size_t index, std::size_t bytes,
                                  std::size_t alignment) noexcept {
    const chunk next = mine.chunks[index];
    const chunk rest = tlab_as_chunk(mine);
    mine.chunks.remove_free(index);
    if (rest.bytes() >= shape_.block_bytes()) {
        mine.chunks.add_free(rest);
    }
    install(mine, mine.book_generation, address_of(next.begin), address_of(next.end));
    return serve_from_tlab(mine, bytes, alignment);
}

/// Within a scope: chunk `index`, just taken, becomes the TLAB. What is left of the one before it
/// was too little for the request: so all that lies idle is less than what is used.
void* arena_core::serve_in_scope(lease_lane& mine, std::size_t index, std::size_t bytes,
                                 std::size_t alignment) noexcept {
    const chunk taken = mine.chunks[index];
    install(mine, mine.book_generation, address_of(taken.begin), address_of(taken.end));
    return serve_from_tlab(mine, bytes, alignment);
}

/// How much to ask for where `needed` bytes are needed: the more, the more the scope has used, so
/// that a scope of any size takes few chunks; but at most an eighth of what the frontier has left
/// for all, and no more than makes the lease hold twice its largest scope, and one TLAB. Free
/// chunks that are too small give way before that is broken, but the one that ends at `last`, which
/// perhaps can be continued.
std::size_t arena_core::useful_chunk_bytes(lease_lane& mine, std::size_t needed,
                                           std::size_t last) noexcept {
    chunk_tape& chunks = mine.chunks;
    const std::size_t used = used_in_scopes(mine) + needed;
    const std::size_t tlab = shards_.tlab_bytes(used_in(mine));
    const std::size_t most = 2 * std::max(mine.largest_scope, used) + tlab;
    for (std::size_t index = chunks.count(); index-- > chunks.taken();) {
        if (chunks[index].end != last && chunks.bytes() + needed > most &&
            shelve(mine, chunks[index])) {
            chunks.remove_free(index);
        }
    }
    const std::size_t left = capacity() - shards_.edge().bytes(mine.book_generation);
    const std::size_t useful = std::max(tlab, needed + std::min(used / 2, left / 8));
    return std::min(useful, most - std::min(most, chunks.bytes()));
}

/// Within a scope, with no free chunk that fits.
void* arena_core::allocate_in_scope(lease_lane& mine, std::size_t bytes,
                                    std::size_t alignment) noexcept {
    chunk_tape& chunks = mine.chunks;
    make_room_on_tape(mine);
    const std::size_t needed =
        round_up(bytes, granule) + (alignment > granule ? alignment - granule : 0);
    const std::size_t size = useful_chunk_bytes(mine, needed, chunks[chunks.last()].end);
    // Only the chunk that ends last can end at the frontier, and be continued.
    const std::size_t last = chunks.last();
    held_tlab tail = tlab_of(mine);
    if (last >= chunks.taken()) {
        tail.cursor = chunks[last].begin;
        tail.limit = chunks[last].end;
    } else if (last + 1 != chunks.taken()) {
        tail.limit = held_tlab::nowhere;
    }
    const grant got = shards_.claim_chunk(home_of(mine), {bytes, alignment, &tail}, size);
    if (got.what == grant::kind::none) {
        return nullptr;
    }
    if (got.what == grant::kind::extension) {
        chunks[last].end = got.end;
        if (last < chunks.taken()) {
            extend(mine, address_of(got.end));
            return serve_from_tlab(mine, bytes, alignment);
        }
        return serve_in_scope(mine, chunks.take(last), bytes, alignment);
    }
    if (got.generation != mine.book_generation) {
        // A reset came between: the scopes are void.
        turn_to(mine, got.generation);
        install(mine, got.generation, address_of(got.begin), address_of(got.end));
        return serve_from_tlab(mine, bytes, alignment);
    }
    if (chunks.full()) {
        // Too many pieces to remember: these bytes stay taken until the reset.
        const std::uintptr_t begin = address_of(got.begin);
        const std::size_t padding = padding_to(begin, alignment);
        settle(mine, padding + round_up(bytes, granule));
        return reinterpret_cast<void*>(begin + padding);  // NOLINT(performance-no-int-to-ptr)
    }
    return serve_in_scope(mine, chunks.add_taken({got.begin, got.end}), bytes, alignment);
}

scope_mark arena_core::open_scope(lease_lane& mine) noexcept {
    const std::uint64_t generation = now();
    turn_to(mine, generation);
    if (mine.generation.load(std::memory_order_relaxed) != generation) {
        install(mine, generation, 0, 0);
    }
    if (mine.open_scopes == 0) {
        make_room_on_tape(mine);
        static_cast<void>(mine.chunks.add_taken(tlab_as_chunk(mine)));
        mine.used_before_scopes = used_in(mine);
    }
    mine.open_scopes += 1;
    return {.generation = generation,
            .start = mine.start.load(std::memory_order_relaxed),
            .cursor = mine.cursor.load(std::memory_order_relaxed),
            .settled = mine.settled.load(std::memory_order_relaxed),
            .cleanups = mine.cleanups.load(std::memory_order_relaxed),
            .chunks_taken = mine.chunks.taken(),
            .depth = mine.open_scopes};
}

void arena_core::close_scope(lease_lane& mine, const scope_mark& mark) noexcept {
    if (now() != mark.generation || mine.book_generation != mark.generation ||
        mine.open_scopes < mark.depth) {
        return;
    }
    while (auto* const newest = mine.cleanups.load(std::memory_order_relaxed)) {
        if (newest == mark.cleanups) {
            break;
        }
        // Off the list before it runs: what it registers comes next.
        mine.cleanups.store(newest->next, std::memory_order_release);
        newest->run(newest);
        if (now() != mark.generation) {
            return;
        }
    }
    mine.largest_scope = std::max(mine.largest_scope, used_in_scopes(mine));
    if (mine.start.load(std::memory_order_relaxed) == mark.start &&
        mine.settled.load(std::memory_order_relaxed) == mark.settled) {
        mine.cursor.store(mark.cursor, std::memory_order_relaxed);
    } else {
        // The TLAB may have been extended meanwhile, if there was one.
        const std::size_t end = mine.chunks[mark.chunks_taken - 1].end;
        const std::uintptr_t limit = mark.start != 0 ? address_of(end) : 0;
        rewrite(mine, mark.generation, {mark.start, mark.cursor, limit}, mark.settled);
    }
    mine.chunks.free_down_to(mark.chunks_taken);
    mine.open_scopes = mark.depth - 1;
    if (mine.open_scopes == 0) {
        // The TLAB is the lane's own again. One with nothing left makes way for the chunk that was
        // taken first, if that is no larger than a TLAB, so that the next small scope needs no
        // refill.
        mine.chunks.free_down_to(0);
        mine.chunks.remove_free(0);
        const chunk first = mine.chunks.count() != 0 ? mine.chunks[0] : chunk{};
        if (tlab_as_chunk(mine).bytes() == 0 && first.bytes() != 0 &&
            first.bytes() <= shards_.tlab_bytes(used_in(mine))) {
            mine.chunks.remove_free(0);
            install(mine, mark.generation, address_of(first.begin), address_of(first.end));
        }
    }
}

void arena_core::close_lease(lease_lane& mine) noexcept {
    const std::uint64_t generation = now();
    turn_to(mine, generation);
    chunk_tape& chunks = mine.chunks;
    if (mine.open_scopes != 0) {
        // The caller's mistake: what the scopes hold stays taken.
        mine.open_scopes = 0;
        chunks.clear();
    }
    if (mine.generation.load(std::memory_order_relaxed) == generation) {
        const chunk left = tlab_as_chunk(mine);
        const std::size_t begin = round_up(left.begin, tlab_boundary);
        if (shards_.give_back(home_of(mine), begin, left.end, generation)) {
            mine.limit.store(address_of(begin), std::memory_order_relaxed);
        } else if (shelve(mine, left)) {
            const std::size_t kept = shape_.position_of(shape_.blocks_for(begin));
            mine.limit.store(address_of(kept), std::memory_order_relaxed);
        }
    }
    for (std::size_t index = chunks.count(); index-- > 0;) {
        if (shelve(mine, chunks[index])) {
            chunks.remove_free(index);
        }
    }
    leases_.give_back(mine);
}

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
