// arena_allocator and lease_resource: standard containers over a lease.

#include <gtest/gtest.h>

#include <cstddef>
#include <memory_resource>
#include <numeric>
#include <optional>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <vector>

#include <memory_arena.hpp>

namespace {

using memory_arena::arena;
using memory_arena::arena_allocator;
using memory_arena::arena_lease;
using memory_arena::lease_resource;

static_assert(std::is_base_of_v<std::pmr::memory_resource, lease_resource>);

template <class T>
using vector = std::vector<T, arena_allocator<T, arena_lease>>;

TEST(lease_adaptors, a_vector_lives_in_a_lease_without_a_virtual_call) {
    arena source{std::size_t{1} << 20};
    arena_lease lease = source.lease();
    vector<int> numbers(1000, 1, lease);
    numbers.push_back(2);
    EXPECT_EQ(std::accumulate(numbers.begin(), numbers.end(), 0), 1002);
    EXPECT_TRUE(source.contains(numbers.data()));
    EXPECT_EQ(&numbers.get_allocator().source(), &lease);
    EXPECT_EQ(source.usage().lanes, 1U);
}

TEST(lease_adaptors, containers_in_scopes_use_the_same_memory_again) {
    arena source{std::size_t{1} << 20};
    arena_lease lease = source.lease();
    lease_resource resource(lease);
    for (int turn = 0; turn < 1000; ++turn) {
        const auto scope = lease.scope();
        std::pmr::unordered_map<std::pmr::string, int> counts(&resource);
        for (int word = 0; word < 100; ++word) {
            counts[std::pmr::string(
                std::to_string(word) + " is too long to be kept inside", &resource)] += turn;
        }
        ASSERT_EQ(counts.size(), 100U);
        ASSERT_TRUE(source.contains(&*counts.begin()));
    }
    EXPECT_EQ(source.used_bytes(), 0U);
}

TEST(lease_adaptors, resources_are_equal_over_one_lease_and_no_other_source) {
    arena source{std::size_t{1} << 20};
    arena_lease lease = source.lease();
    arena_lease another = source.lease();
    const lease_resource first(lease);
    const lease_resource second(lease);
    EXPECT_TRUE(first == second);
    EXPECT_FALSE(first == lease_resource(another));
    EXPECT_FALSE(first == *source.resource());
    EXPECT_FALSE(*source.resource() == first);
    EXPECT_FALSE(first == *std::pmr::new_delete_resource());
    EXPECT_EQ(&first.source(), &lease);
}

TEST(lease_adaptors, a_resource_throws_what_the_lease_throws) {
    arena source{std::size_t{1} << 16};
    arena_lease lease = source.lease();
    lease_resource resource(lease);
    EXPECT_THROW(
        static_cast<void>(resource.allocate(std::size_t{1} << 20)), memory_arena::arena_exhausted);
}

TEST(lease_allocator, gives_nothing_back_that_a_scope_has_undone) {
    arena source(std::size_t{1} << 20);
    auto lease = source.lease();
    std::optional<vector<int>> stale(std::in_place, lease);
    {
        const auto scope = lease.scope();
        stale->resize(100);
    }
    const auto alive = lease.new_span<int>(100, 9);
    ASSERT_EQ(alive.data(), stale->data()) << "or nothing is shown";
    stale.reset();
    EXPECT_EQ(source.used_bytes(), 400U);
    EXPECT_NE(lease.new_span<int>(1).data(), alive.data());
    EXPECT_EQ(alive.back(), 9);
}

}  // namespace
