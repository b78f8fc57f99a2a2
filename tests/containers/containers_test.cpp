// The containers of <memory_arena/containers.hpp>: whatever is in them, at any depth, is in their
// arena, however it got there.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory_resource>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <memory_arena/containers.hpp>

namespace {

namespace ma = memory_arena;

using ma::arena;

constexpr std::size_t mebibyte = std::size_t{1} << 20;
constexpr const char* long_text = "a text that is too long to be kept inside";

static_assert(std::is_same_v<ma::string, ma::basic_string<char, arena>>);
static_assert(std::is_same_v<ma::string::allocator_type, ma::arena_allocator<char>>);
static_assert(std::is_convertible_v<arena&, ma::vector<int>::allocator_type>);
static_assert(std::uses_allocator_v<ma::string, ma::vector<ma::string>::allocator_type>);
static_assert(std::is_same_v<ma::pmr::vector<ma::pmr::string>, std::pmr::vector<std::pmr::string>>);
static_assert(std::is_nothrow_move_constructible_v<ma::vector<ma::string>>);

/// Whether a value, and all that it holds, is in `source`.
template <class Value>
bool lies_in(const arena& source, const Value& value);

template <class First, class Second>
bool parts_lie_in(const arena& source, const std::pair<First, Second>& value) {
    return lies_in(source, value.first) && lies_in(source, value.second);
}

template <class Value>
bool parts_lie_in(const arena& source, const Value& value) {
    if constexpr (requires { value.begin(); }) {
        return std::all_of(
            value.begin(), value.end(), [&](const auto& each) { return lies_in(source, each); });
    }
    return true;
}

template <class Value>
bool lies_in(const arena& source, const Value& value) {
    return source.contains(&value) && parts_lie_in(source, value);
}

/// What is in `container`, which itself is anywhere.
template <class Container>
bool holds_all(const arena& source, const Container& container) {
    return !container.empty() && parts_lie_in(source, container);
}

TEST(containers, hand_their_arena_to_what_is_made_in_a_vector) {
    arena source(mebibyte);
    ma::vector<ma::string> texts{source};
    texts.emplace_back(long_text);
    texts.emplace_back();
    texts.back() = long_text;
    texts.emplace(texts.begin(), 100, 'x');
    texts.resize(10);
    texts[9].append(long_text);
    texts.insert(texts.begin(), texts.back());
    texts.emplace_back(texts.front());
    const std::string outside[] = {long_text, "short"};
    texts.insert(texts.end(), std::begin(outside), std::end(outside));
    EXPECT_TRUE(holds_all(source, texts));
    EXPECT_EQ(texts.back(), "short");
    EXPECT_EQ(texts[1], ma::string(100, 'x', source));
    texts.assign(5, texts.front());
    texts.shrink_to_fit();
    EXPECT_TRUE(holds_all(source, texts));
    EXPECT_EQ(texts[4], long_text);
}

TEST(containers, hand_their_arena_to_keys_and_values) {
    arena source(mebibyte);
    ma::map<ma::string, ma::vector<ma::string>> index{source};
    ma::unordered_map<int, ma::map<int, ma::string>> table{source};
    const std::string outside[] = {long_text, "short"};
    for (int number = 0; number < 100; ++number) {
        const std::string key = std::to_string(number) + " is a key that is too long to be inside";
        index[ma::string(key, source)].emplace_back(long_text);
        index.try_emplace(ma::string(key, source)).first->second.emplace_back("short");
        index.emplace(std::piecewise_construct, std::forward_as_tuple(key.c_str()),
                      std::forward_as_tuple(std::begin(outside), std::end(outside)));
        table[number % 7][number] = long_text;
    }
    EXPECT_TRUE(holds_all(source, index));
    EXPECT_TRUE(holds_all(source, table));
    EXPECT_EQ(index.size(), 100U);
    EXPECT_EQ(index.begin()->second.size(), 2U) << "the third came too late";
    EXPECT_EQ(table.at(3).at(94), long_text);
}

TEST(containers, hand_their_arena_to_elements_of_every_other_one) {
    arena source(mebibyte);
    ma::deque<ma::string> queue{source};
    ma::list<ma::vector<ma::string>> chain{source};
    ma::forward_list<ma::string> forward{source};
    ma::set<ma::string> tree{source};
    ma::multiset<ma::string> trees{source};
    ma::multimap<int, ma::string> more{source};
    ma::unordered_set<int> numbers{source};
    ma::unordered_multiset<int> repeated{source};
    ma::unordered_multimap<int, ma::string> texts{source};
    for (int number = 0; number < 100; ++number) {
        queue.emplace_front(long_text);
        queue.emplace_back(long_text);
        chain.emplace_back().emplace_back(long_text);
        forward.emplace_front(long_text);
        tree.emplace(std::to_string(number) + long_text);
        trees.emplace(long_text);
        more.emplace(number % 10, long_text);
        numbers.insert(number);
        repeated.insert(number % 10);
        texts.emplace(number % 10, long_text);
    }
    EXPECT_TRUE(holds_all(source, queue));
    EXPECT_TRUE(holds_all(source, chain));
    EXPECT_TRUE(holds_all(source, forward));
    EXPECT_TRUE(holds_all(source, tree));
    EXPECT_TRUE(holds_all(source, trees));
    EXPECT_TRUE(holds_all(source, more));
    EXPECT_TRUE(holds_all(source, numbers));
    EXPECT_TRUE(holds_all(source, repeated));
    EXPECT_TRUE(holds_all(source, texts));
    EXPECT_EQ(tree.size(), 100U);
    EXPECT_EQ(texts.count(3), 10U);
}

TEST(containers, have_strings_of_every_character) {
    arena source(mebibyte);
    const ma::string narrow(100, 'x', source);
    const ma::wstring wide(100, L'x', source);
    const ma::u8string eight(100, u8'x', source);
    const ma::u16string sixteen(100, u'x', source);
    const ma::u32string thirty_two(100, U'x', source);
    for (const void* text :
         {static_cast<const void*>(narrow.data()), static_cast<const void*>(wide.data()),
          static_cast<const void*>(eight.data()), static_cast<const void*>(sixteen.data()),
          static_cast<const void*>(thirty_two.data())}) {
        EXPECT_TRUE(source.contains(text));
    }
}

TEST(containers, copy_what_comes_from_another_arena_whole) {
    arena source(mebibyte);
    arena other(mebibyte);
    ma::vector<ma::vector<ma::string>> original{source};
    original.emplace_back().assign(3, ma::string(long_text, source));

    const ma::vector<ma::vector<ma::string>> copy(original, other);
    EXPECT_TRUE(holds_all(other, copy));
    EXPECT_EQ(copy, original);

    ma::vector<ma::vector<ma::string>> taken(original);
    EXPECT_TRUE(holds_all(source, taken)) << "a copy that is told of no other stays";
    const ma::vector<ma::vector<ma::string>> moved(std::move(taken), other);
    EXPECT_TRUE(holds_all(other, moved));
    EXPECT_EQ(moved, original);

    ma::vector<ma::vector<ma::string>> assigned{other};
    assigned = original;
    EXPECT_TRUE(holds_all(other, assigned));
    EXPECT_EQ(assigned, original);

    ma::list<ma::string> strings{other};
    strings.push_back(original[0][0]);
    strings.push_back(std::move(original[0][1]));
    strings.insert(strings.begin(), original[0].begin(), original[0].end());
    EXPECT_TRUE(holds_all(other, strings));
    EXPECT_EQ(strings.back(), long_text);

    ma::map<ma::string, ma::string> pairs{other};
    pairs.insert({original[0][0], original[0][2]});
    pairs[original[0][2]] = original[0][2];
    pairs.insert_or_assign(ma::string("key", source), original[0][2]);
    EXPECT_TRUE(holds_all(other, pairs));
}

TEST(containers, take_their_arena_along_when_they_are_moved_or_swapped) {
    arena source(mebibyte);
    arena other(mebibyte);
    ma::map<int, ma::string> first{source};
    first[1] = long_text;
    const auto* const element = &*first.begin();
    ma::map<int, ma::string> second{other};
    second[2] = long_text;

    swap(first, second);
    EXPECT_EQ(&*second.begin(), element);
    EXPECT_TRUE(holds_all(source, second) && holds_all(other, first));
    first = std::move(second);
    EXPECT_EQ(&*first.begin(), element);
    first[3] = long_text;
    EXPECT_TRUE(holds_all(source, first));
    const ma::map<int, ma::string> third(std::move(first));
    EXPECT_TRUE(holds_all(source, third));
    EXPECT_EQ(&third.get_allocator().source(), &source);
}

TEST(containers, pass_nodes_on_within_one_arena) {
    arena source(mebibyte);
    ma::map<int, ma::string> from{source};
    ma::map<int, ma::string> to{source};
    from[1] = long_text;
    from[2] = long_text;
    const auto* const element = &*from.begin();
    to.insert(from.extract(1));
    EXPECT_EQ(&*to.begin(), element);
    to.merge(from);
    EXPECT_TRUE(from.empty());
    ma::list<ma::string> chain{source};
    ma::list<ma::string> other_chain{source};
    other_chain.emplace_back(long_text);
    chain.splice(chain.begin(), other_chain);
    EXPECT_TRUE(holds_all(source, to) && holds_all(source, chain));
}

TEST(containers, are_over_a_lease_and_within_a_scope_of_it) {
    arena source(mebibyte);
    ma::arena_lease lease = source.lease();
    using string = ma::basic_string<char, ma::arena_lease>;
    for (int turn = 0; turn < 1000; ++turn) {
        const auto scope = lease.scope();
        ma::vector<string, ma::arena_lease> texts{lease};
        ma::unordered_map<int, ma::vector<string, ma::arena_lease>, std::hash<int>, std::equal_to<>,
                          ma::arena_lease>
            table{lease};
        texts.emplace_back(long_text);
        table[turn].emplace_back(long_text);
        ASSERT_TRUE(holds_all(source, texts));
        ASSERT_TRUE(holds_all(source, table));
    }
    EXPECT_EQ(source.used_bytes(), 0U);
}

TEST(containers, are_over_a_cpu_arena) {
    ma::cpu_arena source(mebibyte);
    ma::set<ma::basic_string<char, ma::cpu_arena>, std::less<>, ma::cpu_arena> texts{source};
    texts.emplace(long_text);
    EXPECT_TRUE(source.contains(texts.begin()->data()));
}

TEST(containers, leave_what_they_held_where_the_arena_is_exhausted) {
    arena source(64 * 1024);
    ma::vector<ma::string> texts{source};
    texts.reserve(16);
    texts.emplace_back(long_text);
    EXPECT_THROW(texts.emplace_back(mebibyte, 'x'), ma::arena_exhausted);
    EXPECT_THROW(texts.reserve(mebibyte), ma::arena_exhausted);
    EXPECT_EQ(texts.size(), 1U);
    texts.emplace_back(long_text);
    EXPECT_TRUE(holds_all(source, texts));
}

TEST(containers, over_pmr_hand_on_the_arena_as_well) {
    arena source(mebibyte);
    ma::pmr::map<ma::pmr::string, ma::pmr::vector<ma::pmr::string>> index(source.resource());
    index["a key that is too long to be kept inside"].emplace_back(long_text);
    EXPECT_TRUE(holds_all(source, index));
    EXPECT_TRUE(source.contains(index.begin()->second[0].data()));
}

TEST(containers, hold_types_that_name_them_within) {
    struct tree {
        using allocator_type = ma::vector<tree>::allocator_type;
        explicit tree(const allocator_type& memory) : children(memory) {}
        tree(tree&& other) = default;
        tree& operator=(tree&& other) = default;
        tree(tree&& other, const allocator_type& memory)
            : children(std::move(other.children), memory) {}
        ma::vector<tree> children;
    };
    arena source(mebibyte);
    tree root(source);
    root.children.emplace_back().children.emplace_back();
    root.children.emplace_back();
    EXPECT_EQ(root.children[0].children.size(), 1U);
    EXPECT_TRUE(source.contains(&root.children[0].children[0]));
}

/// What the header begins with.
TEST(containers, are_made_as_the_header_shows) {
    arena source{32 << 20};
    ma::map<ma::string, ma::vector<int>> index{source};
    index[{"a key that is too long to be kept inside", source}].push_back(1);
    EXPECT_EQ(index.size(), 1U);
}

TEST(containers, look_strings_up_by_views) {
    arena source(mebibyte);
    ma::unordered_map<ma::string, int> numbers{source};
    numbers.try_emplace(ma::string(long_text, source), 1);
    numbers.emplace("short", 2);
    ma::unordered_set<ma::string> names{source};
    names.emplace(long_text);
    ma::map<ma::string, int, std::less<>> sorted{source};
    sorted.emplace(long_text, 3);
    const std::size_t before = source.used_bytes();
    EXPECT_EQ(numbers.find(std::string_view(long_text))->second, 1);
    EXPECT_TRUE(numbers.contains(long_text));
    EXPECT_EQ(numbers.find("none"), numbers.end());
    EXPECT_TRUE(names.contains(std::string_view(long_text)));
    EXPECT_TRUE(sorted.contains(std::string_view(long_text)));
    EXPECT_EQ(source.used_bytes(), before) << "no string was made";
    EXPECT_TRUE(parts_lie_in(source, numbers));
    static_assert(std::is_same_v<ma::unordered_set<int>::hasher, std::hash<int>>);
    static_assert(std::is_same_v<ma::unordered_set<int>::key_equal, std::equal_to<int>>);
}

}  // namespace
