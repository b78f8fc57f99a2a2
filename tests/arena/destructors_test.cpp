// Destructors and on_reset callables of one thread: which run, when, and in which order.

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <memory>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include <memory_arena/arena.hpp>

#include "support/logged.hpp"

namespace {

using memory_arena::arena;
using test_support::destruction_log;
using test_support::logged;

constexpr std::size_t mebibyte = std::size_t{1} << 20;

/// {count - 1, …, 0}
destruction_log descending(int count) {
    destruction_log numbers(static_cast<std::size_t>(count));
    std::iota(numbers.rbegin(), numbers.rend(), 0);
    return numbers;
}

/// A logged object of many bytes: no TLAB serves it.
template <std::size_t Bytes>
struct large_logged : logged {
    using logged::logged;
    std::byte room[Bytes];
};

/// The k-th object made of it gets the number k.
struct numbered {
    static inline int next = 0;
    static inline destruction_log* log = nullptr;
    numbered() = default;
    numbered(const numbered& /*other*/) : numbered() {}
    numbered& operator=(const numbered&) = delete;
    ~numbered() { log->push_back(number); }
    int number = next++;
};

TEST(destructors, run_newest_first_at_reset) {
    destruction_log destroyed;
    arena a(mebibyte);
    for (int number = 0; number < 1000; ++number) {
        static_cast<void>(a.new_object<logged>(destroyed, number));
    }
    EXPECT_TRUE(destroyed.empty());
    a.reset();
    EXPECT_EQ(destroyed, descending(1000));
}

TEST(destructors, run_newest_first_at_destruction_of_the_arena) {
    destruction_log destroyed;
    {
        arena a(mebibyte);
        for (int number = 0; number < 1000; ++number) {
            static_cast<void>(a.new_object<logged>(destroyed, number));
        }
    }
    EXPECT_EQ(destroyed, descending(1000));
}

TEST(destructors, run_once) {
    destruction_log destroyed;
    {
        arena a(mebibyte);
        static_cast<void>(a.new_object<logged>(destroyed, 1));
        a.reset();
        a.reset();
        static_cast<void>(a.new_object<logged>(destroyed, 2));
        a.reset();
    }
    EXPECT_EQ(destroyed, (destruction_log{1, 2}));
}

TEST(destructors, run_newest_first_whatever_the_sizes) {
    destruction_log destroyed;
    arena a(64 * mebibyte);
    for (int round = 0; round < 3; ++round) {  // the first object of a generation is a large one
        destroyed.clear();
        for (int number = 0; number < 20; number += 4) {
            static_cast<void>(a.new_object<large_logged<mebibyte>>(destroyed, number));
            static_cast<void>(a.new_object<logged>(destroyed, number + 1));
            static_cast<void>(a.new_object<large_logged<20'000>>(destroyed, number + 2));
            static_cast<void>(a.new_object<large_logged<3000>>(destroyed, number + 3));
        }
        a.reset();
        EXPECT_EQ(destroyed, descending(20));
    }
}

TEST(destructors, run_newest_first_when_the_lane_has_had_no_tlab_for_long) {
    destruction_log destroyed;
    arena a(64 * mebibyte);
    static_cast<void>(a.new_object<logged>(destroyed, 0));
    for (int round = 0; round < 3; ++round) {
        a.reset();
        destroyed.clear();
        static_cast<void>(a.new_object<large_logged<mebibyte>>(destroyed, 0));
        static_cast<void>(a.new_object<large_logged<mebibyte>>(destroyed, 1));
        static_cast<void>(a.allocate_bytes(8));
        static_cast<void>(a.new_object<logged>(destroyed, 2));
    }
    a.reset();
    EXPECT_EQ(destroyed, descending(3));
}

TEST(destructors, of_a_span_run_last_element_first) {
    destruction_log destroyed;
    arena a(mebibyte);
    numbered::log = &destroyed;
    const auto expect_destroyed = [&](auto make) {
        numbered::next = 0;
        static_cast<void>(make());
        destroyed.clear();
        a.reset();
        EXPECT_EQ(destroyed, descending(10));
    };
    const std::array<numbered, 10> source;
    expect_destroyed([&] { return a.new_span<numbered>(10); });
    expect_destroyed([&] { return a.new_span<numbered>(10, source[0]); });
    expect_destroyed([&] { return a.new_span_for_overwrite<numbered>(10); });
    expect_destroyed([&] { return a.copy_span(source); });
    expect_destroyed([&] { return a.try_new_span<numbered>(10); });
    expect_destroyed([&] { return a.try_new_span_for_overwrite<numbered>(10); });
    expect_destroyed([&] { return a.try_copy_span(source); });
}

TEST(destructors, of_objects_spans_and_callables_run_in_one_order) {
    destruction_log destroyed;
    arena a(mebibyte);
    numbered::log = &destroyed;
    static_cast<void>(a.new_object<logged>(destroyed, 100));
    a.on_reset([&destroyed] { destroyed.push_back(101); });
    numbered::next = 0;
    static_cast<void>(a.new_span<numbered>(2));
    EXPECT_TRUE(a.try_on_reset([&destroyed] { destroyed.push_back(102); }));
    static_cast<void>(a.try_new_object<logged>(destroyed, 103));
    a.reset();
    EXPECT_EQ(destroyed, (destruction_log{103, 102, 1, 0, 101, 100}));
}

TEST(destructors, run_before_those_of_objects_that_a_constructor_made) {
    struct owner {
        owner(arena& source, destruction_log& log)
            : inner(source.new_object<logged>(log, 1)), destroyed(&log) {}
        owner(const owner&) = delete;
        owner& operator=(const owner&) = delete;
        ~owner() { destroyed->push_back(10 + inner->number()); }
        logged* inner;
        destruction_log* destroyed;
    };
    destruction_log destroyed;
    arena a(mebibyte);
    static_cast<void>(a.new_object<owner>(a, destroyed));
    a.reset();
    EXPECT_EQ(destroyed, (destruction_log{11, 1}));
}

TEST(destructors, of_unmanaged_objects_never_run) {
    destruction_log destroyed;
    {
        arena a(mebibyte);
        static_cast<void>(a.new_unmanaged<logged>(destroyed, 1));
        static_cast<void>(a.try_new_unmanaged<logged>(destroyed, 2));
        a.reset();
        static_cast<void>(a.new_unmanaged<logged>(destroyed, 3));
    }
    EXPECT_TRUE(destroyed.empty());
}

TEST(destructors, release_what_objects_own_elsewhere) {
    auto shared = std::make_shared<int>(1);
    arena a(mebibyte);
    static_cast<void>(a.new_object<std::shared_ptr<int>>(shared));
    static_cast<void>(a.new_span<std::shared_ptr<int>>(10, shared));
    static_cast<void>(a.new_object<std::vector<std::string>>(100U, std::string(100, 'x')));
    a.on_reset([shared] {});
    EXPECT_EQ(shared.use_count(), 13);
    a.reset();
    EXPECT_EQ(shared.use_count(), 1);
}

TEST(destructors, may_use_objects_that_their_thread_registered_before) {
    struct reader {
        reader(const std::string& given, std::vector<std::string>& destination)
            : source(&given), read(&destination) {}
        reader(const reader&) = delete;
        reader& operator=(const reader&) = delete;
        ~reader() { read->push_back(*source); }
        const std::string* source;
        std::vector<std::string>* read;
    };
    std::vector<std::string> read;
    arena a(mebibyte);
    for (int number = 0; number < 1000; ++number) {
        const auto* text = a.new_object<std::string>(std::string(50, 't') + std::to_string(number));
        static_cast<void>(a.new_object<reader>(*text, read));
    }
    a.reset();
    ASSERT_EQ(read.size(), 1000U);
    EXPECT_EQ(read.front(), std::string(50, 't') + "999");
    EXPECT_EQ(read.back(), std::string(50, 't') + "0");
}

TEST(on_reset, calls_a_copy_of_the_callable_and_then_destroys_it) {
    destruction_log destroyed;
    arena a(mebibyte);
    {
        auto held = std::make_unique<logged>(destroyed, 2);
        a.on_reset([&destroyed, held = std::move(held)] { destroyed.push_back(1); });
    }
    EXPECT_TRUE(destroyed.empty());
    a.reset();
    EXPECT_EQ(destroyed, (destruction_log{1, 2}));
}

int plain_calls = 0;
void count_plain_call() { ++plain_calls; }

TEST(on_reset, takes_functions_and_callables_that_change) {
    plain_calls = 0;
    int total = 0;
    arena a(mebibyte);
    a.on_reset(count_plain_call);
    a.on_reset(&count_plain_call);
    a.on_reset([&total, steps = 1]() mutable { total += ++steps; });
    const auto constant = [&total] { total += 10; };
    a.on_reset(constant);
    EXPECT_TRUE(a.try_on_reset(constant));
    a.reset();
    EXPECT_EQ(plain_calls, 2);
    EXPECT_EQ(total, 22);
}

TEST(on_reset, is_called_by_the_next_reset_only) {
    int calls = 0;
    {
        arena a(mebibyte);
        a.on_reset([&calls] { ++calls; });
        a.reset();
        a.reset();
        EXPECT_EQ(calls, 1);
        a.on_reset([&calls] { calls += 10; });
    }
    EXPECT_EQ(calls, 11);
}

}  // namespace
