#include "lanes/lease_table.hpp"

#include <gtest/gtest.h>

#include <set>
#include <system_error>
#include <vector>

#include "support/team.hpp"

using memory_arena::detail::isolation;
using memory_arena::detail::lease_lane;
using memory_arena::detail::lease_table;

namespace {

lease_lane& taken_from(lease_table& table) {
    std::error_code error;
    lease_lane* const mine = table.take(error);
    EXPECT_FALSE(error);
    return *mine;
}

}  // namespace

TEST(lease_table, numbers_its_lanes_and_finds_them_by_number) {
    lease_table table;
    EXPECT_EQ(table.ever_taken(), 0U);
    for (std::size_t number = 0; number < 1000; ++number) {
        lease_lane& mine = taken_from(table);
        EXPECT_EQ(mine.number, number);
        EXPECT_EQ(&table[number], &mine);
        EXPECT_EQ(reinterpret_cast<std::uintptr_t>(&mine) % isolation, 0U);
        EXPECT_EQ(mine.generation.load(), 0U);
        EXPECT_EQ(mine.chunks.count(), 0U);
    }
    EXPECT_EQ(table.ever_taken(), 1000U);
}

TEST(lease_table, gives_the_lane_that_came_back_last) {
    lease_table table;
    lease_lane& first = taken_from(table);
    lease_lane& second = taken_from(table);
    lease_lane& third = taken_from(table);
    table.give_back(second);
    table.give_back(first);
    table.give_back(third);
    EXPECT_EQ(&taken_from(table), &third);
    EXPECT_EQ(&taken_from(table), &first);
    EXPECT_EQ(&taken_from(table), &second);
    EXPECT_EQ(taken_from(table).number, 3U);
}

TEST(lease_table, gives_no_lane_to_two_at_once) {
    constexpr std::size_t threads = 8;
    lease_table table;
    test_support::run_team(threads, [&](std::size_t index) {
        std::vector<lease_lane*> mine;
        for (std::size_t turn = 0; turn < 20'000; ++turn) {
            if (mine.size() < 4 && (turn + index) % 3 != 0) {
                mine.push_back(&taken_from(table));
                EXPECT_EQ(mine.back()->open_scopes, 0U);
                mine.back()->open_scopes = index + 1;
            } else if (!mine.empty()) {
                EXPECT_EQ(mine.back()->open_scopes, index + 1);
                mine.back()->open_scopes = 0;
                table.give_back(*mine.back());
                mine.pop_back();
            }
        }
        for (lease_lane* const one : mine) {
            EXPECT_EQ(one->open_scopes, index + 1);
            one->open_scopes = 0;
            table.give_back(*one);
        }
    });
    EXPECT_LE(table.ever_taken(), threads * 4);
    std::set<lease_lane*> all;
    for (std::size_t number = table.ever_taken(); number > 0; --number) {
        all.insert(&taken_from(table));
    }
    EXPECT_EQ(all.size(), table.ever_taken());
}
