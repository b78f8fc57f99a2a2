#include <memory_arena/lease.hpp>

#include <gtest/gtest.h>

#include <array>
#include <coroutine>
#include <cstdint>
#include <exception>
#include <numeric>
#include <optional>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "support/figures.hpp"
#include "support/logged.hpp"

using memory_arena::arena;
using memory_arena::arena_exhausted;
using memory_arena::arena_lease;
using memory_arena::cpu_arena;
using test_support::destruction_log;
using test_support::fill;
using test_support::logged;

namespace {

struct throws_always {
    throws_always() { throw 1; }
    std::array<std::byte, 40> bytes;
};

/// A coroutine that begins at once and rests at each `co_await std::suspend_always{}`.
struct task {
    struct promise_type {
        task get_return_object() {
            return {std::coroutine_handle<promise_type>::from_promise(*this)};
        }
        std::suspend_never initial_suspend() noexcept { return {}; }
        std::suspend_always final_suspend() noexcept { return {}; }
        void return_void() noexcept {}
        void unhandled_exception() { std::terminate(); }
    };
    std::coroutine_handle<promise_type> handle;
};

task make_numbers(arena& source, std::vector<int*>& made, int count) {
    arena_lease lease = source.lease();
    for (int number = 0; number < count; ++number) {
        made.push_back(lease.new_object<int>(number));
        co_await std::suspend_always{};
    }
}

}  // namespace

static_assert(std::is_nothrow_move_constructible_v<arena_lease>);
static_assert(std::is_nothrow_move_assignable_v<arena_lease>);
static_assert(!std::is_copy_constructible_v<arena_lease>);
static_assert(!std::is_copy_assignable_v<arena_lease>);

TEST(lease, has_the_arenas_typed_calls) {
    arena source{1U << 20};
    arena_lease lease = source.lease();
    EXPECT_EQ(*lease.new_object<int>(42), 42);
    EXPECT_EQ(lease.new_span<int>(3, 7)[2], 7);
    EXPECT_EQ(lease.copy_string("hello"), "hello");
    EXPECT_EQ(lease.try_new_span<char>(0)->size(), 0U);
    EXPECT_TRUE(test_support::is_aligned(lease.allocate_bytes(10, 64), 64));
    EXPECT_EQ(lease.generation(), source.generation());
    EXPECT_TRUE(source.contains(lease.new_object<int>(1)));
}

TEST(lease, is_to_be_had_from_a_cpu_arena_too) {
    cpu_arena source{1U << 20};
    arena_lease lease = source.lease();
    EXPECT_EQ(*lease.new_object<int>(42), 42);
    EXPECT_EQ(source.used_bytes(), 8U);
}

TEST(lease, counts_what_it_uses_exactly) {
    arena source{8U << 20};
    arena_lease lease = source.lease();
    static_cast<void>(source.new_object<char>());
    std::size_t used = 8;
    for (std::size_t bytes = 1; bytes < 200; ++bytes) {
        static_cast<void>(lease.allocate_bytes(bytes * bytes, 8));
        used += (bytes * bytes + 7) / 8 * 8;
        ASSERT_EQ(source.used_bytes(), used);
        ASSERT_EQ(source.usage().used, used);
    }
    EXPECT_EQ(source.usage().lanes, 2U);
}

TEST(lease, can_be_moved_onto_itself) {
    arena source{1U << 20};
    arena_lease lease = source.lease();
    static_cast<void>(lease.new_object<int>(1));
    arena_lease& same = lease;
    lease = std::move(same);
    EXPECT_EQ(*lease.new_object<int>(42), 42);
}

template <class Lease>
concept has_scopes = requires(Lease&& lease) {
    std::forward<Lease>(lease).scope();
};
static_assert(has_scopes<arena_lease&>);
static_assert(!has_scopes<arena_lease>);

TEST(lease, moves_and_goes_on_where_it_was) {
    arena source{1U << 20};
    arena_lease first = source.lease();
    char* const before = static_cast<char*>(first.allocate_bytes(16));
    arena_lease second = std::move(first);
    EXPECT_EQ(second.allocate_bytes(16), before + 16);
    arena_lease third = source.lease();
    char* const elsewhere = static_cast<char*>(third.allocate_bytes(16));
    third = std::move(second);
    EXPECT_EQ(third.allocate_bytes(16), before + 32);
    // The one that was assigned over has ended: the next lease has what it left.
    EXPECT_EQ(source.lease().allocate_bytes(16), elsewhere + 16);
}

TEST(lease, of_a_coroutine_goes_with_it_from_thread_to_thread) {
    arena source{1U << 20};
    std::vector<int*> made;
    const task work = make_numbers(source, made, 100);
    for (int turn = 0; turn < 100; ++turn) {
        std::jthread([&] { work.handle.resume(); });
    }
    EXPECT_TRUE(work.handle.done());
    ASSERT_EQ(made.size(), 100U);
    for (int number = 0; number < 100; ++number) {
        EXPECT_EQ(*made[static_cast<std::size_t>(number)], number);
    }
    work.handle.destroy();
    EXPECT_EQ(source.usage().lanes, 1U);
}

TEST(lease, takes_a_new_tlab_by_itself_after_a_reset) {
    arena source{1U << 20};
    arena_lease lease = source.lease();
    void* const before = lease.allocate_bytes(100);
    source.reset();
    EXPECT_EQ(source.used_bytes(), 0U);
    EXPECT_EQ(lease.allocate_bytes(100), before);
    EXPECT_EQ(source.used_bytes(), 104U);
}

TEST(lease, objects_are_destroyed_at_reset_newest_first_even_when_it_has_ended) {
    arena source{1U << 20};
    destruction_log log;
    {
        arena_lease lease = source.lease();
        for (int number = 0; number < 3; ++number) {
            static_cast<void>(lease.new_object<logged>(log, number));
        }
    }
    EXPECT_TRUE(log.empty());
    source.reset();
    EXPECT_EQ(log, (destruction_log{2, 1, 0}));
    source.reset();
    EXPECT_EQ(log.size(), 3U);
}

TEST(lease, objects_are_destroyed_with_the_arena) {
    destruction_log log;
    {
        arena source{1U << 20};
        static_cast<void>(source.lease().new_object<logged>(log, 1));
        arena_lease lease = source.lease();
        static_cast<void>(lease.new_object<logged>(log, 2));
    }
    EXPECT_EQ(log, (destruction_log{2, 1}));
}

TEST(lease, a_destructor_may_register_in_a_lease_during_reset) {
    arena source{1U << 20};
    destruction_log log;
    arena_lease lease = source.lease();
    lease.on_reset([&] {
        static_cast<void>(lease.new_object<logged>(log, 1));
        arena_lease another = source.lease();
        static_cast<void>(another.new_object<logged>(log, 2));
    });
    source.reset();
    EXPECT_EQ(log.size(), 2U);
    static_cast<void>(lease.new_object<logged>(log, 3));
    source.reset();
    EXPECT_EQ(log, (destruction_log{1, 2, 3}));
}

TEST(lease, takes_back_the_bytes_of_an_object_whose_constructor_throws) {
    arena source{1U << 20};
    arena_lease lease = source.lease();
    static_cast<void>(lease.new_object<char>());
    EXPECT_THROW(static_cast<void>(lease.new_object<throws_always>()), int);
    EXPECT_EQ(source.used_bytes(), 8U);
}

TEST(lease, says_what_is_wrong_as_the_arena_does) {
    arena source{1U << 16};
    arena_lease lease = source.lease();
    EXPECT_THROW(static_cast<void>(lease.allocate_bytes(8, 3)), std::invalid_argument);
    EXPECT_EQ(lease.try_allocate_bytes(8, 3), nullptr);
    EXPECT_THROW(static_cast<void>(lease.allocate_bytes(1U << 20)), arena_exhausted);
    EXPECT_EQ(lease.try_allocate_bytes(1U << 20), nullptr);
    EXPECT_EQ(lease.try_allocate_bytes(~std::size_t{0}), nullptr);
    EXPECT_NE(lease.allocate_bytes(0), nullptr);
    EXPECT_EQ(source.used_bytes(), 0U);
}

TEST(lease, hands_out_every_byte_before_it_fails) {
    for (const std::size_t capacity : {std::size_t{1} << 14, std::size_t{1} << 20}) {
        arena source{capacity};
        arena_lease lease = source.lease();
        std::size_t total = 0;
        while (lease.try_allocate_bytes(32, 8) != nullptr) {
            total += 32;
        }
        EXPECT_EQ(total, capacity);
        EXPECT_EQ(source.used_bytes(), capacity);
    }
}

TEST(lease, leaves_the_rest_of_its_tlab_to_the_arena) {
    arena source{1U << 16};
    std::size_t total = 0;
    for (; total < (1U << 16); total += 32) {
        arena_lease lease = source.lease();
        ASSERT_NE(lease.try_allocate_bytes(32, 8), nullptr);
    }
    EXPECT_EQ(source.usage().slack, 0U);
}

TEST(lease, leaves_the_rest_of_its_tlab_to_threads_too) {
    arena source{1U << 16};
    static_cast<void>(source.lease().allocate_bytes(32, 8));
    EXPECT_EQ(fill(source, 32), (std::size_t{1} << 16) / 32 - 1);
}

TEST(lease, leaves_what_it_held_to_threads_too) {
    arena source{1U << 19};
    {
        std::vector<arena_lease> leases;
        for (int count = 0; count < 10; ++count) {
            leases.push_back(source.lease());
            const auto scope = leases.back().scope();
            static_cast<void>(leases.back().allocate_bytes(20'000));
        }
    }
    EXPECT_EQ(source.used_bytes(), 0U);
    // Each scope took whole blocks, and all of them come back.
    EXPECT_GE(fill(source, 32) * 32, (std::size_t{1} << 19) - 4096);
}

TEST(lease, many_at_once_are_as_good_as_few) {
    arena source{64U << 20};
    std::vector<arena_lease> leases;
    std::vector<std::size_t*> made;
    for (std::size_t count = 0; count < 1000; ++count) {
        leases.push_back(source.lease());
        made.push_back(leases.back().new_object<std::size_t>(count));
    }
    for (std::size_t count = 0; count < 1000; ++count) {
        EXPECT_EQ(*made[count], count);
    }
    EXPECT_EQ(source.used_bytes(), 8000U);
    EXPECT_EQ(source.usage().lanes, 1000U);
}

TEST(lease, try_lease_gives_one) {
    arena source{1U << 16};
    std::optional<arena_lease> lease = source.try_lease();
    ASSERT_TRUE(lease);
    EXPECT_EQ(*lease->new_object<int>(42), 42);
}
