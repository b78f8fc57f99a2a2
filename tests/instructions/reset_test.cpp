#include <memory_arena/arena.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <latch>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "support/instruction_counter.hpp"
#include "support/scale.hpp"

namespace {

struct scenario {
    std::size_t capacity;
    std::size_t objects;
    std::size_t threads;
};

constexpr std::size_t mib = std::size_t{1} << 20;

void use(memory_arena::arena& source, std::size_t objects) {
    for (std::size_t count = 0; count < objects; ++count) {
        static_cast<void>(source.new_object<char>());
    }
}

/// Threads that all hold their lanes at once.
void use_on_threads(memory_arena::arena& source, const scenario& what) {
    std::latch everybody(static_cast<std::ptrdiff_t>(what.threads));
    std::vector<std::jthread> team;
    for (std::size_t thread = 0; thread < what.threads; ++thread) {
        team.emplace_back([&] {
            use(source, what.objects / what.threads);
            everybody.arrive_and_wait();
        });
    }
}

std::optional<test_support::instruction_count> cost_of_reset(const scenario& what) {
    std::unique_ptr<memory_arena::arena> source;
    return test_support::count_instructions(
        [&] {
            source = std::make_unique<memory_arena::arena>(what.capacity);
            source->reset();  // binds what the linker binds at a first call
            if (what.threads == 1) {
                use(*source, what.objects);
            } else {
                use_on_threads(*source, what);
            }
            if (source->usage().lanes < what.threads) {
                std::abort();
            }
        },
        [&] { source->reset(); });
}

}  // namespace

TEST(reset_with_nothing_registered,
     costs_the_same_whatever_was_allocated_and_makes_no_system_call) {
    if (test_support::work_divisor != 1) {
        GTEST_SKIP() << "a sanitizer's instructions are not the library's";
    }
    const auto base = cost_of_reset({mib, 10, 1});
    if (!base) {
        GTEST_SKIP() << "this machine allows no tracing, or is no x86";
    }
    // The stacks of 500 threads don't fit 32 bits.
    const std::size_t many = sizeof(void*) > 4 ? 500 : 100;
    std::vector<scenario> others{{64 * mib, 5'000, many}, {512 * mib, 10'000'000, 1}};
    if (sizeof(std::size_t) > 4) {
        others.push_back({65'536 * mib, 10, 1});
    }
    EXPECT_GT(base->instructions, 10U);
    EXPECT_LT(base->instructions, 500U);  // 32 bits need some 400, 64 bits 250
    EXPECT_EQ(base->system_calls, 0U);
    for (const scenario& other : others) {
        const auto cost = cost_of_reset(other);
        ASSERT_TRUE(cost);
        EXPECT_EQ(cost->instructions, base->instructions) << other.capacity;
        EXPECT_EQ(cost->system_calls, 0U);
    }
    RecordProperty("instructions", static_cast<int>(base->instructions));
}

TEST(instruction_counter, sees_a_system_call) {
    const auto cost = test_support::count_instructions(
        [] {}, [] { std::this_thread::sleep_for(std::chrono::microseconds(1)); });
    if (!cost) {
        GTEST_SKIP() << "this machine allows no tracing, or is no x86";
    }
    EXPECT_GE(cost->system_calls, 1U);
}
