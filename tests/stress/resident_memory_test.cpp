#include <array>
#include <barrier>
#include <cstddef>
#include <optional>
#include <thread>

#include <gtest/gtest.h>

#include <memory_arena/arena.hpp>

#include "support/own_pages.hpp"
#include "support/scale.hpp"
#include "support/team.hpp"

/// \file
/// What a cpu_arena costs the machine: pages, whatever the number of threads.

namespace {

using memory_arena::arena_usage;
using memory_arena::cpu_arena;
using memory_arena::lane_path;
using namespace test_support;

constexpr std::size_t kib = 1024;
constexpr std::size_t at_once = 100;
constexpr std::size_t objects_a_thread = 16;

using object = std::array<unsigned char, 64>;

void make_objects(cpu_arena& source, std::size_t count) {
    for (std::size_t made = 0; made < count; ++made) {
        source.new_object<object>()->fill(42);
    }
}

TEST(ten_thousand_short_threads, leave_a_cpu_arena_with_what_they_used_and_a_tlab_for_each_cpu) {
    std::optional<cpu_arena> source;
    do_without_huge_pages();
    const own_pages pages([&source] { source.emplace(64 << 20); });
    if (const arena_usage idle = source->usage(); idle.path == lane_path::shards) {
        GTEST_SKIP() << idle.path_reason;
    }
    const std::size_t threads = scaled(10000, 800) / at_once * at_once;
    std::barrier half_way(at_once);  // so that all of a batch are under way at one time
    for (std::size_t ended = 0; ended < threads; ended += at_once) {
        run_team(at_once, [&](std::size_t /*index*/) {
            make_objects(*source, objects_a_thread / 2);
            half_way.arrive_and_wait();
            make_objects(*source, objects_a_thread / 2);
        });
    }
    const arena_usage figures = source->usage();
    EXPECT_EQ(figures.used, threads * kib);
    const std::size_t resident = pages.resident();
    EXPECT_GE(resident, figures.used);  // or these were not its pages
    EXPECT_LE(
        resident, figures.used + 64 * kib * (std::thread::hardware_concurrency() + 1) + 256 * kib);
}

}  // namespace
