#include "report/table.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include "report/results.hpp"
#include "report/text.hpp"

namespace arena_bench {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr figure speed{"work", "time", "ns/object"};

void add_sure(results& to, const figure& what, std::string_view backend, state when,
              double sample) {
    for (int i = 0; i < 6; ++i) to.add(what, backend, when, sample);
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream in{text};
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

std::ptrdiff_t width_of(const std::string& line) {
    return std::count_if(line.begin(), line.end(), [](char byte) {
        return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
    });
}

std::string line_with(const std::string& text, const std::string& part) {
    for (const std::string& line : lines_of(text)) {
        if (line.find(part) != std::string::npos) return line;
    }
    return {};
}

TEST(table, names_gains_losses_ties_and_noise) {
    results found;
    add_sure(found, speed, "arena", state::warm, 10);
    add_sure(found, speed, "slower", state::warm, 30);
    add_sure(found, speed, "faster", state::warm, 5);
    add_sure(found, speed, "alike", state::warm, 10);
    found.add(speed, "once", state::warm, 13);
    const std::string table = to_table(found);
    EXPECT_THAT(table, HasSubstr("3.00x\n"));
    EXPECT_THAT(table, HasSubstr("0.50x loss\n"));
    EXPECT_THAT(table, HasSubstr("1.00x ~\n"));
    EXPECT_THAT(table, HasSubstr("1.30x ?\n"));
    EXPECT_THAT(line_with(table, "    once"), HasSubstr("once  1.30x"));
    EXPECT_THAT(table, HasSubstr("time, ns/object\n"));
    EXPECT_THAT(
        table, HasSubstr("best warm: too noisy, or too few rounds, to tell: faster, once\n"));
}

TEST(table, names_the_winner) {
    results found;
    add_sure(found, speed, "arena", state::warm, 10);
    EXPECT_THAT(to_table(found), Not(HasSubstr("best warm")));
    add_sure(found, speed, "faster", state::warm, 5);
    EXPECT_THAT(to_table(found), HasSubstr("best warm: faster; arena takes 2.00 times as much\n"));
}

TEST(table, stays_aligned_beside_extreme_ratios) {
    results found;
    for (const state when : {state::cold, state::warm}) {
        add_sure(found, speed, "arena", when, 10'000);
        add_sure(found, speed, "tiny", when, 1);
        add_sure(found, speed, "huge", when, 1e9);
        add_sure(found, speed, "alike", when, 10'000);
    }
    const std::string table = to_table(found);
    EXPECT_THAT(line_with(table, "    tiny"), HasSubstr("<0.01x loss"));
    EXPECT_THAT(line_with(table, "    huge"), HasSubstr(">9999x"));
    const auto warm_ends = [&](const std::string& name) {
        return width_of(line_with(table, name).substr(0, line_with(table, name).rfind("±")));
    };
    for (const char* name : {"    tiny", "    huge"}) {
        EXPECT_EQ(warm_ends(name), warm_ends("    alike")) << table;
    }
}

TEST(table, has_a_column_for_each_setting_of_a_sweep) {
    results found;
    for (const double bytes : {8.0, 1024.0}) {
        const figure at = speed.when({"block size", "B", bytes});
        add_sure(found, at, "arena", state::warm, bytes);
        add_sure(found, at, "malloc", state::warm, bytes == 8 ? 2 : 4096);
    }
    const std::string table = to_table(found);
    EXPECT_THAT(table, HasSubstr("time, ns/object, warm, by block size\n"));
    EXPECT_THAT(table, testing::ContainsRegex("  8 B    1 KiB\n"));
    EXPECT_THAT(table, testing::ContainsRegex("arena +8\\.00 +1024\n"));
    EXPECT_THAT(table, testing::ContainsRegex("best +malloc +arena\n"));
}

TEST(table, says_that_it_is_partial) {
    results found;
    EXPECT_THAT(to_table(found), Not(HasSubstr("PARTIAL")));
    found.partial = true;
    EXPECT_THAT(to_table(found), HasSubstr("PARTIAL"));
}

TEST(table, fits_a_hundred_columns) {
    results found;
    for (const state when : {state::cold, state::warm}) {
        add_sure(found, speed, "arena", when, 123456789);
        add_sure(found, speed, "unsync_pool", when, 999);
        found.add(speed, "synchronized", when, 1e12);
    }
    for (double bytes = 1; bytes < 1e7; bytes *= 2) {
        const figure at = figure{"work", "swept", "ns"}.when({"objects", "", bytes});
        add_sure(found, at, "arena", state::warm, 1e6 * bytes);
        add_sure(found, at, "unsync_pool", state::warm, 1e6 * bytes);
    }
    found.add_note("work",
                   "a note of many words that goes on and on and on and on and on and on and "
                   "on and on and on, until it has to be broken");
    for (const std::string& line : lines_of(to_table(found)))
        EXPECT_LE(width_of(line), 100) << line;
}

TEST(wrapped, breaks_between_words) {
    const std::string ninety(90, 'x');
    EXPECT_EQ(wrapped("a b", "  "), "  a b\n");
    EXPECT_EQ(wrapped(ninety + " 1234567", "  "), "  " + ninety + " 1234567\n");
    EXPECT_EQ(wrapped(ninety + " 12345678", "  "), "  " + ninety + "\n  12345678\n");
}

TEST(wrapped, goes_on_after_a_word_that_is_too_long) {
    const std::string ninety(90, 'x');
    const std::string longer(150, 'y');
    EXPECT_EQ(wrapped(longer + ' ' + ninety + ' ' + ninety, ""),
              longer + '\n' + ninety + '\n' + ninety + '\n');
}

TEST(number, has_as_many_digits_as_say_something) {
    EXPECT_EQ(number(0), "0.00");
    EXPECT_EQ(number(0.0012), "0.0012");
    EXPECT_EQ(number(9.876), "9.88");
    EXPECT_EQ(number(987.6), "987.6");
    EXPECT_EQ(number(98'765.4), "98765");
    EXPECT_EQ(number(12'345'678), "12.35M");
    EXPECT_EQ(number(987'654'321'000), "987.65G");
}

TEST(times, stays_narrow) {
    EXPECT_EQ(times(2.5), "2.50x");
    EXPECT_EQ(times(0.01), "0.01x");
    EXPECT_EQ(times(0.0099), "<0.01x");
    EXPECT_EQ(times(0), "0.00x");
    EXPECT_EQ(times(9999), "9999x");
    EXPECT_EQ(times(10'000), ">9999x");
}

TEST(some_of, names_four_and_counts_the_rest) {
    const std::vector<std::string_view> names{"a", "b", "c", "d", "e", "f"};
    EXPECT_EQ(some_of(std::span{names}.first(0)), "");
    EXPECT_EQ(some_of(std::span{names}.first(2)), "a, b");
    EXPECT_EQ(some_of(std::span{names}.first(4)), "a, b, c, d");
    EXPECT_EQ(some_of(names), "a, b, c, d and 2 more");
}

}  // namespace
}  // namespace arena_bench
