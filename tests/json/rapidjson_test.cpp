// RapidJSON over rapidjson_allocator.

#include <gtest/gtest.h>
#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cstddef>
#include <cstring>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include <memory_arena/rapidjson.hpp>

#include "json/large_document.hpp"
#include "support/figures.hpp"
#include "support/team.hpp"

namespace {

using memory_arena::arena;
using memory_arena::arena_exhausted;
using memory_arena::rapidjson_allocator;
using memory_arena::rapidjson_document;
using memory_arena::rapidjson_value;

constexpr std::size_t mebibyte = std::size_t{1} << 20;

static_assert(!rapidjson_allocator::kNeedFree);
static_assert(std::is_same_v<rapidjson_document::AllocatorType, rapidjson_allocator>);
static_assert(std::is_same_v<rapidjson_document::ValueType, rapidjson_value>);

template <class Value>
json_tests::answers ask(const Value& document) {
    json_tests::answers found;
    for (const auto& city : document.GetArray()) {
        const auto& name = city["name"];
        ++found.cities;
        found.in_switzerland += city["country"] == "CH" ? 1U : 0U;
        found.name_bytes += name.GetStringLength();
        if (name.GetStringLength() > found.longest_name.size()) {
            found.longest_name.assign(name.GetString(), name.GetStringLength());
        }
    }
    return found;
}

template <class Value>
std::string written(const Value& value) {
    rapidjson::StringBuffer text;
    rapidjson::Writer<rapidjson::StringBuffer> writer(text);
    value.Accept(writer);
    return {text.GetString(), text.GetSize()};
}

std::string many_texts(int count) {
    std::string text = "[";
    for (int number = 0; number < count; ++number) {
        text += R"("a text that is too long to be kept inside",)";
    }
    return text + "0]";
}

TEST(rapidjson, has_a_large_document_in_an_arena) {
    const std::string& text = json_tests::large_document();
    rapidjson::Document expected;
    expected.Parse(text.data(), text.size());
    ASSERT_FALSE(expected.HasParseError());
    arena source(json_tests::room_for_it);
    rapidjson_allocator memory(source);
    std::size_t used = 0;
    for (int turn = 0; turn < 2; ++turn) {
        rapidjson_document parsed(&memory);
        parsed.Parse(text.data(), text.size());
        ASSERT_FALSE(parsed.HasParseError());
        EXPECT_TRUE(parsed.operator==(static_cast<const rapidjson::Value&>(expected)));
        EXPECT_TRUE(source.contains(&parsed[parsed.Size() - 1]));
        EXPECT_TRUE(ask(parsed) == ask(expected));
        EXPECT_GT(ask(parsed).cities, 10'000U);
        EXPECT_TRUE(turn == 0 || source.used_bytes() == used) << "the same again";
        used = source.used_bytes();
        source.reset();
        EXPECT_EQ(source.used_bytes(), 0U);
    }  // the document's destructor runs after the reset
}

TEST(rapidjson, has_what_is_added_in_the_same_arena) {
    arena source(mebibyte);
    rapidjson_allocator memory(source);
    rapidjson_document document(&memory);
    document.SetObject();
    rapidjson_value list(rapidjson::kArrayType);
    for (int number = 0; number < 100; ++number) {
        list.PushBack(number, memory);
    }
    document.AddMember("list", list, memory);
    document.AddMember(
        "text", rapidjson_value("a text that is too long to be kept inside", memory), memory);
    EXPECT_TRUE(source.contains(&document["list"][99]));
    EXPECT_TRUE(source.contains(document["text"].GetString()));
    EXPECT_EQ(document["list"][99].GetInt(), 99);
    document.RemoveMember("list");
    rapidjson_document copy(&memory);
    copy.CopyFrom(document, memory);
    EXPECT_EQ(written(copy), written(document));
}

TEST(rapidjson_allocator, aligns_to_eight_and_gives_null_for_nothing) {
    arena source(mebibyte);
    rapidjson_allocator memory(source);
    for (std::size_t bytes = 1; bytes < 100; ++bytes) {
        EXPECT_TRUE(test_support::is_aligned(memory.Malloc(bytes), 8));
    }
    const std::size_t used = source.used_bytes();
    EXPECT_EQ(memory.Malloc(0), nullptr);
    EXPECT_EQ(memory.Realloc(nullptr, 0, 0), nullptr);
    EXPECT_EQ(source.used_bytes(), used);
    rapidjson_allocator::Free(nullptr);
    EXPECT_TRUE(memory == rapidjson_allocator(source));
    EXPECT_FALSE(memory == rapidjson_allocator());
}

TEST(rapidjson_allocator, grows_and_shrinks_the_newest_block_where_it_is) {
    arena source(mebibyte);
    rapidjson_allocator memory(source);
    auto* block = static_cast<char*>(memory.Malloc(5));
    std::memcpy(block, "abcd", 5);
    for (std::size_t bytes = 5; bytes < 300'000; bytes = 2 * bytes + 1) {
        ASSERT_EQ(memory.Realloc(block, bytes, 2 * bytes + 1), block) << bytes;
    }
    EXPECT_STREQ(block, "abcd");
    const std::size_t used = source.used_bytes();
    EXPECT_EQ(memory.Realloc(block, used, 16), block);
    EXPECT_LE(source.used_bytes(), used);
    const void* small = memory.Malloc(24);
    EXPECT_EQ(memory.Realloc(const_cast<void*>(small), 24, 8), small);
    EXPECT_EQ(memory.Malloc(8), static_cast<const char*>(small) + 8) << "the rest went back";
}

TEST(rapidjson_allocator, gives_the_newest_block_back_for_a_size_of_nothing) {
    arena source(mebibyte);
    rapidjson_allocator memory(source);
    void* const block = memory.Malloc(40);
    EXPECT_EQ(memory.Realloc(block, 40, 0), nullptr);
    EXPECT_EQ(source.used_bytes(), 0U);
}

TEST(rapidjson_allocator, copies_what_is_not_the_newest) {
    arena source(mebibyte);
    rapidjson_allocator memory(source);
    auto* const old = static_cast<char*>(memory.Malloc(16));
    std::memcpy(old, "fifteen letters", 16);
    void* const newest = memory.Malloc(16);
    auto* const grown = static_cast<char*>(memory.Realloc(old, 16, 64));
    EXPECT_NE(grown, old);
    EXPECT_NE(grown, newest);
    EXPECT_STREQ(grown, "fifteen letters");
    EXPECT_STREQ(old, "fifteen letters");
}

TEST(rapidjson_allocator, has_an_array_that_grows_alone_take_its_capacity_and_no_more) {
    arena source(mebibyte);
    rapidjson_allocator memory(source);
    rapidjson_value list(rapidjson::kArrayType);
    for (int number = 0; number < 1000; ++number) {
        list.PushBack(number, memory);
    }
    EXPECT_EQ(source.used_bytes(), list.Capacity() * sizeof(rapidjson_value));
}

TEST(rapidjson_allocator, throws_where_the_arena_is_exhausted_and_leaves_the_block) {
    arena source(64 * 1024);
    rapidjson_allocator memory(source);
    auto* const block = static_cast<char*>(memory.Malloc(16));
    std::memcpy(block, "fifteen letters", 16);
    const std::size_t used = source.used_bytes();
    EXPECT_THROW(static_cast<void>(memory.Malloc(mebibyte)), arena_exhausted);
    EXPECT_THROW(static_cast<void>(memory.Malloc(SIZE_MAX)), arena_exhausted);
    EXPECT_THROW(static_cast<void>(memory.Realloc(block, 16, mebibyte)), arena_exhausted);
    EXPECT_THROW(static_cast<void>(memory.Realloc(block, 16, SIZE_MAX)), arena_exhausted);
    EXPECT_STREQ(block, "fifteen letters");
    EXPECT_EQ(source.used_bytes(), used);
}

TEST(rapidjson, leaves_a_document_as_it_was_where_the_arena_is_exhausted) {
    arena source(64 * 1024);
    rapidjson_allocator memory(source);
    rapidjson_document document(&memory);
    document.Parse(R"({"is":"fine"})");
    const std::string text = many_texts(10'000);
    EXPECT_THROW(document.Parse(text.data(), text.size()), arena_exhausted);
    EXPECT_EQ(written(document), R"({"is":"fine"})");
    source.reset();
    document.Parse("[1,2]");
    EXPECT_EQ(written(document), "[1,2]");
}

TEST(rapidjson, reports_bad_json_and_leaves_the_arena_to_serve) {
    arena source(mebibyte);
    rapidjson_allocator memory(source);
    rapidjson_document document(&memory);
    for (const std::string_view bad : {"", "[", R"({"a":})", "[1,]", "\"\x01\"", "[1e999999]"}) {
        document.Parse(bad.data(), bad.size());
        EXPECT_TRUE(document.HasParseError()) << bad;
    }
    document.Parse("[7]");
    EXPECT_EQ(document[0].GetInt(), 7);
}

TEST(rapidjson, takes_the_bound_arena_where_it_is_told_of_none) {
    arena source(mebibyte);
    {
        const memory_arena::arena_binding bound(source);
        rapidjson_document document;
        document.Parse("[1,2,3]");
        EXPECT_TRUE(source.contains(&document[0]));
        EXPECT_EQ(document.GetAllocator().source(), &source);
    }
    rapidjson_document document;
    EXPECT_THROW(document.Parse("[1,2,3]"), std::logic_error);
    document.Parse("7");
    EXPECT_EQ(document.GetInt(), 7) << "which needs no memory";
}

TEST(rapidjson, is_over_a_lease_and_within_a_scope_of_it) {
    arena source(mebibyte);
    memory_arena::arena_lease lease = source.lease();
    memory_arena::rapidjson_lease_allocator memory(lease);
    for (int turn = 0; turn < 1000; ++turn) {
        const auto scope = lease.scope();
        memory_arena::basic_rapidjson_document<memory_arena::arena_lease> document(&memory);
        document.Parse(R"(["one",{"two":[3,4.5,null]},"and a text that is a little longer"])");
        ASSERT_TRUE(source.contains(&document[0]));
        document.PushBack(turn, memory);
        ASSERT_EQ(document[3].GetInt(), turn);
    }
    EXPECT_EQ(source.used_bytes(), 0U);
}

TEST(rapidjson, is_over_a_cpu_arena) {
    memory_arena::cpu_arena source(mebibyte);
    memory_arena::rapidjson_cpu_allocator memory(source);
    memory_arena::basic_rapidjson_document<memory_arena::cpu_arena> document(&memory);
    document.Parse("[1,2,3]");
    EXPECT_TRUE(source.contains(&document[0]));
}

TEST(rapidjson, can_have_the_parsers_stack_in_the_arena) {
    arena source(mebibyte);
    rapidjson_allocator memory(source);
    using document_alone =
        rapidjson::GenericDocument<rapidjson::UTF8<>, rapidjson_allocator, rapidjson_allocator>;
    document_alone document(&memory, 1024, &memory);
    const std::string text = many_texts(1000);
    document.Parse(text.data(), text.size());
    ASSERT_FALSE(document.HasParseError());
    EXPECT_EQ(document.Size(), 1001U);
    EXPECT_EQ(written(document), text);
}

TEST(rapidjson, serves_threads_that_share_an_arena) {
    arena source(64 * mebibyte);
    rapidjson_allocator memory(source);
    test_support::run_team(8, [&memory](std::size_t index) {
        for (std::size_t turn = 0; turn < 100; ++turn) {
            const std::string text = R"({"thread":)" + std::to_string(index) + R"(,"list":[)" +
                                     std::to_string(turn) + R"(,"a text of some length, is it"]})";
            rapidjson_document document(&memory);
            document.Parse(text.data(), text.size());
            ASSERT_EQ(written(document), text);
        }
    });
}

}  // namespace
