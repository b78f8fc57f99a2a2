// arena_allocator: what the standard asks of an allocator, and containers that use one.

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <limits>
#include <list>
#include <map>
#include <memory>
#include <new>
#include <optional>
#include <scoped_allocator>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include <memory_arena/allocator.hpp>

#include "support/figures.hpp"

namespace {

using memory_arena::arena;
using memory_arena::arena_allocator;
using memory_arena::arena_exhausted;

constexpr std::size_t mebibyte = std::size_t{1} << 20;

using allocator = arena_allocator<int>;
using traits = std::allocator_traits<allocator>;
using vector = std::vector<int, allocator>;
using string = std::basic_string<char, std::char_traits<char>, arena_allocator<char>>;

static_assert(std::is_same_v<traits::value_type, int>);
static_assert(std::is_same_v<traits::pointer, int*>);
static_assert(std::is_same_v<traits::size_type, std::size_t>);
static_assert(!traits::propagate_on_container_copy_assignment::value);
static_assert(traits::propagate_on_container_move_assignment::value);
static_assert(traits::propagate_on_container_swap::value);
static_assert(!traits::is_always_equal::value);
static_assert(std::is_same_v<traits::rebind_alloc<char>, arena_allocator<char>>);
static_assert(std::is_same_v<traits::rebind_traits<char>::allocator_type, arena_allocator<char>>);

static_assert(!std::is_default_constructible_v<allocator>);
static_assert(std::is_nothrow_copy_constructible_v<allocator>);
static_assert(std::is_nothrow_move_constructible_v<allocator>);
static_assert(std::is_copy_assignable_v<allocator> && std::is_nothrow_swappable_v<allocator>);
static_assert(std::is_convertible_v<arena&, allocator>);
static_assert(!std::is_constructible_v<allocator, arena>);
static_assert(!std::is_constructible_v<allocator, const arena&>);
static_assert(std::is_nothrow_constructible_v<allocator, arena_allocator<char>>);
static_assert(std::is_convertible_v<arena_allocator<char>, allocator>);
static_assert(noexcept(std::declval<allocator&>().deallocate(nullptr, 1)));
static_assert(noexcept(std::declval<allocator&>() == std::declval<arena_allocator<char>&>()));

TEST(arena_allocator, allocates_aligned_elements_from_its_arena) {
    struct alignas(256) large {
        std::byte room[256];
    };
    arena a(mebibyte);
    arena_allocator<large> source = a;
    static_cast<void>(a.allocate_bytes(8));
    large* elements = source.allocate(3);
    EXPECT_TRUE(test_support::is_aligned(elements, 256));
    EXPECT_TRUE(a.contains(elements + 2));
    EXPECT_EQ(&source.source(), &a);
    source.deallocate(elements, 3);
}

TEST(arena_allocator, compares_equal_where_the_arena_is_the_same) {
    arena a(mebibyte);
    arena other(mebibyte);
    const allocator first = a;
    EXPECT_TRUE(first == allocator(a));
    EXPECT_TRUE(first == arena_allocator<char>(a));
    EXPECT_TRUE(first == allocator(arena_allocator<char>(a)));
    EXPECT_TRUE(first != allocator(other));
    EXPECT_TRUE(first != arena_allocator<char>(other));
    EXPECT_TRUE(traits::select_on_container_copy_construction(first) == first);
}

TEST(arena_allocator, refuses_counts_that_wrap) {
    constexpr std::size_t largest = std::numeric_limits<std::size_t>::max();
    constexpr std::size_t largest_difference = std::numeric_limits<std::ptrdiff_t>::max();
    arena a(mebibyte);
    arena_allocator<std::uint64_t> source = a;
    const memory_arena::arena_usage before = a.usage();
    for (const std::size_t count :
         {largest, largest / 8 + 1, largest / 8 + 2, largest / 4 + 1, largest_difference / 8 + 1}) {
        EXPECT_THROW(static_cast<void>(source.allocate(count)), std::bad_array_new_length);
    }
    EXPECT_THROW(static_cast<void>(source.allocate(largest_difference / 8)), arena_exhausted);
    EXPECT_THROW(static_cast<void>(source.allocate(mebibyte)), arena_exhausted);
    test_support::expect_same_usage(a.usage(), before);
}

TEST(arena_allocator, serves_a_vector) {
    arena a(mebibyte);
    vector numbers{a};
    for (int number = 0; number < 10'000; ++number) {
        numbers.push_back(number);
    }
    EXPECT_TRUE(a.contains(numbers.data()));
    EXPECT_EQ(numbers[9999], 9999);
    EXPECT_THROW(numbers.reserve(mebibyte), arena_exhausted);
    EXPECT_EQ(numbers.size(), 10'000U);
}

TEST(arena_allocator, serves_strings) {
    arena a(mebibyte);
    string text("long enough not to be kept inside the string", a);
    text += text;
    EXPECT_TRUE(a.contains(text.data()));
    EXPECT_EQ(text.size(), 88U);
}

TEST(arena_allocator, serves_containers_of_nodes) {
    arena a(mebibyte);
    std::map<int, int, std::less<>, arena_allocator<std::pair<const int, int>>> tree{a};
    std::unordered_map<int, int, std::hash<int>, std::equal_to<>,
                       arena_allocator<std::pair<const int, int>>>
        table{a};
    std::list<int, allocator> chain{a};
    for (int number = 0; number < 1000; ++number) {
        tree.emplace(number, -number);
        table.emplace(number, -number);
        chain.push_front(number);
    }
    EXPECT_TRUE(a.contains(&*tree.find(500)));
    EXPECT_TRUE(a.contains(&*table.find(500)));
    EXPECT_TRUE(a.contains(&chain.front()));
    EXPECT_EQ(tree.at(999), -999);
    EXPECT_EQ(table.at(999), -999);
    tree.erase(500);
    table.erase(500);
    chain.reverse();
    EXPECT_EQ(chain.front(), 0);
}

TEST(arena_allocator, serves_containers_within_containers) {
    arena a(mebibyte);
    std::vector<string, std::scoped_allocator_adaptor<arena_allocator<string>>> texts{a};
    for (int number = 0; number < 100; ++number) {
        texts.emplace_back("a text that is too long to be kept inside");
    }
    EXPECT_TRUE(a.contains(texts[99].data()));
}

TEST(arena_allocator, goes_along_with_a_copy_that_is_constructed) {
    arena a(mebibyte);
    const vector source({1, 2, 3}, a);
    const vector copy(source);
    EXPECT_EQ(copy.get_allocator(), source.get_allocator());
    EXPECT_TRUE(a.contains(copy.data()));
}

TEST(arena_allocator, stays_when_a_container_is_assigned_a_copy) {
    arena a(mebibyte);
    arena other(mebibyte);
    const vector source({1, 2, 3}, a);
    vector target(other);
    target = source;
    EXPECT_EQ(target, source);
    EXPECT_EQ(target.get_allocator(), allocator(other));
    EXPECT_TRUE(other.contains(target.data()));
}

TEST(arena_allocator, goes_along_when_a_container_is_moved_or_swapped) {
    arena a(mebibyte);
    arena other(mebibyte);
    vector source({1, 2, 3}, a);
    const int* elements = source.data();
    vector target({9}, other);
    target = std::move(source);
    EXPECT_EQ(target.data(), elements);
    EXPECT_EQ(target.get_allocator(), allocator(a));

    vector third({7, 8}, other);
    swap(target, third);
    EXPECT_EQ(third.data(), elements);
    EXPECT_EQ(third.get_allocator(), allocator(a));
    EXPECT_EQ(target.get_allocator(), allocator(other));
}

TEST(arena_allocator, copies_elements_into_the_arena_that_it_is_given) {
    arena a(mebibyte);
    arena other(mebibyte);
    vector source({1, 2, 3}, a);
    const vector copy(source, other);
    const vector moved(std::move(source), other);
    EXPECT_TRUE(other.contains(copy.data()));
    EXPECT_TRUE(other.contains(moved.data()));
    EXPECT_EQ(moved, copy);
}

TEST(arena_allocator, gives_a_temporary_containers_memory_back) {
    arena a(16 * mebibyte);
    for (const std::size_t count : {10U, 500U, 100000U}) {
        const std::size_t used = a.used_bytes();
        for (int turn = 0; turn < 100; ++turn) {
            vector numbers{a};
            numbers.reserve(count);
            vector others(count, 7, a);
            EXPECT_GE(a.used_bytes(), used + 2 * count * sizeof(int));
        }
        EXPECT_EQ(a.used_bytes(), used) << count;
    }
    EXPECT_LE(a.usage().slack, 2 * mebibyte);
}

TEST(arena_allocator, gives_nothing_back_in_another_generation) {
    if (memory_arena::detail::is_checked) {
        GTEST_SKIP() << "a checked build reports it";
    }
    arena a(mebibyte);
    std::optional<vector> stale(std::in_place, 100, 7, a);
    const arena_allocator<int> of_then = stale->get_allocator();
    a.reset();
    auto alive = a.new_span<int>(100, 9);
    ASSERT_EQ(alive.data(), stale->data()) << "or nothing is shown";
    stale.reset();
    arena_allocator<int>(of_then).deallocate(alive.data(), alive.size());
    EXPECT_EQ(a.used_bytes(), 400U);
    EXPECT_NE(a.new_span<int>(1).data(), alive.data());
    EXPECT_EQ(alive.back(), 9);
}

TEST(arena_allocator, is_over_any_type_that_allocates_bytes) {
    struct counting {
        void* allocate_bytes(std::size_t bytes, std::size_t alignment) {
            total += bytes;
            return source->allocate_bytes(bytes, alignment);
        }
        arena* source;
        std::size_t total = 0;
    };
    arena a(mebibyte);
    counting source{&a};
    std::vector<int, arena_allocator<int, counting>> numbers{source};
    numbers.reserve(100);
    EXPECT_EQ(source.total, 100 * sizeof(int));
}

TEST(arena_allocator, lets_a_container_in_the_arena_be_managed_or_not) {
    arena a(mebibyte);
    auto* managed = a.new_object<vector>(std::initializer_list<int>{1, 2, 3}, a);
    auto* unmanaged = a.new_unmanaged<vector>(std::initializer_list<int>{4, 5}, a);
    EXPECT_EQ(managed->back() + unmanaged->back(), 8);
    a.reset();
}

}  // namespace
