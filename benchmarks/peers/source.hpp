#pragma once

#include <cstddef>

/// \file
/// What a benchmark takes memory from, ours or a peer's, under one set of names:
///
///     take(bytes)              a block at the source's own usual alignment; any thread may
///     make(value)              one std::int64_t, made as the source's users make objects; any
///                              thread may; only the sources that bench_threads asks have it
///     give_back(block, bytes)  one block; only sources whose users do so have it
///     reset()                  everything at once, while no thread takes; the others have it
///
/// A source keeps its memory from one reset to the next where it can be made to: rounds are warm.

namespace benchmarks {

/// Sources whose users keep a list of what they took, and give back each.
template <class Source>
concept gives_back_each = requires(Source& source, void* block) {
    source.give_back(block, std::size_t{});
};

template <class Source>
concept gives_back_all = requires(Source& source) {
    source.reset();
};

}  // namespace benchmarks
