#include <algorithm>

#include "arena/arena_core.hpp"
#include "arena/contract.hpp"
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
    // Less than before the scopes: a constructor began one, and threw, and its bytes went back.
    const std::size_t used = used_in(mine);
    return used > mine.used_before_scopes ? used - mine.used_before_scopes : 0;
}

/// a + b, or `most` if that is less; `a` is at most that.
constexpr std::size_t sum_within(std::size_t most, std::size_t a, std::size_t b) noexcept {
    return b < most - a ? a + b : most;
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

/// Lays the whole blocks of `unneeded` on shelves; what it has beside them is slack then. Leaves in
/// it what no shelf had room for. Whether that is nothing.
bool arena_core::shelve(const lease_lane& mine, chunk& unneeded) noexcept {
    const std::size_t begin = shape_.position_of(shape_.blocks_for(unneeded.begin));
    const std::size_t end =
        unneeded.end == capacity() ? unneeded.end
                                   : shape_.position_of(shape_.block_of(unneeded.end));
    if (begin < end) {
        const std::size_t laid = shards_.shelve(home_of(mine), begin, end, mine.book_generation);
        unneeded = laid == begin ? unneeded : chunk{laid, laid == end ? laid : unneeded.end};
        return laid == end;
    }
    return false;
}

/// A full tape lets go of a free chunk, on shelves if there is room; the last resort is that its
/// bytes stay slack until the reset. Whether there is room for one more chunk.
bool arena_core::make_room_on_tape(lease_lane& mine) noexcept {
    chunk_tape& chunks = mine.chunks;
    if (chunks.full() && chunks.taken() < chunks.count()) {
        static_cast<void>(shelve(mine, chunks[chunks.count() - 1]));
        chunks.remove_free(chunks.count() - 1);
    }
    return !chunks.full();
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

/// What the lease may hold when its open scopes use `used` bytes: twice its largest scope, and a
/// TLAB.
std::size_t arena_core::most_to_hold(const lease_lane& mine, std::size_t used) const noexcept {
    const std::size_t largest = std::max(mine.largest_scope, used);
    return largest > capacity() / 2 ? capacity() : 2 * largest + shards_.tlab_bytes(used_in(mine));
}

/// How much to ask for where `needed` bytes are needed: the more, the more the scope has used, so
/// that a scope of any size takes few chunks, and a loop of growing ones few anew; but at most an
/// eighth of what the frontier has left for all, and no more than the lease may hold besides what
/// its open scopes have taken.
std::size_t arena_core::useful_chunk_bytes(lease_lane& mine, std::size_t needed) noexcept {
    chunk_tape& chunks = mine.chunks;
    if (chunks.full() && chunks.taken() == chunks.count()) {
        return 0;  // it can't be remembered, let alone what is over
    }
    const std::size_t used = sum_within(capacity(), needed, used_in_scopes(mine));
    const std::size_t left = shards_.edge().room(mine.book_generation);
    const std::size_t useful =
        std::max(shards_.tlab_bytes(used_in(mine)), needed + std::min(used / 2, left / 8));
    const std::size_t most = most_to_hold(mine, used);
    return std::min(useful, most - std::min(most, chunks.taken_bytes()));
}

/// Free chunks, which were too small for the newest request, give way where the lease holds more
/// than it may.
void arena_core::shed_chunks(lease_lane& mine) noexcept {
    chunk_tape& chunks = mine.chunks;
    const std::size_t most = most_to_hold(mine, used_in_scopes(mine));
    for (std::size_t index = chunks.count(); index-- > chunks.taken() && chunks.bytes() > most;) {
        if (shelve(mine, chunks[index])) {
            chunks.remove_free(index);
        }
    }
}

/// Within a scope, with no free chunk that fits.
void* arena_core::allocate_in_scope(lease_lane& mine, std::size_t bytes,
                                    std::size_t alignment) noexcept {
    chunk_tape& chunks = mine.chunks;
    const std::size_t padding = alignment > granule ? alignment - granule : 0;
    const std::size_t needed = sum_within(capacity(), round_up(bytes, granule), padding);
    // Only the chunk that ends last can end at the frontier, and be continued.
    const std::size_t last = chunks.last();
    held_tlab tail = tlab_of(mine);
    if (last >= chunks.taken()) {
        tail.cursor = chunks[last].begin;
        tail.limit = chunks[last].end;
    } else if (last + 1 != chunks.taken()) {
        tail.limit = held_tlab::nowhere;
    }
    const grant got = passed(shards_.claim_chunk(
        home_of(mine), {bytes, alignment, &tail}, useful_chunk_bytes(mine, needed)));
    if (got.what == grant::kind::none) {
        return nullptr;
    }
    if (got.generation != mine.book_generation) {
        // A reset came between: the scopes are void.
        turn_to(mine, got.generation);
        install(mine, got.generation, address_of(got.begin), address_of(got.end));
        return serve_from_tlab(mine, bytes, alignment);
    }
    void* result = nullptr;
    if (got.what == grant::kind::extension && last < chunks.taken()) {
        chunks[last].end = got.end;
        extend(mine, address_of(got.end));
        result = serve_from_tlab(mine, bytes, alignment);
    } else if (got.what == grant::kind::extension) {
        chunks[last].end = got.end;
        result = serve_in_scope(mine, chunks.take(last), bytes, alignment);
    } else if (make_room_on_tape(mine)) {
        result = serve_in_scope(mine, chunks.add_taken({got.begin, got.end}), bytes, alignment);
    } else {
        // Too many pieces to remember: these bytes stay taken until the reset.
        return serve_beside_tlab(mine, got.begin, bytes, alignment, false);
    }
    shed_chunks(mine);
    return result;
}

lease_lane* arena_core::open_lease(std::error_code& error) noexcept {
    lease_lane* const mine = leases_.take(error);
    if (mine != nullptr) {
        mine->largest_scope = 0;  // that was another lease's
        if constexpr (is_checked) {
            count_lease(face_.contract);
        }
    }
    return mine;
}

scope_mark arena_core::open_scope(lease_lane& mine) noexcept {
    const std::uint64_t generation = now();
    turn_to(mine, generation);
    if (mine.generation.load(std::memory_order_relaxed) != generation) {
        install(mine, generation, 0, 0);
    }
    if (mine.open_scopes == 0) {
        static_cast<void>(make_room_on_tape(mine));  // no chunk is taken now
        static_cast<void>(mine.chunks.add_taken(tlab_as_chunk(mine)));
        mine.used_before_scopes = used_in(mine);
    }
    mine.open_scopes += 1;
    mine.serials.begin(mine.open_scopes);
    return {.generation = generation,
            .start = mine.start.load(std::memory_order_relaxed),
            .cursor = mine.cursor.load(std::memory_order_relaxed),
            .settled = mine.settled.load(std::memory_order_relaxed),
            .cleanups = mine.cleanups.load(std::memory_order_relaxed),
            .chunks_taken = mine.chunks.taken(),
            .depth = mine.open_scopes,
            .within_reset = cleanups_.run_began_for(generation)};
}

void arena_core::close_scope(lease_lane& mine, const scope_mark& mark) noexcept {
    if constexpr (is_checked) {
        if (now() == mark.generation && mine.book_generation == mark.generation) {
            require_innermost(face_.contract, mark.depth, mine.open_scopes);
        }
    }
    // A reset that runs destructors now has this scope's among them, unless one of these
    // destructors began it.
    if (now() != mark.generation || mine.book_generation != mark.generation ||
        mine.open_scopes < mark.depth ||
        cleanups_.run_began_for(mark.generation) != mark.within_reset) {
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
    if (face_.is_watched()) [[unlikely]] {
        forbid_undone(mine, mark);
    }
    mine.largest_scope = std::max(mine.largest_scope, used_in_scopes(mine));
    if (mine.chunks.taken() == mark.chunks_taken &&
        mine.settled.load(std::memory_order_relaxed) == mark.settled) {
        // Below the mark stands the cursor where a constructor began the scope, and threw.
        const std::uintptr_t cursor = mine.cursor.load(std::memory_order_relaxed);
        mine.cursor.store(std::min(cursor, mark.cursor), std::memory_order_relaxed);
    } else {
        // The TLAB may have been extended meanwhile, if there was one.
        const std::size_t end = mine.chunks[mark.chunks_taken - 1].end;
        const std::uintptr_t limit = mark.start != 0 ? address_of(end) : 0;
        rewrite(mine, mark.generation, {mark.start, mark.cursor, limit}, mark.settled);
    }
    mine.chunks.free_down_to(mark.chunks_taken);
    mine.rewinds.store(mine.rewinds.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    mine.serials.end(mark.depth);
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
    if constexpr (is_checked) {
        discount_lease(face_.contract, mine.open_scopes);
    }
    chunk_tape& chunks = mine.chunks;
    if (mine.open_scopes != 0) {
        // The caller's mistake: what the scopes hold stays taken.
        mine.open_scopes = 0;
        chunks.clear();
    }
    if (mine.generation.load(std::memory_order_relaxed) == generation) {
        chunk left = tlab_as_chunk(mine);
        const std::size_t begin = round_up(left.begin, tlab_boundary);
        const std::size_t first_block = shape_.position_of(shape_.blocks_for(begin));
        if (shards_.give_back(home_of(mine), begin, left.end, generation)) {
            mine.limit.store(address_of(begin), std::memory_order_relaxed);
        } else if (shelve(mine, left) || left.begin > first_block) {
            mine.limit.store(address_of(first_block), std::memory_order_relaxed);
            if (left.bytes() != 0 && !chunks.full()) {
                chunks.add_free(left);
            }
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
