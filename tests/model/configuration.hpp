#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

/// \file
/// What is explored: a tiny arena, and what each thread does with it.

namespace model {

inline constexpr std::size_t max_threads = 4;

/// One call of a thread.
struct operation {
    enum class kind : unsigned char {
        direct,          ///< a claim, as of a thread without a lane
        counted_direct,  ///< the same, and counts its bytes, as arena_core::allocate does
        lane,            ///< an allocation of a thread with a lane: the bump, else a claim
        trimmed,         ///< a claim of a TLAB, whose rest goes back, as of a lane that is gone
        chunk,           ///< a claim of whole blocks, as of a lease within a scope
        shelved,         ///< the same, all but the first of which go onto a shelf
        behind,          ///< more of what ends at `position`, if nobody was faster
        reset
    };

    kind what = kind::direct;
    std::size_t bytes = 16;
    std::size_t alignment = 8;
    std::size_t home = 0;
    std::size_t position = 0;  ///< of `behind`
};

struct configuration {
    std::string name{};
    std::size_t blocks = 4;  ///< of 512 bytes
    std::size_t shards = 1;
    std::size_t tlab_bytes = 256;
    unsigned generation_bits = 64;
    std::size_t regions = 1;  ///< several: a quarantine
    bool drops = false;       ///< whether complete() and take_blocks() may let a rest fall
    bool soak = false;        ///< explored on request only
    bool narrow = true;       ///< explored with narrow words as well
    std::string remains{};    ///< what is known to go wrong here, and is accepted

    struct earlier {
        std::size_t thread = 0;
        operation call;
    };
    std::vector<earlier> before{};  ///< done one after another, before the threads begin
    std::vector<std::vector<operation>> threads{};
};

/// All of them, smallest first.
const std::vector<configuration>& configurations();

/// Those that every run explores; if `narrow`, with packed generations of 3 bits in each: then they
/// come round.
std::vector<configuration> everyday_configurations(bool narrow);

}  // namespace model
