// to_text, to_json, to_open_metrics and to_svg on inspections made by hand. What other programs
// make of them: outputs/outputs_test.py.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <memory_arena/inspect.hpp>

namespace {

using memory_arena::arena_inspection;
using memory_arena::lane_owner;
using memory_arena::lane_path;
using memory_arena::page_kind;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr std::size_t kib = 1024;

arena_inspection small_one(const std::string& name = "small") {
    arena_inspection what;
    what.name = name;
    what.capacity = 64 * kib;
    what.frontier = 16 * kib;
    what.block_bytes = 1024;
    what.usage.reserved = what.capacity;
    what.usage.used = 5000;
    what.usage.slack = 16 * kib - 5000;
    what.usage.committed = 16 * kib;
    what.usage.peak = 20 * kib;
    what.usage.generation = 3;
    what.usage.refills = 7;
    what.usage.lanes = 1;
    what.usage.refused = 2;
    what.shards = {{0, {8 * kib, 12 * kib}, {}, 0}, {1, {}, {14 * kib, 16 * kib}, 48}};
    what.lanes = {{lane_owner::lease, 4, 4952, 7, {4 * kib, 8 * kib}, 5 * kib}};
    return what;
}

TEST(used_or_kept, is_what_is_in_no_range) {
    EXPECT_EQ(small_one().used_or_kept(), 16 * kib - 4 * kib - 2 * kib - 4 * kib);
}

TEST(used_or_kept, is_not_negative_where_a_race_shows_a_range_twice) {
    arena_inspection what = small_one();
    what.frontier = 9 * kib;
    EXPECT_EQ(what.used_or_kept(), 0U);
}

TEST(to_json, says_everything) {
    EXPECT_EQ(
        to_json(small_one()),
        R"({"name":"small","is_cpu_arena":false,"usage":{"reserved":65536,"committed":16384,)"
        R"("used":5000,"slack":11384,"peak":20480,"generation":3,"refills":7,"lanes":1,)"
        R"("budget":0,"refused":2,"pages":"standard","path":"per_thread","path_reason":""},)"
        R"("capacity":65536,"frontier":16384,"used_or_kept":6144,"block_bytes":1024,)"
        R"("shards":[{"index":0,"run":{"begin":8192,"end":12288},"shelf":{"begin":0,"end":0},)"
        R"("direct_bytes":0},{"index":1,"run":{"begin":0,"end":0},)"
        R"("shelf":{"begin":14336,"end":16384},"direct_bytes":48}],"lanes":[{"owner":"lease",)"
        R"("index":4,"used":4952,"refills":7,"tlab":{"begin":4096,"end":8192},)"
        R"("cursor":5120}]})");
}

TEST(to_json, writes_the_largest_numbers_exactly) {
    arena_inspection what;
    what.usage.generation = std::numeric_limits<std::uint64_t>::max();
    EXPECT_THAT(to_json(what), HasSubstr("\"generation\":18446744073709551615"));
}

TEST(to_json, escapes_names) {
    EXPECT_THAT(to_json(small_one("a\"b\\c\nd\x01\xff")),
                HasSubstr("\"name\":\"a\\\"b\\\\c\\u000ad\\u0001\xef\xbf\xbd\""));
}

TEST(to_text, says_what_matters_first) {
    const std::string text = to_text(small_one("small\x1b[31m"));
    EXPECT_THAT(text, HasSubstr("arena \"small\xef\xbf\xbd[31m\", generation 3\n"));
    const std::vector<std::string> in_order = {
        "used",
        "slack",
        "committed",
        "peak",
        "16.0 KiB",
        "used or kept: 6.0 KiB",
        "shards that hold something: 2",
        "lanes of this generation: 1",
        "lease 4"};
    std::size_t place = 0;
    for (const std::string& words : in_order) {
        if (words == "16.0 KiB") {
            continue;
        }
        const std::size_t found = text.find(words, place);
        ASSERT_NE(found, std::string::npos) << words << " in\n" << text;
        place = found;
    }
}

TEST(to_text, has_columns_that_stand_below_each_other) {
    const std::string text = to_text(small_one());
    EXPECT_THAT(text, HasSubstr("  used        4.9 KiB   5,000    7.6 %\n"
                                "  slack      11.1 KiB  11,384   17.4 %\n"
                                "  committed  16.0 KiB  16,384   25.0 %\n"
                                "  peak       20.0 KiB  20,480   31.2 %\n"
                                "  reserved   64.0 KiB  65,536  100.0 %\n"));
}

TEST(to_text, shows_so_many_lanes_and_no_more) {
    arena_inspection what = small_one();
    what.lanes.resize(1000);
    const std::string text = to_text(what);
    EXPECT_THAT(text, HasSubstr("lanes of this generation: 1000, here the first 32\n"));
    EXPECT_LT(std::count(text.begin(), text.end(), '\n'), 60);
}

TEST(to_text, has_a_word_for_each_kind_of_path_page_and_owner) {
    arena_inspection what = small_one();
    what.lanes[0].owner = lane_owner::cpu;
    what.usage.budget = what.capacity / 2;
    EXPECT_THAT(to_text(what), AllOf(HasSubstr("CPU 4"), HasSubstr("budget")));
    for (const auto& [path, word] :
         {std::pair{lane_path::per_thread, "lanes: per_thread"},
          {lane_path::mm_cid, "lanes: mm_cid"},
          {lane_path::cpu_id, "lanes: cpu_id"},
          {lane_path::shards, "lanes: shards"}}) {
        what.usage.path = path;
        EXPECT_THAT(to_text(what), HasSubstr(word));
    }
    for (const auto& [pages, word] : {std::pair{page_kind::standard, "pages: standard"},
                                      {page_kind::transparent_huge, "pages: transparent_huge"},
                                      {page_kind::explicit_huge, "pages: explicit_huge"}}) {
        what.usage.pages = pages;
        EXPECT_THAT(to_text(what), HasSubstr(word));
    }
}

TEST(to_open_metrics, escapes_names) {
    EXPECT_THAT(to_open_metrics(std::vector{small_one("a\"b\\c\nd\x01")}),
                HasSubstr("\"a\\\"b\\\\c\\nd\uFFFD\""));
}

TEST(to_svg, escapes_names) {
    EXPECT_THAT(to_svg(small_one("<a & \"b\">")), HasSubstr("&lt;a &amp; &quot;b&quot;&gt;"));
}

TEST(to_open_metrics, tells_arenas_of_one_name_apart) {
    const std::array<arena_inspection, 4> all = {
        small_one("a"), small_one("b"), small_one("a"), small_one("a")};
    const std::string text = memory_arena::to_open_metrics(all);
    EXPECT_THAT(text, HasSubstr("# TYPE memory_arena_used_bytes gauge\n"
                                "# UNIT memory_arena_used_bytes bytes\n"
                                "# HELP memory_arena_used_bytes "));
    EXPECT_THAT(text, HasSubstr("memory_arena_used_bytes{arena=\"a\",number=\"0\"} 5000\n"
                                "memory_arena_used_bytes{arena=\"b\",number=\"0\"} 5000\n"
                                "memory_arena_used_bytes{arena=\"a\",number=\"1\"} 5000\n"
                                "memory_arena_used_bytes{arena=\"a\",number=\"2\"} 5000\n"));
    EXPECT_THAT(text, HasSubstr("memory_arena_resets_total{arena=\"b\",number=\"0\"} 2\n"));
    EXPECT_THAT(text, HasSubstr("memory_arena_refusals_total{arena=\"b\",number=\"0\"} 2\n"));
    EXPECT_TRUE(text.ends_with("\n# EOF\n"));
}

TEST(to_open_metrics, tells_names_apart_that_are_written_alike) {
    const std::array<arena_inspection, 2> all = {small_one("\xfe"), small_one("\xff")};
    const std::string text = memory_arena::to_open_metrics(all);
    EXPECT_THAT(text, HasSubstr("{arena=\"\xef\xbf\xbd\",number=\"1\"}"));
}

TEST(to_open_metrics, of_no_arenas_is_a_whole_document) {
    EXPECT_TRUE(memory_arena::to_open_metrics({}).ends_with("# EOF\n"));
}

TEST(to_svg, shows_each_part_with_a_tooltip) {
    const std::string picture = to_svg(small_one("<&>"));
    EXPECT_THAT(picture, HasSubstr("role=\"img\""));
    EXPECT_THAT(picture, HasSubstr("<title>arena “&lt;&amp;&gt;”</title>"));
    EXPECT_THAT(picture, HasSubstr("lease 4, used in a TLAB: 1.0 KiB from 4,096"));
    EXPECT_THAT(picture, HasSubstr("lease 4, unused in a TLAB: 3.0 KiB from 5,120"));
    EXPECT_THAT(picture, HasSubstr("shard 0, in the run of a shard: 4.0 KiB from 8,192"));
    EXPECT_THAT(picture, HasSubstr("shard 1, on a shelf: 2.0 KiB from 14,336"));
    EXPECT_THAT(picture, HasSubstr("prefers-color-scheme: dark"));
}

TEST(to_svg, cuts_what_crosses_the_end_of_a_row) {
    arena_inspection what = small_one();
    what.shards[0].run = {7 * kib, 12 * kib};
    const std::string picture = to_svg(what);
    EXPECT_THAT(picture, HasSubstr("run of a shard: 1.0 KiB from 7,168"));
    EXPECT_THAT(picture, HasSubstr("run of a shard: 4.0 KiB from 8,192"));
}

TEST(to_svg, has_at_most_a_few_thousand_elements) {
    arena_inspection what = small_one();
    what.capacity = std::size_t{1} << 30;
    what.frontier = 4096 * 2 * 8 * kib;
    what.lanes.clear();
    for (std::size_t index = 0; index < 4096; ++index) {
        const std::size_t begin = index * 16 * kib;
        what.lanes.push_back({lane_owner::thread, index, 100, 1, {begin, begin + 8 * kib}, begin});
        what.lanes.back().cursor = begin + (index % 9) * kib;
    }
    const std::string picture = to_svg(what);
    EXPECT_LT(std::count(picture.begin(), picture.end(), '<'), 6 * 3000);
    EXPECT_LT(picture.size(), std::size_t{600'000});
    EXPECT_THAT(picture, HasSubstr("and 4,084 lanes that used less"));
    EXPECT_THAT(picture, HasSubstr("mostly unused in a TLAB"));
}

TEST(to_svg, of_an_untouched_arena_says_so) {
    arena_inspection what;
    what.capacity = 64 * kib;
    EXPECT_THAT(to_svg(what), HasSubstr("Nothing has been handed out"));
    EXPECT_THAT(to_svg(what), Not(HasSubstr("nan")));
}

}  // namespace
