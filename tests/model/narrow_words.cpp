#include <algorithm>

#include "model/configuration.hpp"

/// \file
/// The configurations once more, with packed generations of 3 bits: they come round after 8
/// resets, and a word is renewed when it is 2 behind.

namespace model {

namespace {

constexpr std::size_t narrow_bits = 3;
constexpr std::size_t round = std::size_t{1} << narrow_bits;

/// How many threads reset.
std::size_t resetters(const configuration& one) {
    return static_cast<std::size_t>(
        std::count_if(one.threads.begin(), one.threads.end(), [](const auto& calls) {
            return std::any_of(calls.begin(), calls.end(), [](const operation& call) {
                return call.what == operation::kind::reset;
            });
        }));
}

/// Before it begins, generation 1 uses every shard, in each of its words (none, where two threads
/// reset: each would renew all of them, in any order with the other; wraps() has such ones). The
/// threads are then in the generation that has the same bits, 9, or come into it by their first
/// reset.
configuration narrowed(configuration one) {
    constexpr std::size_t somebody = max_threads - 1;
    std::vector<configuration::earlier> earlier;
    for (std::size_t home = 0; home < one.shards && resetters(one) < 2; ++home) {
        earlier.push_back({somebody, {operation::kind::counted_direct, 16, 8, home}});
    }
    if (one.drops && resetters(one) < 2) {
        earlier.push_back({somebody, {operation::kind::shelved, 1024, 8, 0}});
    }
    const std::size_t past = round - (resetters(one) != 0 ? 1 : 0);
    earlier.insert(earlier.end(), past, {somebody, {operation::kind::reset, 0, 1, 0}});
    earlier.insert(earlier.end(), one.before.begin(), one.before.end());
    one.before = earlier;
    one.generation_bits = narrow_bits;
    one.name += "_narrow";
    return one;
}

}  // namespace

std::vector<configuration> everyday_configurations(bool narrow) {
    std::vector<configuration> list;
    for (const configuration& one : configurations()) {
        if (one.soak || (narrow && (!one.narrow || one.generation_bits == narrow_bits))) {
            continue;
        }
        list.push_back(narrow ? narrowed(one) : one);
    }
    return list;
}

}  // namespace model
