// An arena over the caller's own memory.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <vector>

#include <memory_arena/arena.hpp>

#include "support/figures.hpp"
#include "support/logged.hpp"
#include "support/team.hpp"

namespace {

using memory_arena::arena;
using memory_arena::arena_options;

constexpr std::size_t mebibyte = std::size_t{1} << 20;
constexpr std::byte untouched{0x5a};
constexpr std::byte written{0xee};

bool all_are(std::span<const std::byte> bytes, std::byte value) {
    return std::ranges::all_of(bytes, [value](std::byte byte) { return byte == value; });
}

/// Takes all that `a` has, in pieces of `bytes`, and writes to it. How much that was.
std::size_t write_everything(arena& a, std::size_t bytes) {
    std::size_t total = 0;
    while (void* block = a.try_allocate_bytes(bytes, 8)) {
        std::memset(block, static_cast<int>(written), bytes);
        total += bytes;
    }
    return total;
}

TEST(buffer, serves_from_the_callers_memory) {
    std::vector<std::byte> memory(64 << 10);
    arena a(arena_options{.name = "buffer", .buffer = memory});
    auto* block = static_cast<std::byte*>(a.allocate_bytes(100));
    EXPECT_GE(block, memory.data());
    EXPECT_LE(block + 100, memory.data() + memory.size());
    EXPECT_TRUE(a.contains(block));
    EXPECT_EQ(a.name(), "buffer");
}

TEST(buffer, has_what_lies_between_its_sixteen_byte_boundaries) {
    alignas(16) std::array<std::byte, 4096> memory;
    for (std::size_t offset = 0; offset < 20; ++offset) {
        for (const std::size_t size : {100U, 111U, 112U, 113U, 4000U}) {
            SCOPED_TRACE(::testing::Message() << size << " at " << offset);
            arena a(arena_options{.buffer = std::span(memory).subspan(offset, size)});
            const std::size_t begin = (offset + 15) / 16 * 16;
            EXPECT_EQ(a.capacity(), (offset + size) / 16 * 16 - begin);
            EXPECT_EQ(a.usage().reserved, a.capacity());
            EXPECT_TRUE(a.contains(&memory[begin]));
            EXPECT_TRUE(a.contains(&memory[begin] + a.capacity() - 1));
            EXPECT_FALSE(a.contains(&memory[begin] + a.capacity()));
            EXPECT_EQ(a.allocate_bytes(a.capacity()), &memory[begin]);
        }
    }
}

TEST(buffer, can_all_be_handed_out) {
    alignas(16) std::array<std::byte, 64 << 10> memory;
    for (const std::size_t size : {16U, 32U, 48U, 1008U, 1024U, 4096U, 5008U, 65'536U}) {
        SCOPED_TRACE(size);
        const std::span<std::byte> bytes = std::span(memory).first(size);
        arena a(arena_options{.buffer = bytes});
        for (int round = 0; round < 3; ++round) {
            std::ranges::fill(bytes, untouched);
            EXPECT_EQ(write_everything(a, 16), size);
            EXPECT_TRUE(all_are(bytes, written));
            a.reset();
        }
    }
}

TEST(buffer, is_left_alone_but_for_what_callers_write) {
    alignas(16) std::array<std::byte, 64 << 10> memory;
    memory.fill(untouched);
    {
        arena a(arena_options{.buffer = std::span(memory).subspan(16, 60'000)});
        for (int round = 0; round < 3; ++round) {
            static_cast<void>(a.allocate_bytes(100));
            static_cast<void>(a.allocate_bytes(10'000));
            test_support::fill(a, 24);
            static_cast<void>(a.usage());
            a.reset();
        }
        test_support::run_team(4, [&a](std::size_t) { static_cast<void>(a.allocate_bytes(64)); });
    }
    EXPECT_TRUE(all_are(memory, untouched));
}

TEST(buffer, is_untouched_around_what_the_arena_was_given) {
    alignas(16) std::array<std::byte, 8192> memory;
    for (std::size_t offset = 1; offset < 20; ++offset) {
        for (const std::size_t size : {31U, 100U, 4095U, 4096U, 5000U}) {
            memory.fill(untouched);
            const std::span<std::byte> whole(memory);
            arena a(arena_options{.buffer = whole.subspan(offset, size)});
            EXPECT_EQ(write_everything(a, 8), a.capacity());
            EXPECT_TRUE(all_are(whole.first(offset), untouched));
            EXPECT_TRUE(all_are(whole.subspan(offset + size), untouched));
        }
    }
}

TEST(buffer, can_be_used_again_after_destruction) {
    std::vector<std::byte> memory(64 << 10);
    test_support::destruction_log destroyed;
    for (int round = 0; round < 100; ++round) {
        {
            arena a(arena_options{.buffer = memory});
            static_cast<void>(a.new_object<test_support::logged>(destroyed, round));
            EXPECT_GT(write_everything(a, 64), memory.size() / 2);
        }
        EXPECT_EQ(destroyed.size(), static_cast<std::size_t>(round) + 1);
        std::memset(memory.data(), round, memory.size());  // all of it is the caller's again
    }
}

TEST(buffer, serves_many_threads) {
    std::vector<std::byte> memory(mebibyte);
    arena a(arena_options{.buffer = memory});
    for (int round = 0; round < 3; ++round) {
        std::array<std::size_t, 4> taken{};
        test_support::run_team(
            4, [&](std::size_t index) { taken[index] = write_everything(a, 64); });
        EXPECT_EQ(taken[0] + taken[1] + taken[2] + taken[3], a.used_bytes());
        EXPECT_GT(a.used_bytes(), a.capacity() / 2);
        a.reset();
    }
}

TEST(buffer, aligns_by_address_and_not_by_its_own_begin) {
    alignas(4096) static std::array<std::byte, 64 << 10> memory;
    arena a(arena_options{.buffer = std::span(memory).subspan(16)});
    for (std::size_t alignment = 1; alignment <= 4096; alignment *= 2) {
        EXPECT_TRUE(test_support::is_aligned(a.allocate_bytes(8, alignment), alignment));
    }
    // Only a buffer that happens to cross such an address has it.
    const void* rare = a.try_allocate_bytes(8, mebibyte);
    EXPECT_TRUE(rare == nullptr || (test_support::is_aligned(rare, mebibyte) && a.contains(rare)));
}

TEST(buffer, may_lie_on_the_stack_or_in_another_arena) {
    arena outer(mebibyte);
    const std::span<std::byte> lent = outer.new_span_for_overwrite<std::byte>(64 << 10);
    arena inner(arena_options{.buffer = lent});
    EXPECT_TRUE(outer.contains(inner.allocate_bytes(1000)));
}

}  // namespace
