#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <thread>

#include <gtest/gtest.h>

#include <memory_arena/arena.hpp>

#include "support/scale.hpp"
#include "support/team.hpp"

/// \file
/// Memory that passes from one thread to another by a reset. The threads learn that the reset has
/// been by relaxed loads alone: that what one wrote in the old generation happens before what
/// another writes in the new one is the arena's doing. Only ThreadSanitizer can tell.

namespace {

using memory_arena::arena;
using namespace test_support;

/// Everybody takes the same small arena in turn and fills it.
TEST(a_reset, hands_memory_over_to_other_threads) {
    constexpr std::size_t threads = 3;
    arena source{16 << 10};
    std::atomic<std::size_t> arrived{0};
    std::atomic<std::size_t> turn{0};
    const std::size_t turns = scaled(20000, 2000);
    run_team(threads, [&](std::size_t index) {
        for (std::size_t mine = 0; mine < turns; ++mine) {
            while (void* block = source.try_allocate_bytes(256, 8)) {
                std::memset(block, static_cast<int>(index), 256);
            }
            // Release and acquire: the last to arrive may reset what all have written.
            if (arrived.fetch_add(1, std::memory_order_acq_rel) + 1 == threads * (mine + 1)) {
                source.reset();
                turn.store(mine + 1, std::memory_order_relaxed);
            }
            while (turn.load(std::memory_order_relaxed) == mine) {
                std::this_thread::yield();
            }
        }
    });
    EXPECT_EQ(source.generation(), turns + 1);
}

/// The same for the memory of threads that have no lane, and for large blocks.
TEST(a_reset, hands_large_blocks_over_to_other_threads) {
    arena source{memory_arena::arena_options{.capacity = 256 << 10, .lane_count = 1}};
    std::atomic<std::size_t> turn{0};
    const std::size_t turns = scaled(2000, 200);
    run_team(2, [&](std::size_t index) {
        for (std::size_t mine = index; mine < turns; mine += 2) {
            while (turn.load(std::memory_order_relaxed) != mine) {
                std::this_thread::yield();
            }
            for (const std::size_t bytes : {100000U, 70000U, 1000U, 64U}) {
                void* block = source.try_allocate_bytes(bytes, 8);
                EXPECT_NE(block, nullptr);
                if (block != nullptr) {
                    std::memset(block, static_cast<int>(mine), bytes);
                }
            }
            source.reset();
            turn.store(mine + 1, std::memory_order_relaxed);
        }
    });
    EXPECT_EQ(source.generation(), turns + 1);
}

}  // namespace
