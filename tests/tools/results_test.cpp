#include "report/results.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <vector>

namespace arena_bench {
namespace {

constexpr figure speed{"work", "time", "ns"};

TEST(results, gather_the_samples_of_one_series) {
    results found;
    found.add(speed, "arena", state::cold, 1);
    found.add(speed, "arena", state::warm, 2);
    found.add(speed, "malloc", state::warm, 9);
    found.add(speed, "arena", state::warm, 3);
    ASSERT_NE(found.find(speed, "arena", state::warm), nullptr);
    EXPECT_EQ(found.find(speed, "arena", state::warm)->samples, (std::vector<double>{2, 3}));
    EXPECT_EQ(found.find(speed, "arena", state::counted), nullptr);
    EXPECT_EQ(found.find(speed, "tcmalloc", state::warm), nullptr);
    EXPECT_EQ(found.all().size(), 3U);
}

TEST(results, make_one_sample_of_the_rounds_of_a_turn) {
    results found;
    const figure other{"work", "other", "ns"};
    for (const double turn : {0, 100}) {
        found.begin_turn();
        found.add(speed, "arena", state::cold, turn);
        for (const double round : {9, 1, 2}) {
            found.add(speed, "arena", state::warm, turn + round);
            found.add(other, "arena", state::warm, turn);
        }
    }
    found.begin_turn();
    found.add(speed, "arena", state::warm, 200);
    EXPECT_EQ(found.find(speed, "arena", state::cold)->samples, (std::vector<double>{0, 100}));
    EXPECT_EQ(found.find(speed, "arena", state::warm)->samples, (std::vector<double>{2, 102, 200}));
    EXPECT_EQ(found.find(other, "arena", state::warm)->samples, (std::vector<double>{0, 100}));
}

TEST(results, keep_the_settings_of_a_sweep_apart) {
    results found;
    const figure small = speed.when({"block size", "B", 8});
    const figure large = speed.when({"block size", "B", 4096});
    found.add(small, "arena", state::warm, 1);
    found.add(large, "arena", state::warm, 2);
    EXPECT_EQ(found.find(small, "arena", state::warm)->samples, std::vector<double>{1});
    EXPECT_EQ(found.find(large, "arena", state::warm)->samples, std::vector<double>{2});
    EXPECT_EQ(found.find(speed, "arena", state::warm), nullptr);
}

TEST(results, refuse_a_second_checksum_of_one_workload) {
    results found;
    found.add_checksum("work", "arena", 1);
    found.add_checksum("other", "arena", 2);
    found.add_checksum("work", "malloc", 1);
    EXPECT_THROW(found.add_checksum("work", "sync_pool", 2), std::runtime_error);
    EXPECT_THROW(found.add_checksum("work", "arena", 2), std::runtime_error);
}

TEST(results, refuse_a_second_checksum_of_the_same_work_only) {
    results found;
    found.add_checksum("sweep", "arena", 1, "8 B");
    found.add_checksum("sweep", "arena", 2, "16 B");
    found.add_checksum("sweep", "malloc", 1, "8 B");
    EXPECT_THROW(found.add_checksum("sweep", "malloc", 1, "16 B"), std::runtime_error);
}

TEST(results, keep_one_checksum_a_backend_and_work) {
    results found;
    found.add_checksum("work", "arena", 1);
    found.add_checksum("work", "arena", 1);
    found.add_checksum("work", "malloc", 1);
    found.add_checksum("work", "malloc", 1, "part");
    EXPECT_EQ(found.checksums().size(), 3U);
}

TEST(results, say_whose_checksum_of_what_differs) {
    results found;
    found.add_checksum("sweep", "arena", 0xabc, "8 B");
    try {
        found.add_checksum("sweep", "malloc", 0xdef, "8 B");
        FAIL();
    } catch (const std::runtime_error& error) {
        EXPECT_STREQ(error.what(),
                     "sweep, 8 B: malloc made 0000000000000def, but arena made 0000000000000abc");
    }
}

TEST(results, keep_a_note_and_a_contender_once) {
    results found;
    found.add_note("work", "so it is");
    found.add_note("work", "so it is");
    found.add_note("other", "so it is");
    found.add_contender({"native", "its own way"});
    found.add_contender({"native", "its own way"});
    EXPECT_EQ(found.notes().size(), 2U);
    EXPECT_EQ(found.contenders().size(), 1U);
}

TEST(setting, has_a_label_for_people) {
    EXPECT_EQ((setting{"threads", "", 4}.label()), "4");
    EXPECT_EQ((setting{"objects", "", 1'000'000}.label()), "1000000");
    EXPECT_EQ((setting{"delay", "us", 2.5}.label()), "2.5 us");
    EXPECT_EQ((setting{"block size", "B", 8}.label()), "8 B");
    EXPECT_EQ((setting{"block size", "B", 1023}.label()), "1023 B");
    EXPECT_EQ((setting{"block size", "B", 1024}.label()), "1 KiB");
    EXPECT_EQ((setting{"block size", "B", 131'072}.label()), "128 KiB");
    EXPECT_EQ((setting{"block size", "B", 1'048'576}.label()), "1 MiB");
    EXPECT_EQ((setting{"bytes", "B", 64.0 * 1'048'576}.label()), "64 MiB");
}

TEST(is_time, knows_units_of_time) {
    for (const char* unit : {"ns", "ns/object", "us/request", "ms"}) EXPECT_TRUE(is_time(unit));
    for (const char* unit : {"MiB", "calls", "faults/round", "instructions/ns", "nsx", ""}) {
        EXPECT_FALSE(is_time(unit)) << unit;
    }
}

}  // namespace
}  // namespace arena_bench
