// arena_resource: its identity, its equality, and std::pmr containers over it.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <list>
#include <map>
#include <memory_resource>
#include <new>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <vector>

#include <memory_arena/memory_resource.hpp>

#include "support/figures.hpp"
#include "support/team.hpp"

namespace {

using memory_arena::arena;
using memory_arena::arena_exhausted;
using memory_arena::arena_resource;

constexpr std::size_t mebibyte = std::size_t{1} << 20;

static_assert(std::is_base_of_v<std::pmr::memory_resource, arena_resource>);
static_assert(std::is_final_v<arena_resource>);
static_assert(!std::is_convertible_v<arena&, arena_resource>);

TEST(memory_resource, is_one_for_each_arena) {
    arena a(mebibyte);
    arena other(mebibyte);
    arena_resource* resource = a.resource();
    ASSERT_NE(resource, nullptr);
    EXPECT_EQ(a.resource(), resource);
    a.reset();
    EXPECT_EQ(a.resource(), resource);
    EXPECT_NE(other.resource(), resource);
    EXPECT_EQ(&resource->source(), &a);
}

TEST(memory_resource, is_the_same_for_eight_threads_that_ask_first) {
    for (int round = 0; round < 50; ++round) {
        arena a(mebibyte);
        std::array<arena_resource*, 8> found{};
        test_support::run_team(found.size(), [&](std::size_t index) {
            found[index] = a.resource();
            static_cast<void>(found[index]->allocate(8));
        });
        ASSERT_NE(found[0], nullptr);
        EXPECT_EQ(std::ranges::count(found, found[0]), 8);
    }
}

TEST(memory_resource, equals_another_over_the_same_arena) {
    arena a(mebibyte);
    const arena_resource first(a);
    const arena_resource second(a);
    EXPECT_TRUE(first == first);
    EXPECT_TRUE(first == second);
    EXPECT_TRUE(first == *a.resource());
    EXPECT_TRUE(*a.resource() == first);
    EXPECT_TRUE(first.is_equal(second));
    EXPECT_TRUE(first.is_equal(first));
}

TEST(memory_resource, differs_from_one_over_another_arena) {
    arena a(mebibyte);
    arena other(mebibyte);
    EXPECT_FALSE(*a.resource() == *other.resource());
    EXPECT_FALSE(arena_resource(a) == arena_resource(other));
    EXPECT_FALSE(arena_resource(a) == *other.resource());
}

TEST(memory_resource, differs_from_resources_of_other_kinds_in_both_directions) {
    arena a(mebibyte);
    std::pmr::monotonic_buffer_resource monotonic(a.resource());
    std::pmr::unsynchronized_pool_resource pool(a.resource());
    const std::array<std::pmr::memory_resource*, 4> others = {
        std::pmr::new_delete_resource(), std::pmr::null_memory_resource(), &monotonic, &pool};
    for (std::pmr::memory_resource* other : others) {
        EXPECT_FALSE(*a.resource() == *other);
        EXPECT_FALSE(*other == *a.resource());
        EXPECT_FALSE(a.resource()->is_equal(*other));
        EXPECT_FALSE(other->is_equal(*a.resource()));
    }
}

TEST(memory_resource, allocates_aligned_bytes_from_the_arena) {
    arena a(mebibyte);
    for (std::size_t alignment = 1; alignment <= 65'536; alignment *= 2) {
        void* block = a.resource()->allocate(100, alignment);
        EXPECT_TRUE(test_support::is_aligned(block, alignment));
        EXPECT_TRUE(a.contains(block));
    }
    EXPECT_NE(a.resource()->allocate(0), nullptr);
}

TEST(memory_resource, throws_what_the_arena_throws) {
    arena a(mebibyte);
    EXPECT_THROW(static_cast<void>(a.resource()->allocate(2 * mebibyte)), arena_exhausted);
    std::pmr::vector<std::byte> bytes(a.resource());
    EXPECT_THROW(bytes.reserve(2 * mebibyte), std::bad_alloc);
    EXPECT_NE(a.resource()->allocate(mebibyte / 2), nullptr);
}

TEST(memory_resource, gives_nothing_back_on_deallocation) {
    arena a(mebibyte);
    void* block = a.resource()->allocate(1000);
    const std::size_t used = a.used_bytes();
    a.resource()->deallocate(block, 1000);
    EXPECT_EQ(a.used_bytes(), used);
    EXPECT_NE(a.resource()->allocate(1000), block);
}

TEST(memory_resource, serves_pmr_containers) {
    arena a(4 * mebibyte);
    std::pmr::vector<std::pmr::string> texts(a.resource());
    std::pmr::map<int, std::pmr::string> tree(a.resource());
    std::pmr::unordered_map<int, int> table(a.resource());
    std::pmr::list<int> chain(a.resource());
    for (int number = 0; number < 1000; ++number) {
        texts.emplace_back("a text that is too long to be kept inside");
        tree.emplace(number, "another text that is too long for that");
        table.emplace(number, number);
        chain.push_back(number);
    }
    EXPECT_TRUE(a.contains(texts.data()));
    EXPECT_TRUE(a.contains(texts.back().data()));
    EXPECT_TRUE(a.contains(tree.at(500).data()));
    EXPECT_TRUE(a.contains(&*table.find(500)));
    EXPECT_TRUE(a.contains(&chain.back()));
    EXPECT_EQ(tree.at(999), "another text that is too long for that");
}

TEST(memory_resource, is_told_to_a_container_by_the_caller) {
    arena a(mebibyte);
    auto* inside = a.new_object<std::pmr::vector<int>>(a.resource());
    inside->assign(100, 7);
    EXPECT_TRUE(a.contains(inside->data()));
    EXPECT_EQ(inside->get_allocator().resource(), a.resource());
    const auto* outside = a.new_object<std::pmr::vector<int>>();
    EXPECT_EQ(outside->get_allocator().resource(), std::pmr::get_default_resource());
    a.reset();
}

TEST(memory_resource, serves_many_threads) {
    arena a(16 * mebibyte);
    test_support::run_team(8, [&a](std::size_t index) {
        std::pmr::vector<std::size_t> numbers(a.resource());
        for (std::size_t number = 0; number < 10'000; ++number) {
            numbers.push_back(index);
        }
        EXPECT_EQ(std::ranges::count(numbers, index), 10'000);
    });
}

}  // namespace
