// Where the frames of coroutines lie, and when their memory comes back.

#include <gtest/gtest.h>

#include <array>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include <memory_arena.hpp>
#include <memory_arena/coroutine.hpp>

#include "coroutines/task.hpp"
#include "heap/heap_counter.hpp"

namespace {

using coroutine_tests::task;
using memory_arena::arena;
using memory_arena::arena_exhausted;
using memory_arena::arena_lease;
using memory_arena::cpu_arena;
using memory_arena::lane_path;
using memory_arena::detail::frame_source;

constexpr std::size_t mebibyte = std::size_t{1} << 20;

static_assert(frame_source<arena> && frame_source<cpu_arena> && frame_source<arena_lease>);
static_assert(!frame_source<const arena> && !frame_source<int> && !frame_source<arena*>);

/// A source of each kind, and what it takes its memory from.
struct of_arena {
    arena whole{64 * mebibyte};
    arena& source = whole;
};
struct of_cpu_arena {
    cpu_arena whole{64 * mebibyte};
    cpu_arena& source = whole;
};
struct of_lease {
    arena whole{64 * mebibyte};
    arena_lease source = whole.lease();
};
struct of_cpu_lease {
    cpu_arena whole{64 * mebibyte};
    arena_lease source = whole.lease();
};

template <class Of>
class frame : public testing::Test {
protected:
    Of of;  // NOLINT(readability-identifier-naming)
};
using sources = testing::Types<of_arena, of_cpu_arena, of_lease, of_cpu_lease>;
struct source_names {
    template <class Of>
    // NOLINTNEXTLINE(readability-identifier-naming): GoogleTest's name
    static std::string GetName(int index) {
        constexpr std::array<const char*, 4> names{"arena", "cpu_arena", "lease", "cpu_lease"};
        return names.at(static_cast<std::size_t>(index));
    }
};
TYPED_TEST_SUITE(frame, sources, source_names);

template <class Source>
FRAME_OF_ITS_OWN task<int> doubled(Source& /*source*/, int number) {
    co_return number * 2;
}

template <class Source>
FRAME_OF_ITS_OWN task<int> sum_of(Source& source, int count) {
    int sum = 0;
    for (int number = 0; number < count; ++number) {
        sum += co_await doubled(source, number);
    }
    co_return sum;
}

template <class Source>
FRAME_OF_ITS_OWN task<int> nested(Source& source, int depth) {
    if (depth == 0) {  // not by ?:, since GCC 12 would begin the next one nevertheless
        co_return 0;
    }
    co_return 1 + co_await nested(source, depth - 1);
}

TYPED_TEST(frame, lies_in_the_first_argument) {
    const auto one = doubled(this->of.source, 21);
    EXPECT_TRUE(this->of.whole.contains(one.handle().address()));
    EXPECT_EQ(one.run(), 42);
}

TYPED_TEST(frame, takes_nothing_from_the_heap) {
    if (!heap_counter::counts) {
        GTEST_SKIP() << "a sanitizer, or a C library other than glibc, has its own malloc";
    }
    static_cast<void>(this->of.whole.allocate_bytes(8));  // the thread's record for its exit hook
    EXPECT_EQ(heap_counter::taken_by([this] {
                  EXPECT_EQ(sum_of(this->of.source, 100).run(), 9900);
                  EXPECT_EQ(nested(this->of.source, 100).run(), 100);
              }),
              0U);
}

/// All that `work` takes comes back. To a cpu_arena that is so where it has lanes, and while the
/// thread stays on its CPU, which it does in one of some attempts.
template <class Of, class Work>
void expect_all_given_back(const Of& of, const Work& work) {
    if (of.whole.usage().path == lane_path::shards && std::is_same_v<Of, of_cpu_arena>) {
        return;
    }
    const int attempts = std::is_same_v<Of, of_cpu_arena> ? 100 : 1;
    std::size_t before = 0;
    std::size_t after = 1;
    for (int attempt = 0; attempt < attempts && before != after; ++attempt) {
        before = of.whole.used_bytes();
        work();
        after = of.whole.used_bytes();
    }
    EXPECT_EQ(before, after);
}

TYPED_TEST(frame, is_used_again_by_the_next) {
    auto& source = this->of.source;
    expect_all_given_back(this->of, [&] { EXPECT_EQ(sum_of(source, 1000).run(), 999'000); });
    expect_all_given_back(this->of, [&] { EXPECT_EQ(nested(source, 100).run(), 100); });
    // Not that it came to the end of a TLAB.
    EXPECT_EQ(nested(source, 300).run(), 300);
    expect_all_given_back(this->of, [&] { EXPECT_EQ(nested(source, 300).run(), 300); });
}

TYPED_TEST(frame, that_is_not_the_newest_stays_used) {
    std::optional<task<int>> first(doubled(this->of.source, 1));
    const auto second = doubled(this->of.source, 2);
    const std::size_t both = this->of.whole.used_bytes();
    first.reset();
    EXPECT_EQ(this->of.whole.used_bytes(), both);
    EXPECT_EQ(second.run(), 4);
}

template <class Source>
FRAME_OF_ITS_OWN task<int> failing(Source& /*source*/, const char* what) {
    throw std::runtime_error(what);
    co_return 0;
}

template <class Source>
FRAME_OF_ITS_OWN task<int> catching(Source& source) {
    int caught = 0;
    for (int turn = 0; turn < 100; ++turn) {
        try {
            static_cast<void>(co_await failing(source, "as told"));
        } catch (const std::runtime_error&) {
            ++caught;
        }
    }
    co_return caught;
}

TYPED_TEST(frame, is_given_back_where_the_body_throws) {
    EXPECT_THROW(failing(this->of.source, "out").run(), std::runtime_error);
    expect_all_given_back(this->of, [this] { EXPECT_EQ(catching(this->of.source).run(), 100); });
}

/// A task whose promise can't be made.
struct stillborn {
    struct promise_type : memory_arena::arena_frame {
        template <class... Arguments>
        explicit promise_type(Arguments&... /*arguments*/) {
            throw std::logic_error("no promise");
        }
        static stillborn get_return_object() { return {}; }
        static std::suspend_never initial_suspend() { return {}; }
        static std::suspend_never final_suspend() noexcept { return {}; }
        void return_void() {}
        void unhandled_exception() {}
    };
};

template <class Source>
FRAME_OF_ITS_OWN stillborn not_begun(Source& /*source*/) {
    co_return;
}

TYPED_TEST(frame, is_given_back_where_the_promise_throws) {
    EXPECT_THROW(not_begun(this->of.source), std::logic_error);
    expect_all_given_back(
        this->of, [this] { EXPECT_THROW(not_begun(this->of.source), std::logic_error); });
}

TYPED_TEST(frame, is_not_begun_where_the_source_is_exhausted) {
    this->of.whole.set_budget(0);
    while (this->of.source.try_allocate_bytes(64) != nullptr) {
    }
    while (this->of.source.try_allocate_bytes(8) != nullptr) {
    }
    EXPECT_THROW(static_cast<void>(doubled(this->of.source, 1)), arena_exhausted);
    this->of.whole.set_budget(std::numeric_limits<std::size_t>::max());
    EXPECT_EQ(doubled(this->of.source, 1).run(), 2);
}

/// One that says by a null handle that it could not be begun.
struct attempt {
    struct promise_type : memory_arena::try_arena_frame {
        attempt get_return_object() noexcept {
            return {std::coroutine_handle<promise_type>::from_promise(*this)};
        }
        static attempt get_return_object_on_allocation_failure() noexcept { return {nullptr}; }
        static std::suspend_always initial_suspend() noexcept { return {}; }
        static std::suspend_always final_suspend() noexcept { return {}; }
        void return_void() noexcept {}
        void unhandled_exception() noexcept {}
    };
    std::coroutine_handle<promise_type> handle;
};

template <class Source>
FRAME_OF_ITS_OWN attempt tried(Source& /*source*/, int& begun) noexcept {
    ++begun;
    co_return;
}

TYPED_TEST(frame, of_a_promise_that_tries_is_null_where_the_source_is_exhausted) {
    int begun = 0;
    const attempt one = tried(this->of.source, begun);
    ASSERT_NE(one.handle, nullptr);
    EXPECT_TRUE(this->of.whole.contains(one.handle.address()));
    one.handle.resume();
    EXPECT_EQ(begun, 1);
    one.handle.destroy();
    this->of.whole.set_budget(0);
    while (this->of.source.try_allocate_bytes(8) != nullptr) {
    }
    EXPECT_EQ(tried(this->of.source, begun).handle, nullptr);
    EXPECT_EQ(begun, 1);
}

/// A handler, as servers have them.
struct handler {
    int factor;

    template <class Source>
    FRAME_OF_ITS_OWN task<int> times(Source& /*source*/, int number) {
        co_return factor* number;
    }
    template <class Source>
    FRAME_OF_ITS_OWN task<int> times_const(Source& /*source*/, int number) const {
        co_return factor* number;
    }
};

TYPED_TEST(frame, of_a_member_function_lies_in_the_argument_behind_the_object) {
    handler object{6};
    const auto one = object.times(this->of.source, 7);
    EXPECT_TRUE(this->of.whole.contains(one.handle().address()));
    EXPECT_EQ(one.run(), 42);
    const auto two = std::as_const(object).times_const(this->of.source, 8);
    EXPECT_TRUE(this->of.whole.contains(two.handle().address()));
    EXPECT_EQ(two.run(), 48);
}

TYPED_TEST(frame, of_a_lambda_lies_in_its_first_argument) {
    const int factor = 6;
    const auto times = [&factor](auto& /*source*/, int number) FRAME_OF_ITS_OWN -> task<int> {
        co_return factor* number;
    };
    const auto one = times(this->of.source, 7);
    EXPECT_TRUE(this->of.whole.contains(one.handle().address()));
    EXPECT_EQ(one.run(), 42);
    const auto without = [](auto& /*source*/, int number) FRAME_OF_ITS_OWN -> task<int> {
        co_return number;
    };
    const auto two = without(this->of.source, 8);
    EXPECT_TRUE(this->of.whole.contains(two.handle().address()));
    EXPECT_EQ(two.run(), 8);
}

/// An arena with coroutines of its own.
struct own_arena : arena {
    using arena::arena;
    FRAME_OF_ITS_OWN task<int> answer() { co_return 42; }
};

TEST(frames, lie_in_an_object_that_is_a_source) {
    own_arena object(mebibyte);
    const auto one = object.answer();
    EXPECT_TRUE(object.contains(one.handle().address()));
    EXPECT_EQ(one.run(), 42);
}

template <std::size_t Alignment>
struct alignas(Alignment) over_aligned {
    std::array<unsigned char, Alignment> bytes{};
};

template <std::size_t Alignment>
using aligned_task = task<std::uintptr_t, memory_arena::basic_arena_frame<Alignment>>;

template <std::size_t Alignment, class Source>
FRAME_OF_ITS_OWN aligned_task<Alignment> bits_off(Source& source, over_aligned<Alignment> given) {
    over_aligned<Alignment> local;
    // Across a suspension, so that both are in the frame.
    static_cast<void>(co_await doubled(source, 1));
    local.bytes[0] = given.bytes[1];
    co_return (reinterpret_cast<std::uintptr_t>(&local) |
               reinterpret_cast<std::uintptr_t>(&given)) %
        Alignment;
}

TYPED_TEST(frame, is_aligned_as_the_promise_says) {
    for (int turn = 0; turn < 10; ++turn) {
        static_cast<void>(this->of.source.allocate_bytes(8, 8));
        const auto by_64 = bits_off<64>(this->of.source, {});
        EXPECT_EQ(reinterpret_cast<std::uintptr_t>(by_64.handle().address()) % 64, 0U);
        EXPECT_EQ(by_64.run(), 0U);
        static_cast<void>(this->of.source.allocate_bytes(8, 8));
        const auto by_4096 = bits_off<4096>(this->of.source, {});
        EXPECT_EQ(reinterpret_cast<std::uintptr_t>(by_4096.handle().address()) % 4096, 0U);
        EXPECT_EQ(by_4096.run(), 0U);
    }
}

TYPED_TEST(frame, destroys_what_lives_in_it) {
    const auto counted = std::make_shared<int>(0);
    {
        const auto one = [](auto& source, std::shared_ptr<int> its) -> task<int> {
            const std::shared_ptr<int> local = its;
            co_return co_await doubled(source, static_cast<int>(local.use_count()));
        }(this->of.source, counted);
        EXPECT_EQ(counted.use_count(), 2);
        EXPECT_EQ(one.run(), 6);
    }
    EXPECT_EQ(counted.use_count(), 1);
}

TYPED_TEST(frame, that_is_left_can_be_destroyed_by_the_reset) {
    const auto counted = std::make_shared<int>(0);
    {
        auto left = [](auto& /*source*/, std::shared_ptr<int> its) -> task<int> {
            co_await std::suspend_always();
            co_return *its;
        }(this->of.source, counted);
        left.resume();
        this->of.source.on_reset([handle = left.release()] { handle.destroy(); });
    }
    EXPECT_EQ(counted.use_count(), 2);
    this->of.whole.reset();
    EXPECT_EQ(counted.use_count(), 1);
    EXPECT_EQ(doubled(this->of.source, 1).run(), 2);
}

TYPED_TEST(frame, that_outlives_a_reset_gives_nothing_back) {
    const std::coroutine_handle<> stale = doubled(this->of.source, 1).release();
    const std::size_t frame_bytes = this->of.whole.used_bytes();
    this->of.whole.reset();
    if (memory_arena::detail::is_checked) {
        EXPECT_DEATH(stale.destroy(), "a coroutine outlives its generation");
        return;
    }
    // A block of the new generation, in the very place.
    void* const block = this->of.source.allocate_bytes(frame_bytes);
    if (std::is_same_v<decltype(this->of.whole), arena>) {
        EXPECT_EQ(block, stale.address());
    }
    stale.destroy();  // wrong, but the memory still holds it
    EXPECT_NE(this->of.source.allocate_bytes(frame_bytes), block);
}

TEST(frames, of_a_lease_end_with_its_scope) {
    arena whole(mebibyte);
    arena_lease lease = whole.lease();
    static_cast<void>(lease.allocate_bytes(8));
    std::size_t after_first = 0;
    for (int turn = 0; turn < 100; ++turn) {
        const auto scope = lease.scope();
        {
            const auto first = doubled(lease, turn);
            const auto second = doubled(lease, turn);
            EXPECT_EQ(first.run() + second.run(), 4 * turn);
        }
        if (turn == 0) {
            after_first = whole.used_bytes();
        }
        EXPECT_EQ(whole.used_bytes(), after_first);
    }
}

TEST(frames, that_outlive_a_scope_give_nothing_back) {
    arena whole(mebibyte);
    arena_lease lease = whole.lease();
    std::coroutine_handle<> stale;
    {
        const auto scope = lease.scope();
        stale = doubled(lease, 1).release();
    }
    if (memory_arena::detail::is_checked) {
        EXPECT_DEATH(stale.destroy(), "a coroutine outlives its lease's scope");
        return;
    }
    stale.destroy();  // wrong, but the memory still holds it
    const std::size_t before = whole.used_bytes();
    const auto next = doubled(lease, 2);
    EXPECT_LT(before, whole.used_bytes());
    EXPECT_EQ(next.run(), 4);
}

}  // namespace
