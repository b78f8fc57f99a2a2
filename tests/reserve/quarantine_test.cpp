#include "reserve/quarantine.hpp"

#include <gtest/gtest.h>

#include <string>

namespace {

using memory_arena::detail::atomic_word;
using memory_arena::detail::end_generation_in_regions;
using memory_arena::detail::frontier;
using memory_arena::detail::geometry;
using memory_arena::detail::page_hold;
using memory_arena::detail::region_pages;

constexpr std::size_t capacity = 1U << 20;

/// Notes what it is told.
struct noting_pages final : region_pages {
    bool open(std::size_t region) noexcept override {
        said += "open " + std::to_string(region) + ", ";
        return opens;
    }
    void close(std::size_t region, std::size_t used) noexcept override {
        said += "close " + std::to_string(region) + " of " + std::to_string(used);
    }
    void clean(std::size_t region, std::size_t used) noexcept override {
        said += "clean " + std::to_string(region) + " of " + std::to_string(used);
    }
    bool opens = true;
    std::string said;
};

struct three_regions {
    frontier edge{geometry(capacity, 64, {3, capacity + 4096})};
    page_hold hold;
    atomic_word generation{1};
    noting_pages pages;

    std::string end() {
        pages.said.clear();
        end_generation_in_regions(edge, hold, generation, pages);
        return pages.said;
    }
};

}  // namespace

TEST(quarantine_regions, are_had_in_turn) {
    three_regions made;
    ASSERT_TRUE(made.edge.advance(made.edge.load(), 1, {3, 0, 0}));
    EXPECT_EQ(made.end(), "open 1, close 0 of 12288");
    EXPECT_EQ(made.edge.region(2), 1U);
    EXPECT_EQ(made.end(), "open 2, close 1 of 0");
    EXPECT_EQ(made.end(), "open 0, close 2 of 0");
    EXPECT_EQ(made.generation.load(), 4U);
    EXPECT_EQ(made.edge.peak(), 12'288U);
}

TEST(quarantine_regions, are_not_left_where_the_next_does_not_open) {
    three_regions made;
    static_cast<void>(made.end());
    made.pages.opens = false;
    EXPECT_EQ(made.end(), "open 2, clean 1 of 0");
    EXPECT_EQ(made.edge.region(3), 1U);
}

TEST(quarantine_regions, are_told_by_where_the_memory_is_where_a_fork_has_ended_a_reset) {
    three_regions made;
    ASSERT_TRUE(made.edge.advance(made.edge.load(), 1, {3, 0, 0}));
    made.edge.begin_in(1);  // and the thread that did it isn't in this process
    EXPECT_EQ(made.end(), "open 1, close 0 of 12288");
    EXPECT_EQ(made.edge.region(2), 1U);
}
