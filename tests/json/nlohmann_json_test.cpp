// nlohmann/json over bound_allocator.

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <memory_arena/lease.hpp>
#include <memory_arena/nlohmann_json.hpp>

#include "json/large_document.hpp"
#include "support/team.hpp"

namespace {

using memory_arena::arena;
using memory_arena::arena_binding;
using memory_arena::arena_exhausted;
using memory_arena::nlohmann_json;

constexpr std::size_t mebibyte = std::size_t{1} << 20;
constexpr std::string_view long_text = "a text that is too long to be kept inside";

template <class Json>
json_tests::answers ask(const Json& document) {
    json_tests::answers found;
    for (const Json& city : document) {
        const auto& name = city.at("name").template get_ref<const typename Json::string_t&>();
        ++found.cities;
        found.in_switzerland += city.at("country") == "CH" ? 1U : 0U;
        found.name_bytes += name.size();
        if (name.size() > found.longest_name.size()) {
            found.longest_name = name;
        }
    }
    return found;
}

/// Whether all of `value` that lies outside the value itself is in `source`.
bool lies_in(const arena& source, const nlohmann_json& value) {
    const auto holds = [&](const auto& child) { return lies_in(source, child); };
    if (value.is_string()) {
        const auto& text = value.get_ref<const nlohmann_json::string_t&>();
        return source.contains(&text) && source.contains(text.data());
    }
    if (value.is_array()) {
        const auto& elements = value.get_ref<const nlohmann_json::array_t&>();
        return source.contains(&elements) &&
               (elements.empty() || source.contains(elements.data())) &&
               std::all_of(elements.begin(), elements.end(), holds);
    }
    if (value.is_object()) {
        const auto& members = value.get_ref<const nlohmann_json::object_t&>();
        return source.contains(&members) &&
               std::all_of(members.begin(), members.end(), [&](const auto& member) {
                   return source.contains(&member) && source.contains(member.first.data()) &&
                          holds(member.second);
               });
    }
    return true;
}

nlohmann_json parsed(std::string_view text, bool throws = true) {
    return nlohmann_json::parse(text, nullptr, throws);
}

nlohmann_json sample() {
    return nlohmann_json::parse(
        R"({"list": [1, -2, 3.5, true, null, "a text that is too long to be kept inside"],
            "a key that is too long to be kept inside": {"nested": {"deep": [[], {}]}}})");
}

TEST(nlohmann_json, has_a_large_document_in_an_arena) {
    const std::string& text = json_tests::large_document();
    const nlohmann::json expected = nlohmann::json::parse(text);
    arena source(json_tests::room_for_it);
    const arena_binding bound(source);
    std::size_t used = 0;
    for (int turn = 0; turn < 2; ++turn) {
        const auto& document = *source.new_unmanaged<nlohmann_json>(nlohmann_json::parse(text));
        EXPECT_TRUE(nlohmann::json(document) == expected);
        EXPECT_TRUE(lies_in(source, document));
        EXPECT_TRUE(ask(document) == ask(expected));
        EXPECT_GT(ask(document).cities, 10'000U);
        EXPECT_TRUE(turn == 0 || source.used_bytes() == used) << "the same again";
        used = source.used_bytes();
        source.reset();
        EXPECT_EQ(source.used_bytes(), 0U);
    }
}

TEST(nlohmann_json, lies_in_what_is_bound_where_it_is_made) {
    arena first(mebibyte);
    arena second(mebibyte);
    const arena_binding bound(first);
    const nlohmann_json original = sample();
    EXPECT_TRUE(lies_in(first, original));
    {
        const arena_binding inner(second);
        const nlohmann_json copy = original;
        EXPECT_TRUE(lies_in(second, copy)) << "all of a copy";
        EXPECT_EQ(copy, original);
        nlohmann_json assigned = nlohmann_json::array();
        assigned = original;
        EXPECT_TRUE(lies_in(second, assigned));
        nlohmann_json source_of_move = original;
        const arena_binding innermost(first);
        EXPECT_TRUE(lies_in(second, nlohmann_json(std::move(source_of_move))))
            << "a moved value stays where it is";
    }
    EXPECT_TRUE(lies_in(first, sample()));
}

TEST(nlohmann_json, has_what_is_added_in_the_same_arena) {
    arena source(mebibyte);
    const arena_binding bound(source);
    nlohmann_json document = sample();
    document["text"] = long_text;
    document["list"].push_back({{"pair", long_text}, {"numbers", {1, 2, 3}}});
    document["list"].insert(document["list"].begin(), long_text);
    document.update({{"more", std::vector<std::string>{"one", std::string(long_text)}}});
    document["binary"] = nlohmann_json::binary({1, 2, 3});
    document.erase("list");
    document.merge_patch(nlohmann_json::parse(R"({"text": null, "patched": ["yes"]})"));
    EXPECT_TRUE(lies_in(source, document));
    EXPECT_FALSE(document.contains("text"));
    EXPECT_EQ(document["more"][1], long_text);
    EXPECT_EQ(document["patched"][0], "yes");
}

TEST(nlohmann_json, is_read_written_and_converted_as_ever) {
    arena source(mebibyte);
    const arena_binding bound(source);
    const nlohmann_json document = sample();
    EXPECT_EQ(document["list"][1].get<int>(), -2);
    EXPECT_EQ(document["list"][5].get<std::string>(), long_text);
    EXPECT_EQ(document.at(nlohmann_json::json_pointer("/list/2")).get<double>(), 3.5);
    EXPECT_EQ(document.value("absent", 7), 7);
    EXPECT_TRUE(source.contains(document.dump().data()));

    std::ostringstream printed;
    printed << document;
    EXPECT_EQ(printed.str(), std::string_view(nlohmann::json(document).dump()));
    EXPECT_EQ(nlohmann_json::parse(printed.str()), document);
    EXPECT_EQ(nlohmann_json(nlohmann::json(document)), document) << "there and back";
    EXPECT_EQ(nlohmann_json::to_cbor(document), nlohmann::json::to_cbor(document));

    const std::map<std::string, std::vector<int>> numbers{{"a", {1, 2}}, {"b", {}}};
    const nlohmann_json converted = numbers;
    EXPECT_EQ((converted.get<std::map<std::string, std::vector<int>>>()), numbers);
}

TEST(nlohmann_json, is_a_mistake_with_no_arena_bound) {
    EXPECT_THROW(static_cast<void>(sample()), std::logic_error);
    EXPECT_THROW(static_cast<void>(nlohmann_json(long_text)), std::logic_error);
    EXPECT_THROW(static_cast<void>(parsed("[]")), std::logic_error);
    EXPECT_EQ(parsed("7"), 7) << "which needs no memory";
    try {
        static_cast<void>(parsed("{}"));
        FAIL();
    } catch (const std::logic_error& why) {
        EXPECT_NE(std::string_view(why.what()).find("no arena is bound"), std::string_view::npos);
    }
}

TEST(nlohmann_json, is_read_and_destroyed_with_no_arena_bound) {
    arena source(mebibyte);
    std::optional<nlohmann_json> document;
    {
        const arena_binding bound(source);
        document = sample();
    }
    EXPECT_EQ(document->at("list").size(), 6U);
    EXPECT_TRUE(document->contains(std::string_view("a key that is too long to be kept inside")));
    EXPECT_EQ(document->at("list")[5].get<std::string>(), long_text);
    nlohmann_json moved = std::move(*document);
    document.reset();
    EXPECT_EQ(moved["list"][0], 1);
}

TEST(nlohmann_json, is_written_and_missed_with_an_arena_bound_alone) {
    arena source(mebibyte);
    std::optional<nlohmann_json> document;
    const auto write = [&] { std::ostringstream() << *document; };
    const auto dump = [&] { static_cast<void>(document->dump()); };
    const auto miss = [&] { static_cast<void>(document->at(std::string_view(long_text))); };
    {
        const arena_binding bound(source);
        document = sample();
        const std::size_t before = source.used_bytes();
        write();
        EXPECT_LT(source.used_bytes() - before, 2048U);
        dump();
        EXPECT_THROW(miss(), nlohmann_json::out_of_range);
    }
    EXPECT_THROW(write(), std::logic_error);
    EXPECT_THROW(dump(), std::logic_error);
    EXPECT_THROW(miss(), std::logic_error);
    document.reset();
}

TEST(nlohmann_json, leaves_no_value_where_the_arena_is_exhausted) {
    std::string text = "[";
    for (int number = 0; number < 10'000; ++number) {
        text += R"("a text that is too long to be kept inside",)";
    }
    text += "0]";
    arena source(64 * 1024);
    const arena_binding bound(source);
    EXPECT_THROW(static_cast<void>(parsed(text)), arena_exhausted);
    EXPECT_THROW(static_cast<void>(parsed(text, false)), arena_exhausted);
    source.reset();
    EXPECT_EQ(nlohmann_json::parse("[1,2]").size(), 2U);
}

TEST(nlohmann_json, reports_bad_json_and_leaves_the_arena_to_serve) {
    arena source(mebibyte);
    const arena_binding bound(source);
    for (const std::string_view bad : {"", "[", R"({"a":})", "[1,]", "\"\x01\"", "[1e999999]"}) {
        EXPECT_THROW(static_cast<void>(parsed(bad)), nlohmann_json::exception) << bad;
        EXPECT_TRUE(parsed(bad, false).is_discarded()) << bad;
    }
    EXPECT_EQ(nlohmann_json::parse("[7]")[0], 7);
}

TEST(nlohmann_json, is_over_a_lease_and_within_a_scope_of_it) {
    using lease_json = memory_arena::basic_nlohmann_json<memory_arena::arena_lease>;
    arena source(mebibyte);
    memory_arena::arena_lease lease = source.lease();
    const arena_binding bound(lease);
    for (int turn = 0; turn < 1000; ++turn) {
        const auto scope = lease.scope();
        lease_json document = lease_json::parse(R"(["one", {"two": [3, 4.5, null]}])");
        document.push_back(turn);
        ASSERT_TRUE(source.contains(&document[0]));
        ASSERT_EQ(document[2], turn);
    }  // the value ends before the scope
    EXPECT_EQ(source.used_bytes(), 0U);
}

TEST(nlohmann_json, is_over_a_cpu_arena) {
    memory_arena::cpu_arena source(mebibyte);
    const arena_binding bound(source);
    const auto document =
        memory_arena::basic_nlohmann_json<memory_arena::cpu_arena>::parse("[1,2,3]");
    EXPECT_TRUE(source.contains(&document[0]));
}

TEST(nlohmann_json, serves_threads_that_share_an_arena) {
    arena source(64 * mebibyte);
    test_support::run_team(8, [&source](std::size_t index) {
        const arena_binding bound(source);
        for (std::size_t turn = 0; turn < 100; ++turn) {
            const std::string text =
                R"({"list":[)" + std::to_string(turn) +
                R"(,"a text of some length, is it"],"thread":)" + std::to_string(index) + "}";
            const nlohmann_json document = nlohmann_json::parse(text);
            ASSERT_TRUE(lies_in(source, document));
            ASSERT_EQ(document.dump(), std::string_view(text));
        }
    });
}

}  // namespace
