#pragma once

/// \file
/// The peers that come in packages of their own; CMakeLists.txt says which were found. The one
/// place that asks: everybody else calls with_…(use), which calls use(name, source) for each way to
/// set the peer up, and use(name, nullptr) for a peer that is missing.

#if MEMORY_ARENA_HAVE_PROTOBUF
#include "peers/protobuf_arena.hpp"
#else
namespace benchmarks {

template <class Use>
void with_protobuf_arenas(const Use& use) {
    use("protobuf Arena", nullptr);
}
template <class Use>
void with_block_keeping_protobuf_arena(const Use& use) {
    with_protobuf_arenas(use);
}

}  // namespace benchmarks
#endif

#if MEMORY_ARENA_HAVE_TBB
#include "peers/tbb_pool.hpp"
#else
namespace benchmarks {

template <class Use>
void with_tbb_pools(const Use& use) {
    use("oneTBB memory_pool", nullptr);
}

}  // namespace benchmarks
#endif
