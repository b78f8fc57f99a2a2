// What a destructor may do while reset, or the arena's destruction, runs it.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <thread>

#include <memory_arena/arena.hpp>

#include "support/figures.hpp"
#include "support/logged.hpp"

namespace {

using memory_arena::arena;
using memory_arena::arena_options;
using test_support::destruction_log;
using test_support::logged;

constexpr std::size_t mebibyte = std::size_t{1} << 20;

TEST(destructors, may_allocate) {
    arena a(mebibyte);
    int served = 0;
    for (int number = 0; number < 100; ++number) {
        a.on_reset([&] {
            for (const std::size_t bytes : {8U, 1000U, 3000U}) {
                void* block = a.try_allocate_bytes(bytes);
                if (block != nullptr && a.contains(block)) {
                    std::memset(block, 0xee, bytes);
                    ++served;
                }
            }
        });
    }
    a.reset();
    EXPECT_EQ(served, 300);
    EXPECT_EQ(a.used_bytes(), 0U);
}

TEST(destructors, get_memory_that_overlaps_no_object_still_alive) {
    arena a(4 * mebibyte);
    int intact = 0;
    for (int number = 0; number < 1000; ++number) {
        a.on_reset([&a, &intact, number, copy = number] {
            intact += copy == number ? 1 : 0;
            std::memset(a.allocate_bytes(512), 0xee, 512);
        });
    }
    a.reset();
    EXPECT_EQ(intact, 1000);
}

TEST(destructors, may_find_the_arena_exhausted) {
    arena a(64 << 10);
    bool exhausted = false;
    a.on_reset([&] { exhausted = a.try_allocate_bytes(8) == nullptr; });
    test_support::fill(a, 8);
    a.reset();
    EXPECT_TRUE(exhausted);
    EXPECT_NE(a.try_allocate_bytes(32 << 10), nullptr);
}

/// Registers 1 and 2; then a callable that logs 3 and itself registers 4 and 5.
void register_nested(arena& a, destruction_log& destroyed) {
    static_cast<void>(a.new_object<logged>(destroyed, 1));
    static_cast<void>(a.new_object<logged>(destroyed, 2));
    a.on_reset([&a, &destroyed] {
        destroyed.push_back(3);
        static_cast<void>(a.new_object<logged>(destroyed, 4));
        static_cast<void>(a.new_object<logged>(destroyed, 5));
    });
}

TEST(destructors, that_register_objects_have_them_destroyed_in_the_same_reset_newest_first) {
    destruction_log destroyed;
    arena a(mebibyte);
    register_nested(a, destroyed);
    a.reset();
    // 4 and 5 may use 1 and 2, which their thread registered before them.
    EXPECT_EQ(destroyed, (destruction_log{3, 5, 4, 2, 1}));
    a.reset();
    EXPECT_EQ(destroyed.size(), 5U);
}

TEST(destructors, that_register_objects_have_them_destroyed_with_the_arena) {
    destruction_log destroyed;
    {
        arena a(mebibyte);
        register_nested(a, destroyed);
    }
    EXPECT_EQ(destroyed, (destruction_log{3, 5, 4, 2, 1}));
}

TEST(destructors, that_register_objects_have_them_destroyed_without_a_lane_too) {
    destruction_log destroyed;
    arena a(arena_options{.capacity = mebibyte, .lane_count = 1});
    // Another thread, for where this one has the only lane.
    std::thread([&] {
        register_nested(a, destroyed);
        a.reset();
    }).join();
    EXPECT_EQ(destroyed, (destruction_log{3, 5, 4, 2, 1}));
    destroyed.clear();
    register_nested(a, destroyed);
    a.reset();
    EXPECT_EQ(destroyed, (destruction_log{3, 5, 4, 2, 1}));
}

TEST(destructors, of_another_thread_may_register_objects) {
    destruction_log destroyed;
    arena a(mebibyte);
    static_cast<void>(a.new_object<logged>(destroyed, 0));
    std::thread([&] { register_nested(a, destroyed); }).join();
    a.reset();
    ASSERT_EQ(destroyed.size(), 6U);
    a.reset();
    EXPECT_EQ(destroyed.size(), 6U);
    std::sort(destroyed.begin(), destroyed.end());
    EXPECT_EQ(destroyed, (destruction_log{0, 1, 2, 3, 4, 5}));
}

/// Its destructor registers the next one, until `left` is 0.
struct link {
    link(arena& given, std::size_t count, std::size_t& total)
        : source(&given), left(count), destroyed(&total) {}
    link(const link&) = delete;
    link& operator=(const link&) = delete;
    ~link() {
        ++*destroyed;
        if (left > 0) {
            static_cast<void>(source->new_object<link>(*source, left - 1, *destroyed));
        }
    }
    arena* source;
    std::size_t left;
    std::size_t* destroyed;
};

TEST(destructors, may_register_the_next_a_hundred_thousand_times) {
    constexpr std::size_t links = 100'000;
    std::size_t destroyed = 0;
    arena a(64 * mebibyte);
    static_cast<void>(a.new_object<link>(a, links - 1, destroyed));
    a.reset();
    EXPECT_EQ(destroyed, links);
    EXPECT_EQ(a.used_bytes(), 0U);
    static_cast<void>(a.new_object<link>(a, links - 1, destroyed));
    a.reset();
    EXPECT_EQ(destroyed, 2 * links);
}

TEST(destructors, may_register_the_next_a_hundred_thousand_times_at_destruction) {
    std::size_t destroyed = 0;
    {
        arena a(64 * mebibyte);
        static_cast<void>(a.new_object<link>(a, 99'999U, destroyed));
    }
    EXPECT_EQ(destroyed, 100'000U);
}

TEST(destructors, may_register_the_next_a_hundred_thousand_times_for_another_thread) {
    std::size_t destroyed = 0;
    arena a(64 * mebibyte);
    std::thread([&] { static_cast<void>(a.new_object<link>(a, 99'999U, destroyed)); }).join();
    a.reset();
    EXPECT_EQ(destroyed, 100'000U);
}

TEST(destructors, that_reset_the_arena_are_ignored) {
    if (memory_arena::detail::is_checked) {
        GTEST_SKIP() << "a checked build reports it";
    }
    destruction_log destroyed;
    arena a(mebibyte);
    static_cast<void>(a.new_object<logged>(destroyed, 1));
    a.on_reset([&a] { a.reset(); });
    static_cast<void>(a.new_object<logged>(destroyed, 2));
    a.reset();
    EXPECT_EQ(destroyed, (destruction_log{2, 1}));
    EXPECT_EQ(a.generation(), 2U);
    EXPECT_EQ(a.used_bytes(), 0U);
    a.reset();
    EXPECT_EQ(a.generation(), 3U);
}

TEST(destructors, that_reset_the_arena_at_its_destruction_are_ignored) {
    if (memory_arena::detail::is_checked) {
        GTEST_SKIP() << "a checked build reports it";
    }
    destruction_log destroyed;
    {
        arena a(mebibyte);
        static_cast<void>(a.new_object<logged>(destroyed, 1));
        a.on_reset([&a] { a.reset(); });
    }
    EXPECT_EQ(destroyed, destruction_log{1});
}

TEST(destructors, may_reset_another_arena) {
    destruction_log destroyed;
    arena other(mebibyte);
    arena a(mebibyte);
    static_cast<void>(other.new_object<logged>(destroyed, 1));
    a.on_reset([&other] { other.reset(); });
    a.reset();
    EXPECT_EQ(destroyed, destruction_log{1});
    EXPECT_EQ(other.generation(), 2U);
}

TEST(destructors, may_ask_for_the_figures) {
    arena a(mebibyte);
    static_cast<void>(a.allocate_bytes(1000, 8));
    std::size_t used = 0;
    std::uint64_t generation = 0;
    a.on_reset([&] {
        used = a.usage().used;
        generation = a.generation();
    });
    const std::size_t before = a.used_bytes();
    a.reset();
    EXPECT_EQ(used, before);
    EXPECT_EQ(generation, 1U);
}

}  // namespace
