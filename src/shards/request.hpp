#pragma once

#include <cstddef>
#include <cstdint>

#include <memory_arena/detail/version.hpp>

/// \file
/// What the lanes ask of the shards, and what they get (rank 2). Positions are bytes from the
/// reserve's beginning.

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

/// The TLAB that the asking lane holds.
struct held_tlab {
    static constexpr std::size_t nowhere = ~std::size_t{0};

    std::uint64_t generation = 0;
    std::size_t cursor = 0;
    std::size_t limit = nowhere;  ///< nowhere: it holds none
    std::size_t used = 0;         ///< bytes that the lane has used in `generation`
};

/// Room for `bytes` (not 0, at most the capacity) at `alignment`.
struct request {
    std::size_t bytes = 0;
    std::size_t alignment = 1;
    const held_tlab* tlab = nullptr;  ///< null for a thread without a lane
};

/// [begin, end) now belongs to the asker, in `generation`.
struct grant {
    enum class kind : unsigned char {
        none,      ///< exhausted: no room anywhere
        bytes,     ///< for the request alone
        tlab,      ///< a new TLAB, which the request is to be served from
        extension  ///< begins where the held TLAB ends
    };

    kind what = kind::none;
    std::size_t begin = 0;
    std::size_t end = 0;
    std::uint64_t generation = 0;
};

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
