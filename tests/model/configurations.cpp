#include "model/configuration.hpp"

namespace model {

namespace {

using calls = std::vector<operation>;

operation direct(std::size_t home, std::size_t bytes, std::size_t alignment = 8) {
    return {operation::kind::direct, bytes, alignment, home};
}

operation counted(std::size_t home, std::size_t bytes) {
    return {operation::kind::counted_direct, bytes, 8, home};
}

operation lane(std::size_t home, std::size_t bytes, std::size_t alignment = 8) {
    return {operation::kind::lane, bytes, alignment, home};
}

operation trimmed(std::size_t home, std::size_t bytes) {
    return {operation::kind::trimmed, bytes, 8, home};
}

operation chunk(std::size_t home, std::size_t bytes) {
    return {operation::kind::chunk, bytes, 8, home};
}

operation shelved(std::size_t home, std::size_t bytes) {
    return {operation::kind::shelved, bytes, 8, home};
}

operation behind(std::size_t home, std::size_t position, std::size_t bytes) {
    return {operation::kind::behind, bytes, 8, home, position};
}

operation reset() { return {operation::kind::reset, 0, 1, 0}; }

/// `count` resets, one after another, before the threads begin.
std::vector<configuration::earlier> and_resets(std::vector<configuration::earlier> before,
                                               std::size_t count) {
    before.insert(before.end(), count, {max_threads - 1, reset()});
    return before;
}

/// Refills from shards and frontier, without resets.
std::vector<configuration> refills() {
    return {
        {.name = "two_refills",
         .threads = {{direct(0, 16), direct(0, 512)}, {direct(0, 400), direct(0, 16)}}},
        {.name = "three_refills",
         .threads = {{direct(0, 512), direct(0, 16)},
                     {direct(0, 16), direct(0, 16)},
                     {direct(0, 16)}}},
        {.name = "three_refills_two_shards",
         .shards = 2,
         .drops = true,
         .threads = {{direct(0, 512), direct(0, 16)},
                     {direct(1, 16), direct(1, 16)},
                     {direct(0, 16), direct(0, 16)}}},
        {.name = "four_refills",
         .shards = 2,
         .drops = true,
         .threads = {{direct(0, 512)}, {direct(1, 16)}, {direct(0, 16)}, {direct(1, 400)}}},
        {.name = "last_block",
         .shards = 2,
         .before = {{0, direct(0, 512)}, {0, direct(0, 512)}, {0, direct(0, 512)}},
         .threads = {{direct(0, 496), direct(0, 16)},
                     {direct(1, 16), direct(1, 16)},
                     {direct(1, 16)}}},
        // Somebody's rest appears in one shard while another shard is emptied: the sweeps must not
        // miss both.
        {.name = "rest_behind_the_sweep",
         .blocks = 5,
         .shards = 2,
         .drops = true,
         .before = {{0, direct(1, 256)}, {0, direct(0, 304)}, {0, chunk(0, 512)}},
         .threads = {{direct(0, 700)}, {direct(1, 256)}, {direct(0, 256)}}},
        // What ends at 16 goes on, from the shard and then from the frontier.
        {.name = "behind_beside_refills",
         .blocks = 6,
         .drops = true,
         .before = {{0, direct(0, 16)}},
         .threads = {{behind(0, 16, 496), behind(0, 512, 600)},
                     {direct(0, 16), direct(0, 400)},
                     {direct(0, 512)}}},
        {.name = "extension_in_place",
         .blocks = 8,
         .threads = {{lane(0, 32), lane(0, 240), lane(0, 64), lane(0, 500)},
                     {lane(0, 16), lane(0, 240), lane(0, 64)}}},
        {.name = "four_lanes",
         .shards = 2,
         .drops = true,
         .threads = {{lane(0, 32), lane(0, 240)}, {lane(0, 64)}, {lane(1, 16)}, {lane(1, 64)}}},
        {.name = "three_lanes",
         .drops = true,
         .threads = {{lane(0, 32), lane(0, 240)}, {lane(0, 16), lane(0, 240)}, {lane(0, 64)}}},
        {.name = "lanes_beside_direct",
         .shards = 2,
         .drops = true,
         .threads = {{lane(0, 32), lane(0, 240), lane(0, 64)},
                     {lane(1, 16), lane(1, 240)},
                     {direct(0, 300)}}},
        {.name = "three_shards",
         .blocks = 6,
         .shards = 3,
         .drops = true,
         .threads = {{lane(0, 32), lane(0, 240)},
                     {direct(1, 496), direct(1, 32)},
                     {direct(2, 512)}}},
        {.name = "medium",
         .blocks = 8,
         .shards = 2,
         .drops = true,
         .before = {{0, direct(0, 400)}},
         .threads = {{direct(0, 700)}, {direct(0, 100), direct(0, 16)}, {direct(0, 600)}}},
        {.name = "over_aligned",
         .blocks = 8,
         .shards = 2,
         .drops = true,
         .before = {{0, direct(0, 16)}},
         .threads = {{direct(0, 16, 1024), direct(0, 100)},
                     {lane(0, 64, 512), lane(0, 16, 64)},
                     {direct(0, 300), direct(1, 16, 2048)}}},
        {.name = "large",
         .blocks = 32,
         .shards = 3,
         .drops = true,
         .threads = {{direct(0, 8080), direct(0, 16)},
                     {direct(0, 16), direct(0, 496)},
                     {direct(0, 400)}}},
        {.name = "two_large",
         .blocks = 32,
         .shards = 2,
         .drops = true,
         .before = {{0, direct(0, 16)}},
         .threads = {{direct(0, 8080)}, {direct(0, 400), direct(1, 200)}, {direct(1, 8080)}}},
        {.name = "given_back",
         .drops = true,
         .threads = {{trimmed(0, 16), trimmed(0, 32)},
                     {direct(0, 16), trimmed(0, 16)},
                     {direct(0, 512)}}},
        {.name = "given_back_last",
         .blocks = 2,
         .shards = 2,
         .drops = true,
         .before = {{0, direct(0, 16)}, {0, direct(1, 16)}},
         .threads = {{trimmed(0, 16), direct(0, 256)},
                     {trimmed(1, 16)},
                     {direct(0, 256), direct(1, 16)}}},
        // What remains: tails that come back behind a sweep, and go again before the next, in two
        // shards by turns and twice over, are missed by both sweeps.
        {.name = "given_back_behind_the_sweep",
         .blocks = 2,
         .shards = 2,
         .drops = true,
         .remains = "a claim failed although something had room for it at every moment of it",
         .before = {{0, direct(0, 256)}, {0, direct(1, 256)}},
         .threads = {{trimmed(0, 16), trimmed(0, 64)},
                     {trimmed(1, 16), trimmed(1, 64)},
                     {direct(0, 16)}}},
        {.name = "counted",
         .threads = {{counted(0, 16), counted(0, 16)}, {counted(0, 32)}, {counted(0, 24)}}},
    };
}

/// The same with resets beside them.
std::vector<configuration> resets() {
    return {
        {.name = "reset_beside_refill",
         .threads = {{direct(0, 16), direct(0, 512)}, {reset(), direct(0, 16)}}},
        {.name = "reset_beside_two_refills",
         .threads = {{direct(0, 16), direct(0, 512)}, {direct(0, 16)}, {reset()}}},
        // Nothing is dropped here: an extent must not replace a run that came to its shard
        // meanwhile.
        {.name = "reset_beside_two_shards",
         .shards = 2,
         .threads = {{direct(0, 16), direct(0, 512)}, {direct(1, 16)}, {reset(), direct(1, 16)}}},
        {.name = "reset_beside_lanes",
         .drops = true,
         .threads = {{lane(0, 16), lane(0, 240)}, {lane(0, 16)}, {reset(), lane(0, 16)}}},
        {.name = "two_resets",
         .threads = {{lane(0, 16), lane(0, 64)}, {reset(), lane(0, 16)}, {reset()}}},
        // Two resets that renew words, beside two refills, are more than is explored.
        {.name = "two_resets_beside_two_refills",
         .narrow = false,
         .threads = {{direct(0, 16)}, {direct(0, 16)}, {reset()}, {reset()}}},
        {.name = "two_resets_beside_three_calls",
         .narrow = false,
         .threads = {{direct(0, 16), direct(0, 512)}, {direct(0, 16)}, {reset()}, {reset()}}},
        {.name = "reset_beside_exhaustion",
         .shards = 2,
         .drops = true,
         .before =
             {{0, direct(0, 512)}, {0, direct(0, 512)}, {0, direct(0, 512)}, {0, direct(1, 496)}},
         .threads = {{direct(0, 16), direct(0, 16)}, {reset(), direct(1, 16)}, {direct(1, 16)}}},
        {.name = "reset_beside_large",
         .blocks = 32,
         .drops = true,
         .threads = {{direct(0, 8080)}, {reset(), direct(0, 400)}, {direct(0, 16)}}},
        {.name = "reset_beside_behind",
         .blocks = 6,
         .drops = true,
         .before = {{0, direct(0, 16)}, {1, direct(0, 496)}},
         .threads = {{behind(0, 512, 600), behind(0, 16, 100)},
                     {reset(), direct(0, 512), direct(0, 16)}}},
        // The shard's run doesn't reach the frontier, and is shorter than what is over of the
        // blocks.
        {.name = "reset_beside_offer",
         .blocks = 8,
         .drops = true,
         .before = {{0, direct(0, 304)}, {0, chunk(0, 512)}},
         .threads = {{direct(0, 700)}, {reset(), direct(0, 400), direct(0, 400)}, {direct(0, 16)}}},
        {.name = "reset_beside_medium",
         .blocks = 8,
         .drops = true,
         .before = {{0, direct(0, 400)}},
         .threads = {{direct(0, 700)}, {reset(), direct(0, 100)}, {direct(0, 600)}}},
        {.name = "reset_beside_given_back",
         .drops = true,
         .threads = {{trimmed(0, 16), trimmed(0, 16)}, {direct(0, 16)}, {reset(), direct(0, 16)}}},
        {.name = "reset_beside_counted",
         .threads = {{counted(0, 16), counted(0, 16)}, {counted(0, 32), reset()}, {reset()}}},
    };
}

/// Chunks and shelves, as of leases.
std::vector<configuration> chunks() {
    return {
        {.name = "chunks_beside_refills",
         .drops = true,
         .threads = {{chunk(0, 1000), direct(0, 16)}, {direct(0, 16), chunk(0, 512)}}},
        {.name = "chunk_beside_two_shards",
         .shards = 2,
         .drops = true,
         .threads = {{chunk(0, 512), chunk(1, 512)}, {direct(0, 16)}, {direct(1, 16)}}},
        {.name = "shelved_and_taken",
         .drops = true,
         .threads = {{shelved(0, 1024), chunk(0, 512)}, {chunk(0, 512)}, {shelved(0, 1024)}}},
        {.name = "shelves_joined",
         .blocks = 6,
         .shards = 2,
         .drops = true,
         .before = {{0, shelved(0, 1024)}},
         .threads = {{shelved(0, 1536), chunk(1, 512)}, {shelved(1, 1024)}, {chunk(0, 512)}}},
        {.name = "exhausted_but_for_a_shelf",
         .blocks = 2,
         .drops = true,
         .threads = {{shelved(0, 1024), direct(0, 16)}, {direct(0, 16)}, {direct(0, 512)}}},
        {.name = "reset_beside_chunks",
         .drops = true,
         .threads = {{chunk(0, 512), direct(0, 16)}, {reset(), chunk(0, 512)}, {direct(0, 16)}}},
        {.name = "reset_beside_shelves",
         .drops = true,
         .threads = {{shelved(0, 1024), chunk(0, 512)},
                     {reset(), shelved(0, 1024)},
                     {shelved(0, 1024)}}},
        {.name = "reset_beside_exhaustion_but_for_a_shelf",
         .blocks = 3,
         .drops = true,
         .before = {{0, shelved(0, 1536)}},
         .threads = {{direct(0, 16)}, {reset(), shelved(0, 1024)}}},
        {.name = "wrap_beside_shelves",
         .generation_bits = 3,
         .drops = true,
         .before = and_resets({{0, shelved(0, 1024)}}, 6),
         .threads = {{shelved(0, 1024), chunk(0, 512)}, {reset(), chunk(0, 512), reset()}}},
    };
}

/// Generations of 3 bits come round after 8 resets; a word is renewed when it is 2 behind. No
/// thread sleeps through 6 resets here: that is what remains (docs/design.md).
std::vector<configuration> wraps() {
    return {
        {.name = "wrap",
         .generation_bits = 3,
         .before = and_resets({{0, direct(0, 512)}, {0, direct(0, 16)}}, 6),
         .threads = {{direct(0, 16)}, {reset(), direct(0, 16)}, {reset()}}},
        {.name = "wrap_two_shards",
         .shards = 2,
         .generation_bits = 3,
         .drops = true,
         .before = and_resets({{0, direct(0, 512)}, {0, direct(1, 16)}}, 6),
         .threads = {{direct(0, 16)}, {reset(), direct(1, 16), reset()}}},
        {.name = "wrap_counted",
         .generation_bits = 3,
         .before = and_resets({{0, counted(0, 512)}, {0, counted(0, 16)}}, 5),
         .threads = {{counted(0, 16)}, {reset(), counted(0, 16), reset()}}},
        {.name = "wrap_beside_given_back",
         .generation_bits = 3,
         .drops = true,
         .before = and_resets({{0, direct(0, 512)}, {0, direct(0, 16)}}, 6),
         .threads = {{trimmed(0, 16)}, {reset(), trimmed(0, 16), reset()}}},
        {.name = "wrap_beside_lanes",
         .generation_bits = 3,
         .before = and_resets({{0, lane(0, 32)}, {1, lane(0, 32)}}, 6),
         .threads = {{lane(0, 16), lane(0, 240)}, {reset(), lane(0, 16), reset()}}},
        // A whole round, and nobody sleeps through more than half of it.
        {.name = "wrap_of_eight_resets",
         .blocks = 2,
         .generation_bits = 3,
         .before = and_resets({{0, counted(0, 16)}}, 5),
         .threads = {{reset(), reset(), direct(0, 16), reset(), reset()},
                     {reset(), reset(), direct(0, 16), reset(), reset()}}},
        {.name = "stalled_renewals",
         .generation_bits = 3,
         .before = and_resets({{0, direct(0, 512)}}, 1),
         .threads = {{reset(), direct(0, 16)}, {reset(), direct(0, 16)}, {reset()}}},
    };
}

/// A quarantine: resets have each generation begin in the next region, open that and close the old
/// one. Of two regions, a slow one would close what lives again.
std::vector<configuration> quarantines() {
    return {
        {.name = "quarantine_beside_refill",
         .blocks = 2,
         .regions = 2,
         .threads = {{direct(0, 16), direct(0, 512)}, {reset(), direct(0, 16)}}},
        {.name = "quarantine_of_two_resets",
         .blocks = 2,
         .regions = 2,
         .threads = {{reset(), direct(0, 16)}, {reset(), direct(0, 16)}}},
        {.name = "quarantine_of_three_resets",
         .blocks = 1,
         .regions = 3,
         .narrow = false,
         .threads = {{reset(), direct(0, 16)}, {reset()}, {reset()}}},
        {.name = "quarantine_beside_two_refills",
         .blocks = 2,
         .regions = 2,
         .threads = {{direct(0, 16)}, {direct(0, 16)}, {reset()}}},
        {.name = "quarantine_beside_lanes",
         .blocks = 2,
         .regions = 2,
         .drops = true,
         .before = {{0, lane(0, 32)}},
         .threads = {{lane(0, 16), lane(0, 240)}, {reset(), lane(0, 16), reset()}}},
        {.name = "quarantine_beside_large",
         .blocks = 17,
         .regions = 2,
         .drops = true,
         .threads = {{direct(0, 8080)}, {reset(), direct(0, 400)}}},
    };
}

/// More of the same, for whoever has the time.
std::vector<configuration> soaks() {
    return {
        {.name = "four_refills_twice",
         .shards = 2,
         .drops = true,
         .soak = true,
         .threads = {{direct(0, 512), direct(0, 16)},
                     {direct(1, 16), direct(1, 16)},
                     {direct(0, 16)},
                     {direct(1, 400)}}},
        {.name = "two_resets_beside_two_pairs",
         .soak = true,
         .threads = {{direct(0, 16), direct(0, 512)},
                     {direct(0, 16), direct(0, 16)},
                     {reset()},
                     {reset()}}},
        {.name = "two_resets_beside_two_shards",
         .shards = 2,
         .drops = true,
         .soak = true,
         .threads = {{direct(0, 16)}, {direct(1, 16)}, {reset(), direct(0, 16)}, {reset()}}},
    };
}

}  // namespace

const std::vector<configuration>& configurations() {
    static const std::vector<configuration> all = [] {
        std::vector<configuration> list;
        for (const auto& some : {refills(), resets(), chunks(), wraps(), quarantines(), soaks()}) {
            list.insert(list.end(), some.begin(), some.end());
        }
        return list;
    }();
    return all;
}

}  // namespace model
