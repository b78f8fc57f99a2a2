// Boost.JSON over boost_json_resource.

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <memory_arena/boost_json.hpp>

#include "json/large_document.hpp"
#include "support/team.hpp"

namespace {

namespace json = boost::json;

using memory_arena::arena;
using memory_arena::arena_exhausted;
using memory_arena::boost_json_resource;

constexpr std::size_t mebibyte = std::size_t{1} << 20;
constexpr std::string_view long_text = "a text that is too long to be kept inside";

static_assert(std::is_base_of_v<json::memory_resource, boost_json_resource>);
static_assert(json::is_deallocate_trivial<boost_json_resource>::value);
static_assert(json::is_deallocate_trivial<memory_arena::boost_json_lease_resource>::value);

json_tests::answers ask(const json::value& document) {
    json_tests::answers found;
    for (const json::value& city : document.as_array()) {
        const json::string& name = city.at("name").as_string();
        ++found.cities;
        found.in_switzerland += city.at("country").as_string() == "CH" ? 1U : 0U;
        found.name_bytes += name.size();
        if (name.size() > found.longest_name.size()) {
            found.longest_name.assign(name.data(), name.size());
        }
    }
    return found;
}

TEST(boost_json, has_a_large_document_in_an_arena) {
    const std::string& text = json_tests::large_document();
    const json::value expected = json::parse(text);
    arena source(json_tests::room_for_it);
    boost_json_resource memory(*source.resource());
    std::size_t used = 0;
    for (int turn = 0; turn < 2; ++turn) {
        const json::value parsed = json::parse(text, &memory);
        EXPECT_TRUE(parsed == expected);
        EXPECT_TRUE(source.contains(&parsed.as_array().back()));
        EXPECT_TRUE(ask(parsed) == ask(expected));
        EXPECT_GT(ask(parsed).cities, 10'000U);
        EXPECT_GT(source.used_bytes(), text.size());
        EXPECT_TRUE(turn == 0 || source.used_bytes() == used) << "the same again";
        used = source.used_bytes();
        source.reset();
        EXPECT_EQ(source.used_bytes(), 0U);
    }  // the value's destructor runs after the reset
}

TEST(boost_json, has_what_is_added_in_the_same_arena) {
    arena source(mebibyte);
    boost_json_resource memory(source);
    json::value document = json::parse(R"({"list": [1, 2]})", &memory);
    document.as_object()["text"] = long_text;
    document.at("list").as_array().emplace_back(json::object{{"nested", long_text}});
    EXPECT_TRUE(source.contains(document.at("text").as_string().data()));
    EXPECT_TRUE(source.contains(document.at("list").at(2).at("nested").as_string().data()));
}

TEST(boost_json, is_over_a_lease_and_within_a_scope_of_it) {
    arena source(mebibyte);
    memory_arena::arena_lease lease = source.lease();
    memory_arena::boost_json_lease_resource memory(lease);
    for (int turn = 0; turn < 1000; ++turn) {
        const auto scope = lease.scope();
        const json::value document = json::parse(R"(["one", {"two": [3, 4.5, null]}])", &memory);
        ASSERT_TRUE(source.contains(&document.as_array().front()));
        ASSERT_EQ(json::serialize(document), R"(["one",{"two":[3,4.5E0,null]}])");
    }
    EXPECT_EQ(source.used_bytes(), 0U);
}

TEST(boost_json, is_over_a_cpu_arena) {
    memory_arena::cpu_arena source(mebibyte);
    memory_arena::boost_json_cpu_resource memory(*source.resource());
    const json::value document = json::parse("[1,2,3]", &memory);
    EXPECT_TRUE(source.contains(&document.as_array().front()));
}

TEST(boost_json, equals_itself_alone) {
    arena source(mebibyte);
    const boost_json_resource memory(source);
    const boost_json_resource other(source);
    EXPECT_TRUE(memory == memory);
    EXPECT_FALSE(memory == other);
    EXPECT_EQ(&memory.source(), &source);
}

TEST(boost_json, leaves_no_value_where_the_arena_is_exhausted) {
    arena source(64 * 1024);
    boost_json_resource memory(source);
    std::string text = "[";
    for (int number = 0; number < 10'000; ++number) {
        text += R"("a text that is too long to be kept inside",)";
    }
    text += "0]";
    EXPECT_THROW(static_cast<void>(json::parse(text, &memory)), arena_exhausted);

    json::parser parser;
    parser.reset(&memory);
    EXPECT_THROW(parser.write(text), arena_exhausted);
    source.reset();
    parser.reset(&memory);
    parser.write(R"({"is":"fine"})");
    const json::value small = parser.release();
    EXPECT_EQ(small.at("is").as_string(), "fine");
}

TEST(boost_json, reports_bad_json_and_leaves_the_arena_to_serve) {
    arena source(mebibyte);
    boost_json_resource memory(source);
    for (const std::string_view bad : {"", "[", R"({"a":})", "[1,]", "\"\x01\"", "[1e999999"}) {
        json::error_code why;
        EXPECT_TRUE(json::parse({bad.data(), bad.size()}, why, &memory).is_null()) << bad;
        EXPECT_TRUE(why.failed()) << bad;
    }
    EXPECT_EQ(json::parse("[7]", &memory).at(0).as_int64(), 7);
}

TEST(boost_json, serves_threads_that_share_an_arena) {
    arena source(64 * mebibyte);
    boost_json_resource memory(source);
    test_support::run_team(8, [&memory](std::size_t index) {
        for (std::size_t turn = 0; turn < 100; ++turn) {
            const std::string text = R"({"thread":)" + std::to_string(index) + R"(,"list":[)" +
                                     std::to_string(turn) + R"(,"a text of some length, is it"]})";
            const json::value parsed = json::parse(text, &memory);
            ASSERT_EQ(json::serialize(parsed), text);
        }
    });
}

}  // namespace
