// The list of arenas: arena_options::listed and for_each_arena.

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include <memory_arena/inspect.hpp>

#include "support/inspections.hpp"
#include "support/scale.hpp"
#include "support/team.hpp"

namespace {

using memory_arena::arena;
using memory_arena::arena_options;
using memory_arena::cpu_arena;
using memory_arena::for_each_arena;
using memory_arena::listed_arena;

/// Listed before main, and taken from the list after it.
const arena made_before_main(arena_options{
    .capacity = 4096, .name = "made before main", .listed = true});

arena_options listed(std::string_view name) {
    return {.capacity = std::size_t{1} << 20, .name = name, .listed = true};
}

/// Of all but the one above.
std::vector<std::string> names() {
    std::vector<std::string> result;
    for_each_arena([&](const listed_arena& one) {
        if (one.name() != made_before_main.name()) {
            result.emplace_back(one.name());
        }
    });
    return result;
}

using list_of_names = std::vector<std::string>;

TEST(for_each_arena, finds_those_that_are_listed_in_the_order_of_their_making) {
    std::optional<arena> first(std::in_place, listed("first"));
    const arena unlisted(arena_options{.capacity = 4096, .name = "unlisted"});
    std::optional<cpu_arena> second(std::in_place, listed("second"));
    std::optional<arena> third(std::in_place, listed("third"));
    EXPECT_EQ(names(), (list_of_names{"first", "second", "third"}));
    second.reset();
    EXPECT_EQ(names(), (list_of_names{"first", "third"}));
    first.reset();
    first.emplace(listed("fourth"));
    EXPECT_EQ(names(), (list_of_names{"third", "fourth"}));
    first.reset();
    third.reset();
    EXPECT_EQ(names(), list_of_names{});
}

TEST(for_each_arena, finds_one_made_before_main) {
    std::size_t found = 0;
    for_each_arena([&found](const listed_arena& one) {
        found += one.name() == made_before_main.name() ? 1U : 0U;
    });
    EXPECT_EQ(found, 1U);
}

TEST(for_each_arena, shows_what_the_arena_itself_shows) {
    cpu_arena a(listed("shown"));
    static_cast<void>(a.allocate_bytes(100));
    for_each_arena([&](const listed_arena& one) {
        if (one.name() == "shown") {
            EXPECT_TRUE(one.is_cpu_arena());
            EXPECT_EQ(one.usage().used, a.usage().used);
            EXPECT_EQ(one.inspect().name, "shown");
            EXPECT_EQ(one.inspect().frontier, a.inspect().frontier);
        } else {
            EXPECT_FALSE(one.is_cpu_arena());
        }
    });
}

TEST(for_each_arena, finds_none_that_failed_to_open) {
    arena_options options = listed("failed");
    options.capacity = 0;
    EXPECT_THROW(const arena a(options), std::invalid_argument);
    std::error_code error;
    EXPECT_EQ(memory_arena::try_make_arena(options, error), nullptr);
    EXPECT_EQ(names(), list_of_names{});
}

TEST(for_each_arena, passes_on_what_the_callable_throws_and_lets_the_list_go) {
    const arena a(listed("a"));
    EXPECT_THROW(for_each_arena([](const listed_arena&) { throw std::runtime_error("stop"); }),
                 std::runtime_error);
    std::thread([] { const arena other(listed("made by another thread")); }).join();
    const arena b(listed("b"));
    EXPECT_EQ(names(), (list_of_names{"a", "b"}));
}

TEST(for_each_arena, may_be_called_within_itself) {
    const arena a(listed("a"));
    const arena b(listed("b"));
    std::size_t pairs = 0;
    for_each_arena([&](const listed_arena&) {
        for_each_arena([&](const listed_arena&) { ++pairs; });
    });
    EXPECT_EQ(pairs, 9U);
    EXPECT_EQ(names(), (list_of_names{"a", "b"}));
}

TEST(for_each_arena, lets_the_callable_allocate_and_make_arenas_that_are_not_listed) {
    arena a(listed("a"));
    for_each_arena([&](const listed_arena&) {
        static_cast<void>(a.allocate_bytes(8));
        a.reset();
        const arena unlisted(4096);
    });
    EXPECT_GE(a.generation(), 2U);
}

TEST(for_each_arena, refuses_to_have_a_listed_arena_made_by_the_callable) {
    const arena a(listed("a"));
    for_each_arena([](const listed_arena&) {
        EXPECT_THROW(const arena b(listed("b")), std::invalid_argument);
        std::error_code error;
        EXPECT_EQ(memory_arena::try_make_arena(listed("b"), error), nullptr);
        EXPECT_EQ(error, std::errc::invalid_argument);
    });
    EXPECT_EQ(names(), list_of_names{"a"});
}

TEST(for_each_arena_death_test, reports_a_listed_arena_destroyed_by_the_callable) {
    std::optional<arena> a(std::in_place, listed("a"));
    EXPECT_DEATH_IF_SUPPORTED(
        for_each_arena([&](const listed_arena&) { a.reset(); }), "destroyed within for_each_arena");
}

TEST(for_each_arena, keeps_an_arena_while_it_is_shown) {
    std::optional<arena> a(std::in_place, listed("a"));
    std::atomic<bool> begun{false};
    std::atomic<bool> destroyed{false};
    std::thread destroyer([&] {
        while (!begun.load()) {
            std::this_thread::yield();
        }
        a.reset();
        destroyed.store(true);
    });
    for_each_arena([&](const listed_arena& one) {
        begun.store(true);
        // Time enough for one that doesn't wait to be seen; one that waits is never seen.
        for (int look = 0; look < 50; ++look) {
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
            ASSERT_FALSE(destroyed.load());
        }
        EXPECT_EQ(one.usage().used, 0U);
    });
    destroyer.join();
    EXPECT_TRUE(destroyed.load());
}

TEST(for_each_arena, beside_threads_that_make_use_and_destroy_arenas_shows_whole_ones) {
    constexpr std::size_t threads = 3;
    std::atomic<std::size_t> at_work{threads};
    test_support::run_team(threads + 2, [&](std::size_t index) {
        if (index < threads) {
            for (std::size_t round = test_support::scaled(300); round > 0; --round) {
                arena one(listed("one"));
                const arena other(listed("other"));
                for (int count = 0; count < 100; ++count) {
                    static_cast<void>(one.allocate_bytes(100));
                }
                one.reset();
            }
            at_work.fetch_sub(1);
            return;
        }
        while (at_work.load() != 0) {
            for_each_arena([](const listed_arena& one) {
                test_support::expect_sound(one.inspect());
                ASSERT_FALSE(one.name().empty());
            });
            ASSERT_TRUE(memory_arena::to_open_metrics().ends_with("# EOF\n"));
        }
    });
    EXPECT_EQ(names(), list_of_names{});
}

}  // namespace
