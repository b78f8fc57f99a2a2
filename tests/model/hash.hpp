#pragma once

#include <cstddef>
#include <cstdint>

#include "model/scheduler.hpp"
#include "model/world.hpp"

/// \file
/// States are told apart by 63 bits: that any two of three million share theirs has a chance of one
/// in two millions.

namespace model {

/// Mixes `value` into `hash`; every bit of both counts.
constexpr std::uint64_t mix(std::uint64_t hash, std::uint64_t value) noexcept {
    hash = (hash ^ value) + 0x9E37'79B9'7F4A'7C15U;
    hash = (hash ^ (hash >> 30)) * 0xBF58'476D'1CE4'E5B9U;
    hash = (hash ^ (hash >> 27)) * 0x94D0'49BB'1331'11EBU;
    return hash ^ (hash >> 31);
}

inline std::uint64_t hash_of(const memory& words) noexcept {
    std::uint64_t hash = 0;
    for (const std::uint64_t word : words) {
        hash = mix(hash, word);
    }
    return hash;
}

inline std::uint64_t hash_of(const range& bytes, std::uint64_t seed) noexcept {
    return mix(mix(seed, bytes.begin), bytes.end);
}

inline std::uint64_t hash_of(const thread_state& one) noexcept {
    std::uint64_t hash = mix(2 * one.operation + (one.in_call ? 1 : 0), one.log_hash);
    hash = mix(hash, one.lane.generation);
    hash = mix(hash, one.lane.cursor);
    hash = mix(hash, one.lane.limit);
    hash = mix(hash, one.lane.used);
    for (const range& bytes : one.in_hand) {
        hash = hash_of(bytes, hash);
    }
    return mix(hash, one.saw_no_room ? 1 : 0);
}

/// Sums make the order of grants and drops, and who got them, not matter.
inline std::uint64_t hash_of(const world& at, std::size_t threads) noexcept {
    std::uint64_t hash = hash_of(at.words);
    for (std::size_t index = 0; index < threads; ++index) {
        hash = mix(hash, hash_of(at.threads[index]));
    }
    std::uint64_t sum = 0;
    for (const possession& one : at.granted) {
        sum += mix(hash_of(one.bytes, one.generation), one.counted);
    }
    for (const range& bytes : at.dropped) {
        sum += hash_of(bytes, 0);
    }
    return mix(hash, sum);
}

}  // namespace model
