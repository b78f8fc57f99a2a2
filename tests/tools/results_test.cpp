#include "report/results.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <stdexcept>
#include <string>

#include "report/table.hpp"

namespace arena_bench {
namespace {

constexpr figure speed{"work", "time", "ns"};

TEST(results, gather_the_samples_of_one_series) {
    results found;
    found.add(speed, "arena", state::cold, 1);
    found.add(speed, "arena", state::warm, 2);
    found.add(speed, "arena", state::warm, 3);
    ASSERT_NE(found.find(speed, "arena", state::warm), nullptr);
    EXPECT_EQ(found.find(speed, "arena", state::warm)->samples, (std::vector<double>{2, 3}));
    EXPECT_EQ(found.find(speed, "malloc", state::warm), nullptr);
}

TEST(results, refuse_a_second_checksum_of_one_workload) {
    results found;
    found.add_checksum("work", "arena", 1);
    found.add_checksum("other", "arena", 2);
    found.add_checksum("work", "malloc", 1);
    EXPECT_THROW(found.add_checksum("work", "sync_pool", 2), std::runtime_error);
    EXPECT_THROW(found.add_checksum("work", "arena", 2), std::runtime_error);
}

TEST(table, names_gains_losses_and_ties) {
    results found;
    found.add(speed, "arena", state::warm, 10);
    found.add(speed, "slower", state::warm, 30);
    found.add(speed, "faster", state::warm, 5);
    found.add(speed, "alike", state::warm, 10);
    const std::string table = to_table(found);
    EXPECT_NE(table.find("3.00x\n"), std::string::npos);
    EXPECT_NE(table.find("0.50x loss\n"), std::string::npos);
    EXPECT_NE(table.find("1.00x ~\n"), std::string::npos);
}

TEST(table, says_that_it_is_partial) {
    results found;
    EXPECT_EQ(to_table(found).find("PARTIAL"), std::string::npos);
    found.partial = true;
    EXPECT_NE(to_table(found).find("PARTIAL"), std::string::npos);
}

TEST(table, fits_a_hundred_columns) {
    results found;
    found.add(speed, "arena", state::cold, 123456789);
    found.add(speed, "arena", state::warm, 123456789);
    found.add(speed, "synchronized", state::cold, 123456788);
    found.add(speed, "synchronized", state::warm, 123);
    found.add_note("work", std::string(150, 'x') + ' ' + std::string(90, 'y'));
    found.add_note("work",
                   "a note of many words that goes on and on and on and on and on and on and "
                   "on and on and on, until it has to be broken");
    std::istringstream lines{to_table(found)};
    for (std::string line; std::getline(lines, line);) {
        const auto continued = std::count_if(line.begin(), line.end(), [](char byte) {
            return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
        });
        if (line.find("xxx") == std::string::npos) {  // a word that cannot be broken
            EXPECT_LE(static_cast<std::ptrdiff_t>(line.size()) - continued, 100) << line;
        }
    }
}

}  // namespace
}  // namespace arena_bench
