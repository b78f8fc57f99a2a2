#include "report/comparison.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "report/json.hpp"
#include "report/results.hpp"

namespace arena_bench {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

constexpr figure speed{"work", "time", "ns/object"};

const std::vector<double> steady{0.98, 0.99, 1, 1, 1.01, 1.02};
const std::vector<double> wild{0.5, 0.7, 0.9, 1.1, 1.5, 2.0};

/// One run, made up, as --json writes it.
class run {
public:
    run& add(const figure& what, std::string_view backend, double centre,
             const std::vector<double>& factors = steady) {
        for (const double each : factors) {
            found_.add(what, backend, state::warm, centre * each);
        }
        return *this;
    }

    run& resolve(double nanoseconds) {
        found_.ticks.resolution_ns = nanoseconds;
        return *this;
    }

    run& cut_short() {
        found_.partial = true;
        return *this;
    }

    [[nodiscard]] json as_json() const { return json::parse(to_json({}, found_)); }
    [[nodiscard]] std::string text() const { return to_json({}, found_); }

private:
    results found_;
};

std::string compared(const run& older, const run& newer) {
    return to_comparison({"OLD", older.text()}, {"NEW", newer.text()});
}

/// As `compared`, in one line, for sentences to be found in.
std::string sentences(const run& older, const run& newer) {
    std::istringstream words{compared(older, newer)};
    std::string text;
    for (std::string word; words >> word;) text += word + ' ';
    return text;
}

std::string why_refused(const std::string& text) {
    try {
        static_cast<void>(to_comparison({"OLD", run{}.text()}, {"NEW", text}));
    } catch (const unusable_document& error) {
        return error.what();
    }
    return "";
}

TEST(comparison, finds_better_worse_and_same) {
    run older;
    run newer;
    const figure other{"other", "time", "ms"};
    const figure third{"third", "time", "us"};
    older.add(speed, "arena", 10).add(other, "arena", 10).add(third, "arena", 10);
    newer.add(speed, "arena", 5).add(other, "arena", 30).add(third, "arena", 10.5);
    const std::string text = compared(older, newer);
    EXPECT_THAT(text, HasSubstr("3 figures compared: 1 better, 1 worse, 1 same, 0 unclear"));
    EXPECT_THAT(text, ContainsRegex("better +arena +work: time, warm \\(ns/object\\) +10.0 +5.00 +"
                                    "0.50x\n"));
    EXPECT_THAT(
        text, ContainsRegex("worse +arena +other: time, warm \\(ms\\) +10.0 +30.0 +3.00x\n"));
    EXPECT_THAT(text, Not(HasSubstr("third")));
}

TEST(comparison, of_a_run_with_itself_finds_no_difference) {
    run one;
    one.add(speed, "arena", 10).add(speed, "malloc", 20).add(speed, "pool", 15, wild);
    const std::string text = sentences(one, one);
    EXPECT_THAT(text, HasSubstr("3 figures compared: 0 better, 0 worse, 3 same, 0 unclear"));
    EXPECT_THAT(text, AllOf(HasSubstr("our own: none better"), HasSubstr("peers: none better")));
    EXPECT_THAT(text, Not(HasSubstr("WARNING")));
    EXPECT_THAT(text, Not(HasSubstr("Only in")));
}

TEST(comparison, calls_what_overlaps_unclear) {
    run older;
    run newer;
    older.add(speed, "arena", 10, wild);
    newer.add(speed, "arena", 15, wild);
    EXPECT_THAT(compared(older, newer), HasSubstr("0 better, 0 worse, 0 same, 1 unclear"));
}

TEST(comparison, calls_what_was_measured_twice_unclear) {
    run older;
    run newer;
    older.add(speed, "arena", 10, {1, 1});
    newer.add(speed, "arena", 25, {1, 1});
    EXPECT_THAT(compared(older, newer), HasSubstr("0 better, 0 worse, 0 same, 1 unclear"));
}

TEST(comparison, heeds_what_the_clock_could_tell_in_either_run) {
    figure clocked = speed;
    clocked.by_tick_clock = true;
    run older;
    run newer;
    older.resolve(1).add(clocked, "arena", 10);
    newer.resolve(10).add(clocked, "arena", 19);
    EXPECT_THAT(compared(older, newer), HasSubstr("1 same"));
    EXPECT_THAT(compared(newer, older), HasSubstr("1 same"));
    newer.resolve(1);
    EXPECT_THAT(compared(older, newer), HasSubstr("1 worse"));
}

TEST(comparison, summarises_the_samples_anew) {
    run older;
    older.add(speed, "arena", 10);
    json changed = older.as_json();
    changed["rows"][0]["cells"][0]["median"] = 99;
    changed["rows"][0]["cells"][0]["low"] = 98;
    const std::string text = to_comparison({"OLD", older.text()}, {"NEW", changed.dump()});
    EXPECT_THAT(text, HasSubstr("1 same"));
}

TEST(comparison, lists_ours_first_and_the_largest_change_first) {
    run older;
    run newer;
    const figure other{"other", "time", "ms"};
    for (const char* peer : {"malloc", "mimalloc", "jemalloc"}) {
        older.add(speed, peer, 10);
        newer.add(speed, peer, peer[0] == 'j' ? 90 : 10);
    }
    older.add(speed, "arena", 10).add(other, "arena", 10).add(speed, "cpu_arena", 10);
    newer.add(speed, "arena", 20).add(other, "arena", 40).add(speed, "cpu_arena", 3.3);
    const std::string text = compared(older, newer);
    const std::vector<std::size_t> places{
        text.find("  our own"),        text.find("worse  arena         other"),
        text.find("better cpu_arena"), text.find("worse  arena         work"),
        text.find("  the peers"),      text.find("worse  jemalloc")};
    EXPECT_TRUE(std::is_sorted(places.begin(), places.end())) << text;
    EXPECT_NE(places.back(), std::string::npos);
    EXPECT_THAT(
        sentences(older, newer), HasSubstr("of these 3 are of our own arenas: 1 better, 2 worse"));
}

TEST(comparison, hides_changes_of_ours_in_the_peers_drift) {
    run older;
    run newer;
    for (const char* peer : {"malloc", "mimalloc", "jemalloc"}) {
        older.add(speed, peer, 10);
        newer.add(speed, peer, 13);
    }
    older.add(speed, "arena", 10).add(speed, "cpu_arena", 10);
    newer.add(speed, "arena", 12.5).add(speed, "cpu_arena", 14);
    const std::string text = sentences(older, newer);
    EXPECT_THAT(text, HasSubstr("took 1.30 times as long in the median of 3 timings"));
    EXPECT_THAT(text, HasSubstr("half of them changed by 30 % or more"));
    EXPECT_THAT(text, HasSubstr("no more than those 30 % is called unclear"));
    EXPECT_THAT(text, HasSubstr("2 are of our own arenas: 0 better, 1 worse, 0 same, 1 unclear"));
    EXPECT_THAT(text, HasSubstr("worse cpu_arena"));
    EXPECT_THAT(text, HasSubstr("worse malloc"));
    EXPECT_THAT(text, HasSubstr("Separate runs differ"));
    // Also where the peers became faster.
    EXPECT_THAT(sentences(newer, older),
                HasSubstr("2 are of our own arenas: 1 better, 0 worse, 0 same, 1 unclear"));
}

TEST(comparison, of_counts_knows_no_drift) {
    const figure calls{"work", "allocations", "calls"};
    run older;
    run newer;
    older.add(speed, "malloc", 10).add(calls, "malloc", 10).add(calls, "arena", 10);
    newer.add(speed, "malloc", 20).add(calls, "malloc", 10).add(calls, "arena", 15);
    const std::string text = sentences(older, newer);
    EXPECT_THAT(text, HasSubstr("took 2.00 times as long in the median of 1 timings"));
    EXPECT_THAT(text, HasSubstr("1 are of our own arenas: 0 better, 1 worse"));
}

TEST(comparison, without_peers_says_so) {
    run one;
    one.add(speed, "arena", 10);
    EXPECT_THAT(compared(one, one), HasSubstr("No timing of a peer is in both"));
}

TEST(comparison, knows_figures_of_nothing) {
    const figure faults{"work", "page faults", "faults/round"};
    run older;
    run newer;
    older.add(faults, "arena", 0).add(faults, "malloc", 5);
    newer.add(faults, "arena", 5).add(faults, "malloc", 0);
    const std::string text = compared(older, newer);
    EXPECT_THAT(text, HasSubstr("2 figures compared: 1 better, 1 worse"));
    EXPECT_THAT(text, ContainsRegex("worse +arena .* 0.00 +5.00 *\n"));
    EXPECT_THAT(text, ContainsRegex("better +malloc .* 5.00 +0.00 +0.00x\n"));
}

TEST(comparison, tells_figures_states_settings_and_units_apart) {
    run older;
    run newer;
    const figure swept{"work", "swept", "ns"};
    older.add(swept.when({"size", "B", 8}), "arena", 10);
    newer.add(swept.when({"size", "B", 16}), "arena", 90);
    older.add(figure{"work", "unit", "ns"}, "arena", 10);
    newer.add(figure{"work", "unit", "us"}, "arena", 90);
    EXPECT_THAT(compared(older, newer), HasSubstr("0 figures compared"));
}

TEST(comparison, counts_what_only_one_has) {
    run older;
    run newer;
    older.add(speed, "arena", 10).add(speed, "malloc", 10);
    newer.add(speed, "arena", 10);
    for (const char* workload : {"a", "b", "c", "d", "e"}) {
        newer.add(figure{workload, "time", "ns"}, "arena", 1);
        newer.add(figure{workload, "time", "ns"}, "malloc", 1);
    }
    const std::string text = compared(older, newer);
    EXPECT_THAT(text, HasSubstr("1 figures compared"));
    EXPECT_THAT(text, HasSubstr("Only in OLD: 1 figures (malloc)."));
    EXPECT_THAT(text, HasSubstr("Only in NEW: 10 figures (a: time, b: time, c: time, d: time and 1 "
                                "more)."));
}

TEST(comparison, warns_of_another_machine_build_or_effort) {
    run one;
    one.add(speed, "arena", 10);
    struct change {
        const char* part;
        const char* key;
        const char* told;
    };
    for (const change& each :
         {change{"machine", "processor", "processor"}, change{"machine", "kernel", "kernel"},
          change{"machine", "transparent_huge_pages", "mode of transparent huge pages"},
          change{"build", "compiler", "compiler"}, change{"build", "flags", "compiler flags"},
          change{"asked", "objects", "--objects"}}) {
        json other = one.as_json();
        other[each.part][each.key] = "something else";
        const std::string text = to_comparison({"OLD", one.text()}, {"NEW", other.dump()});
        EXPECT_THAT(text, HasSubstr(std::string{"WARNING, another "} + each.told + ": "));
        EXPECT_THAT(text, HasSubstr("something"));
    }
    json quick = one.as_json();
    quick["effort"] = "quick";
    EXPECT_THAT(to_comparison({"OLD", one.text()}, {"NEW", quick.dump()}),
                HasSubstr("WARNING, another effort: full / quick."));
}

TEST(comparison, warns_of_a_partial_run) {
    run whole;
    run part;
    whole.add(speed, "arena", 10);
    part.add(speed, "arena", 10).cut_short();
    EXPECT_THAT(compared(whole, part), HasSubstr("WARNING, NEW is of a partial run."));
    EXPECT_THAT(compared(part, whole), HasSubstr("WARNING, OLD is of a partial run."));
}

TEST(comparison, says_whether_both_name_the_same_winners) {
    run older;
    run newer;
    const figure other{"other", "time", "ms"};
    const figure third{"third", "time", "us"};
    older.add(speed, "arena", 10).add(other, "arena", 10).add(third, "arena", 10);
    newer.add(speed, "arena", 10).add(other, "arena", 90).add(third, "arena", 10);
    for (const figure& each : {speed, other}) {
        older.add(each, "malloc", 20);
        newer.add(each, "malloc", 20);
    }
    older.add(third, "malloc", 18, wild);  // differs, but no winner is named
    newer.add(third, "malloc", 20);
    const std::string text = compared(older, newer);
    EXPECT_THAT(text, HasSubstr("Both name a winner in 2 rows, and the same one in 1 of them; not "
                                "in:\n    other: time, warm: arena, then malloc\n"));
    EXPECT_THAT(
        sentences(older, newer), HasSubstr("2 of 3 (67 %) in OLD, and in 3 of 3 (100 %) in NEW"));
}

TEST(comparison, expects_no_winner_where_the_best_two_are_near) {
    run one;
    one.add(speed, "arena", 10).add(speed, "malloc", 10.5).add(speed, "pool", 50);
    EXPECT_THAT(sentences(one, one), HasSubstr("none in OLD, and in none in NEW"));
}

TEST(comparison, fits_a_hundred_columns) {
    run older;
    run newer;
    const figure long_name{
        "mixed_lifetimes", "one replacement, with all that it takes, p99.9", "ns/replacement"};
    for (const char* name : {"arena", "mimalloc_heap", "unsync_pool"}) {
        const figure at = long_name.when({"bytes of all objects", "B", 16'777'216});
        older.add(at, name, 1e9).add(speed, name, 1);
        newer.add(at, name, name[0] == 'a' ? 1e4 : 1e11).add(speed, name, 1e6);
    }
    std::istringstream lines{compared(older, newer)};
    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 100U) << line;
}

TEST(comparison, refuses_what_is_no_document_of_this_program) {
    json other = run{}.add(speed, "arena", 1).as_json();
    EXPECT_EQ(why_refused(other.dump()), "");
    EXPECT_THAT(why_refused(""), HasSubstr("NEW: not JSON"));
    EXPECT_THAT(why_refused("{\"tool\": \"arena_bench\","), HasSubstr("NEW: not JSON"));
    EXPECT_EQ(why_refused("[1, 2]"), "NEW: not written by arena_bench --json");
    EXPECT_EQ(why_refused("{}"), "NEW: not written by arena_bench --json");
    EXPECT_EQ(why_refused("{\"tool\": 7}"), "NEW: not written by arena_bench --json");
    json changed = other;
    changed["tool"] = "another_bench";
    EXPECT_EQ(why_refused(changed.dump()), "NEW: not written by arena_bench --json");
    changed = other;
    changed["format"] = 1;
    EXPECT_EQ(why_refused(changed.dump()), "NEW: of format 1, but this arena_bench reads format 2");
    changed.erase("format");
    EXPECT_THAT(why_refused(changed.dump()), HasSubstr("NEW: of format unknown"));
}

TEST(comparison, refuses_a_damaged_document) {
    const json whole = run{}.add(speed, "arena", 1).as_json();
    for (const char* part : {"rows", "machine", "build", "backends", "partial", "asked"}) {
        json damaged = whole;
        damaged.erase(part);
        EXPECT_THAT(why_refused(damaged.dump()), HasSubstr("NEW: damaged")) << part;
        damaged[part] = 7;
        EXPECT_THAT(why_refused(damaged.dump()), HasSubstr("NEW: damaged")) << part;
    }
    json damaged = whole;
    damaged["rows"][0]["cells"][0]["samples"] = json::array();
    EXPECT_THAT(why_refused(damaged.dump()), HasSubstr("NEW: damaged"));
}

TEST(comparison, prints_no_control_characters_of_a_document) {
    json changed = run{}.add(speed, "arena", 1).as_json();
    changed["build"]["commit"] = "\x1b[2J";
    const std::string text = to_comparison({"OLD", run{}.text()}, {"NEW", changed.dump()});
    EXPECT_THAT(text, AllOf(Not(HasSubstr("\x1b")), HasSubstr("?[2J")));
}

TEST(read_document, reads_a_file_and_names_what_cannot_be_read) {
    const std::filesystem::path folder{testing::TempDir()};
    const std::filesystem::path file = folder / "arena_bench_document.json";
    std::ofstream{file} << "{}\n";
    const document read = read_document(file);
    EXPECT_EQ(read.name, file.string());
    EXPECT_EQ(read.text, "{}\n");
    std::filesystem::remove(file);
    for (const std::filesystem::path& bad : {file, folder}) {
        try {
            static_cast<void>(read_document(bad));
            ADD_FAILURE() << bad;
        } catch (const unusable_document& error) {
            EXPECT_THAT(error.what(), HasSubstr(bad.string() + ": "));
        }
    }
}

}  // namespace
}  // namespace arena_bench
