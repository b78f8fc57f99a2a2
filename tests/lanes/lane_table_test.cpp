#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <memory_arena/arena.hpp>

#include "support/team.hpp"

/// \file
/// Where the lanes of arenas lie. An arena's own class can see that; nobody else's can.

namespace {

using memory_arena::detail::isolation;
using memory_arena::detail::lane;

class arena_with_visible_lanes : public memory_arena::arena {
public:
    explicit arena_with_visible_lanes(std::size_t lane_count = 1024)
        : basic_arena(memory_arena::arena_options{.capacity = 64 << 10, .lane_count = lane_count}) {
    }

    [[nodiscard]] lane* table() noexcept { return face().lanes; }
    [[nodiscard]] lane& own() noexcept { return memory_arena::detail::own_lane(table()); }
};

std::uintptr_t address_of(const lane& that) { return reinterpret_cast<std::uintptr_t>(&that); }

/// A first-level cache of 32 KiB has 64 sets of 8 lines: addresses that are equal within a page
/// compete for one of them.
constexpr std::uintptr_t page = 4096;
constexpr std::size_t ways = 8;

/// This thread's lanes in `count` arenas that live at one time, by their place in a page.
std::map<std::uintptr_t, std::size_t> lanes_by_place(std::size_t count) {
    std::vector<std::unique_ptr<arena_with_visible_lanes>> arenas;
    std::map<std::uintptr_t, std::size_t> places;
    for (std::size_t index = 0; index < count; ++index) {
        arenas.push_back(std::make_unique<arena_with_visible_lanes>());
        static_cast<void>(arenas.back()->allocate_bytes(8));
        ++places[address_of(arenas.back()->own()) % page];
    }
    return places;
}

TEST(lane_tables, of_16_arenas_have_16_places_within_a_page) {
    EXPECT_EQ(lanes_by_place(16).size(), 16U);
}

TEST(lane_tables, of_200_arenas_fit_the_ways_of_a_cache) {
    for (const auto& [place, lanes] : lanes_by_place(200)) {
        EXPECT_LE(lanes, ways) << "at offset " << place << " of a page";
    }
}

TEST(lane_tables, keep_the_lanes_of_two_threads_apart) {
    arena_with_visible_lanes source;
    static_cast<void>(source.allocate_bytes(8));
    const std::uintptr_t mine = address_of(source.own());
    std::uintptr_t others = 0;
    std::thread([&] {
        static_cast<void>(source.allocate_bytes(8));
        others = address_of(source.own());
    }).join();
    EXPECT_EQ(mine % isolation, 0U);
    EXPECT_EQ(others % isolation, 0U);
    EXPECT_NE(mine, others);
}

TEST(lane_tables, give_a_thread_the_same_place_in_every_arena) {
    arena_with_visible_lanes one;
    arena_with_visible_lanes other;
    static_cast<void>(one.allocate_bytes(8));
    EXPECT_EQ(&one.own() - one.table(), &other.own() - other.table());
}

TEST(lane_tables, hand_the_lane_of_an_exited_thread_to_the_next) {
    arena_with_visible_lanes source;
    std::set<std::uintptr_t> places;
    for (int life = 0; life < 50; ++life) {
        std::thread([&] {
            static_cast<void>(source.allocate_bytes(8, 8));
            places.insert(address_of(source.own()));
        }).join();
    }
    EXPECT_EQ(places.size(), 1U);
    EXPECT_EQ(source.usage().lanes, 1U);
    EXPECT_EQ(source.used_bytes(), 50U * 8);
}

TEST(lane_tables, leave_the_lanes_of_nobody_without_a_tlab) {
    arena_with_visible_lanes source(1);
    test_support::run_team(8, [&](std::size_t) {
        for (int count = 0; count < 100; ++count) {
            static_cast<void>(source.allocate_bytes(24, 8));
        }
    });
    for (const std::size_t nobody :
         {memory_arena::detail::unassigned_lane, memory_arena::detail::laneless_lane}) {
        const lane& that = source.table()[nobody];
        EXPECT_EQ(that.generation.load(), 0U);
        EXPECT_EQ(that.cursor.load(), 0U);
        EXPECT_EQ(that.limit.load(), 0U);
    }
    EXPECT_EQ(source.used_bytes(), 8U * 100 * 24);
}

}  // namespace
