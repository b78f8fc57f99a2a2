// Coroutines whose frames lie in arenas, under Boost.Asio: Boost.Asio's own awaitables, tasks of
// somebody's own that await its operations, and the memory of those operations.

#include <gtest/gtest.h>

#include <array>
#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <coroutine>
#include <cstddef>
#include <exception>
#include <memory>
#include <stdexcept>
#include <vector>

#include <memory_arena.hpp>

#include "asio/arena_awaitable.hpp"
#include "coroutines/task.hpp"
#include "heap/heap_counter.hpp"
#include "support/team.hpp"

namespace {

namespace asio = boost::asio;
using asio::awaitable;
using asio::use_awaitable;
using coroutine_tests::task;
using memory_arena::arena;
using memory_arena::arena_allocator;
using memory_arena::arena_lease;
using memory_arena::cpu_arena;

constexpr std::size_t mebibyte = std::size_t{1} << 20;
constexpr std::size_t threads = 4;

/// Boost.Asio's awaitable, with its frame in `source`. Goes on on any thread of the context.
template <class Arena, class Source>
awaitable<int> step(Source& source, const Arena& whole, int depth) {
    std::array<int, 16> pattern{};
    pattern.fill(depth);
    EXPECT_TRUE(whole.contains(&pattern));
    co_await asio::post(co_await asio::this_coro::executor, use_awaitable);
    int below = 0;
    if (depth > 0) {
        below = co_await step(source, whole, depth - 1);
    }
    if (depth == 13) {
        throw std::runtime_error("thirteen");
    }
    for (const int each : pattern) {
        EXPECT_EQ(each, depth);
    }
    co_return below + 1;
}

template <class Arena, class Source>
awaitable<void> steps(Source& source, const Arena& whole, int& sum) {
    for (int turn = 0; turn < 20; ++turn) {
        sum += co_await step(source, whole, 4);
    }
    try {
        sum += co_await step(source, whole, 14);
    } catch (const std::runtime_error&) {
        ++sum;
    }
}

constexpr int sum_of_steps = 20 * 5 + 1;

TEST(awaitable_of_asio, has_its_frame_in_an_arena) {
    arena source(mebibyte);
    asio::io_context context;
    int sum = 0;
    co_spawn(context, steps(source, source, sum), asio::detached);
    context.run();
    EXPECT_EQ(sum, sum_of_steps);
    EXPECT_EQ(source.used_bytes(), 0U);  // one thread: all that ended was given back
}

template <class Arena>
void run_on_threads(asio::io_context& context, Arena& source,
                    std::vector<std::unique_ptr<arena_lease>>* leases) {
    std::vector<int> sums(20, 0);
    for (std::size_t index = 0; index < sums.size(); ++index) {
        if (leases != nullptr) {
            co_spawn(context, steps(*(*leases)[index], source, sums[index]), asio::detached);
        } else {
            co_spawn(context, steps(source, source, sums[index]), asio::detached);
        }
    }
    test_support::run_team(threads, [&context](std::size_t /*index*/) { context.run(); });
    context.restart();
    for (const int sum : sums) {
        EXPECT_EQ(sum, sum_of_steps);
    }
}

template <class Arena>
void share() {
    Arena source(64 * mebibyte);
    asio::io_context context;
    for (int generation = 0; generation < 3; ++generation) {
        run_on_threads(context, source, nullptr);
        source.reset();
    }
}

TEST(awaitable_of_asio, goes_from_thread_to_thread_with_its_frame_in_an_arena) { share<arena>(); }

TEST(awaitable_of_asio, goes_from_thread_to_thread_with_its_frame_in_a_cpu_arena) {
    share<cpu_arena>();
}

TEST(awaitable_of_asio, goes_from_thread_to_thread_with_its_lease) {
    arena source(64 * mebibyte);
    asio::io_context context;
    std::vector<std::unique_ptr<arena_lease>> leases;
    for (int index = 0; index < 20; ++index) {
        leases.push_back(std::make_unique<arena_lease>(source.lease()));
    }
    run_on_threads(context, source, &leases);
    const std::size_t used = source.used_bytes();
    for (int turn = 0; turn < 5; ++turn) {
        run_on_threads(context, source, &leases);
        EXPECT_EQ(source.used_bytes(), used);
    }
}

TEST(awaitable_of_asio, is_destroyed_with_its_context) {
    arena source(mebibyte);
    const auto counted = std::make_shared<int>(0);
    {
        asio::io_context context;
        const auto wait = [](arena& /*source*/, std::shared_ptr<int> its) -> awaitable<void> {
            asio::steady_timer never(co_await asio::this_coro::executor, std::chrono::hours(24));
            co_await never.async_wait(use_awaitable);
            ++*its;
        };
        co_spawn(context, wait(source, counted), asio::detached);
        context.poll();
        EXPECT_GT(counted.use_count(), 1);
    }
    EXPECT_EQ(counted.use_count(), 1);
}

/// The memory of an operation comes from the allocator that is bound to its handler.
TEST(operation_of_asio, lies_in_an_arena) {
    arena source(mebibyte);
    asio::io_context context;
    std::array<std::byte, 512> large{};
    int sum = 0;
    const auto work = [&sum, large] { sum += 1 + static_cast<int>(large[0]); };
    const auto post = [&] {
        asio::post(context, asio::bind_allocator(arena_allocator<std::byte>(source), work));
    };
    post();
    EXPECT_GT(source.used_bytes(), sizeof(large));
    if (heap_counter::counts) {
        EXPECT_EQ(heap_counter::taken_by(post), 0U);
        EXPECT_GT(heap_counter::taken_by([&] { asio::post(context, work); }), 0U);
    }
    context.run();
    EXPECT_GE(sum, 1);
}

/// An arena, and how often it was asked.
struct counted_source {
    arena& whole;
    int blocks = 0;

    void* allocate_bytes(std::size_t bytes, std::size_t alignment) {
        ++blocks;
        return whole.allocate_bytes(bytes, alignment);
    }
};

awaitable<void> wait_in(arena& frames, counted_source& operations) {
    asio::steady_timer timer(co_await asio::this_coro::executor);
    const arena_allocator<std::byte, counted_source> allocator(operations);
    for (int turn = 0; turn < 10; ++turn) {
        timer.expires_after(std::chrono::nanoseconds(1));
        co_await timer.async_wait(asio::bind_allocator(allocator, use_awaitable));
    }
    EXPECT_TRUE(frames.contains(&timer));
}

TEST(operation_of_asio, of_an_awaitable_lies_in_an_arena) {
    arena source(mebibyte);
    counted_source operations{source};
    asio::io_context context;
    co_spawn(context, wait_in(source, operations), asio::detached);
    context.run();
    EXPECT_EQ(operations.blocks, 10);
}

/// A timer's wait, for tasks that aren't Boost.Asio's. The operation's memory is the source's.
template <class Source>
struct waiting {
    asio::steady_timer& timer;
    Source& source;

    static bool await_ready() noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiter) const {
        timer.async_wait(asio::bind_allocator(
            arena_allocator<std::byte, Source>(source),
            [waiter](const boost::system::error_code& /*error*/) { waiter.resume(); }));
    }
    void await_resume() const noexcept {}
};

template <class Source>
task<int> tick(Source& source, asio::steady_timer& timer, int number) {
    timer.expires_after(std::chrono::nanoseconds(1));
    co_await waiting<Source>{timer, source};
    co_return number;
}

template <class Source>
task<int> ticks(Source& source, asio::io_context& context) {
    asio::steady_timer timer(context);
    int sum = 0;
    for (int turn = 0; turn < 100; ++turn) {
        sum += co_await tick(source, timer, turn);
    }
    co_return sum;
}

TEST(task_on_asio, goes_from_thread_to_thread_with_its_lease) {
    arena source(64 * mebibyte);
    asio::io_context context;
    std::vector<std::unique_ptr<arena_lease>> leases;
    std::vector<task<int>> all;
    for (int index = 0; index < 20; ++index) {
        leases.push_back(std::make_unique<arena_lease>(source.lease()));
        all.push_back(ticks(*leases.back(), context));
        all.back().resume();
    }
    test_support::run_team(threads, [&context](std::size_t /*index*/) { context.run(); });
    for (const auto& each : all) {
        ASSERT_TRUE(each.is_done());
        EXPECT_EQ(each.result(), 4950);
    }
}

TEST(task_on_asio, goes_from_thread_to_thread_in_one_arena) {
    arena source(64 * mebibyte);
    asio::io_context context;
    std::vector<task<int>> all;
    for (int index = 0; index < 20; ++index) {
        all.push_back(ticks(source, context));
        all.back().resume();
    }
    test_support::run_team(threads, [&context](std::size_t /*index*/) { context.run(); });
    for (const auto& each : all) {
        ASSERT_TRUE(each.is_done());
        EXPECT_EQ(each.result(), 4950);
    }
}

}  // namespace
