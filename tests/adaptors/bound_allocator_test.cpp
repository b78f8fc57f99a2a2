// bound_allocator: the arena that a thread has bound, for who can't be told of one.

#include <gtest/gtest.h>

#include <cstddef>
#include <limits>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include <memory_arena/bound_allocator.hpp>
#include <memory_arena/lease.hpp>

namespace {

using memory_arena::arena;
using memory_arena::arena_binding;
using memory_arena::arena_exhausted;
using memory_arena::arena_lease;
using memory_arena::bound_allocator;
using memory_arena::cpu_arena;

constexpr std::size_t mebibyte = std::size_t{1} << 20;

using allocator = bound_allocator<int>;
using traits = std::allocator_traits<allocator>;
using vector = std::vector<int, allocator>;

static_assert(std::is_nothrow_default_constructible_v<allocator>);
static_assert(std::is_convertible_v<arena&, allocator>);
static_assert(std::is_same_v<traits::rebind_alloc<char>, bound_allocator<char>>);
static_assert(!traits::propagate_on_container_copy_assignment::value);
static_assert(traits::propagate_on_container_move_assignment::value);
static_assert(traits::propagate_on_container_swap::value);
static_assert(!std::is_copy_constructible_v<arena_binding<>>);
static_assert(!std::is_constructible_v<arena_binding<>, arena>);

TEST(bound_allocator, takes_from_what_is_bound_where_it_is_made) {
    arena source(mebibyte);
    std::optional<vector> numbers;
    {
        const arena_binding bound(source);
        EXPECT_EQ(arena_binding<>::current(), &source);
        numbers.emplace();
    }
    EXPECT_EQ(arena_binding<>::current(), nullptr);
    numbers->assign(1000, 7);
    EXPECT_TRUE(source.contains(numbers->data()));
    EXPECT_EQ(numbers->get_allocator().source(), &source);
}

TEST(bound_allocator, says_so_where_nothing_is_bound) {
    vector numbers;
    EXPECT_EQ(numbers.get_allocator().source(), nullptr);
    try {
        numbers.push_back(1);
        FAIL();
    } catch (const std::logic_error& why) {
        EXPECT_NE(std::string_view(why.what()).find("no arena is bound"), std::string_view::npos);
    }
    EXPECT_TRUE(numbers.empty());
}

TEST(bound_allocator, takes_the_innermost_binding) {
    arena outer(mebibyte);
    arena inner(mebibyte);
    const arena_binding first(outer);
    {
        const arena_binding second(inner);
        EXPECT_EQ(allocator().source(), &inner);
        const arena_binding again(outer);
        EXPECT_EQ(allocator().source(), &outer);
    }
    EXPECT_EQ(allocator().source(), &outer);
}

TEST(bound_allocator, has_a_binding_for_each_kind_of_source) {
    arena source(mebibyte);
    cpu_arena another(mebibyte);
    arena_lease lease = source.lease();
    const arena_binding first(source);
    const arena_binding second(another);
    const arena_binding third(lease);
    EXPECT_EQ(allocator().source(), &source);
    EXPECT_EQ((bound_allocator<int, cpu_arena>().source()), &another);
    EXPECT_EQ((bound_allocator<int, arena_lease>().source()), &lease);
    const std::vector<int, bound_allocator<int, cpu_arena>> numbers(100, 7);
    EXPECT_TRUE(another.contains(numbers.data()));
}

TEST(bound_allocator, knows_nothing_of_other_threads) {
    arena source(mebibyte);
    const arena_binding bound(source);
    std::thread([] {
        EXPECT_EQ(allocator().source(), nullptr);
        arena own(mebibyte);
        const arena_binding mine(own);
        EXPECT_EQ(allocator().source(), &own);
    }).join();
    EXPECT_EQ(allocator().source(), &source);
}

TEST(bound_allocator, compares_equal_where_the_arena_is_the_same) {
    arena source(mebibyte);
    arena other(mebibyte);
    EXPECT_TRUE(allocator(source) == bound_allocator<char>(source));
    EXPECT_TRUE(allocator(bound_allocator<char>(source)) == allocator(source));
    EXPECT_FALSE(allocator(source) == allocator(other));
    EXPECT_FALSE(allocator(source) == allocator());
    EXPECT_TRUE(allocator() == bound_allocator<char>());
}

TEST(bound_allocator, has_copies_lie_in_what_is_bound_then) {
    arena source(mebibyte);
    arena other(mebibyte);
    const vector original(100, 7, source);
    EXPECT_TRUE(source.contains(vector(original).data())) << "with nothing bound";
    const arena_binding bound(other);
    const vector copy(original);
    EXPECT_TRUE(other.contains(copy.data()));
    EXPECT_EQ(copy, original);

    vector assigned(source);
    assigned = copy;
    EXPECT_TRUE(source.contains(assigned.data())) << "assignment leaves the arena as it is";
    const int* const elements = assigned.data();
    vector moved;
    moved = std::move(assigned);
    EXPECT_EQ(moved.data(), elements);
    vector third(copy);
    swap(moved, third);
    EXPECT_EQ(third.data(), elements);
    EXPECT_TRUE(other.contains(moved.data()));
}

TEST(bound_allocator, gives_nothing_back) {
    arena source(mebibyte);
    std::optional<vector> stale(std::in_place, 100, 7, source);
    source.reset();
    const auto alive = source.new_span<int>(100, 9);
    ASSERT_EQ(alive.data(), stale->data()) << "or nothing is shown";
    stale.reset();
    EXPECT_EQ(source.used_bytes(), 400U);
    EXPECT_NE(source.new_span<int>(1).data(), alive.data());
}

TEST(bound_allocator, refuses_what_arena_allocator_refuses) {
    arena source(mebibyte);
    allocator memory(source);
    EXPECT_THROW(static_cast<void>(memory.allocate(std::numeric_limits<std::size_t>::max() / 2)),
                 std::bad_array_new_length);
    EXPECT_THROW(static_cast<void>(memory.allocate(mebibyte)), arena_exhausted);
}

TEST(bound_allocator, serves_strings) {
    arena source(mebibyte);
    const arena_binding bound(source);
    using string = std::basic_string<char, std::char_traits<char>, bound_allocator<char>>;
    std::vector<string, bound_allocator<string>> texts(3, "a text that is too long to be kept");
    texts.push_back(texts[0] + texts[1]);
    EXPECT_TRUE(source.contains(&texts.back()));
    EXPECT_TRUE(source.contains(texts.back().data()));
}

}  // namespace
