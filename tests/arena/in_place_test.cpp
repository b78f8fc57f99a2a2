// Spans that grow where they are, and blocks that go back before the reset.

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <stdexcept>
#include <vector>

#include <memory_arena/arena.hpp>
#include <memory_arena/lease.hpp>

#include "support/team.hpp"

namespace {

using memory_arena::arena;
using memory_arena::arena_options;
using memory_arena::cpu_arena;
using memory_arena::lane_path;
using namespace test_support;

constexpr std::size_t kib = 1024;
constexpr std::size_t mib = 1024 * kib;

/// Grows a span through try_extend by `step(size)` elements at a time, and writes to it.
template <class T, class Source, class Step>
std::span<T> grow(Source& source, std::size_t first, std::size_t count, Step step) {
    std::span<T> all = source.template new_span<T>(first);
    std::iota(all.begin(), all.end(), T{});
    while (all.size() < count) {
        const std::size_t before = all.size();
        const auto more = source.try_extend(all, std::min(before + step(before), count));
        if (!more) {
            ADD_FAILURE() << "not beyond " << before;
            return all;
        }
        EXPECT_EQ(more->data(), all.data());
        EXPECT_EQ(more->back(), T{});
        all = *more;
        std::iota(
            all.begin() + static_cast<std::ptrdiff_t>(before), all.end(), static_cast<T>(before));
    }
    for (std::size_t index = 0; index < all.size(); ++index) {
        if (all[index] != static_cast<T>(index)) {
            ADD_FAILURE() << "element " << index;
            break;
        }
    }
    return all;
}

constexpr auto by_one = [](std::size_t) { return std::size_t{1}; };
constexpr auto by_a_half = [](std::size_t size) { return size / 2 + 1; };
constexpr auto doubling = [](std::size_t size) { return size; };

template <class Grow>
void expect_no_waste(std::size_t bytes, Grow grow_it) {
    arena source(16 * mib);
    grow_it(source);
    EXPECT_EQ(source.used_bytes(), bytes);
    // The TLAB's and the extent's rest, and nothing left behind.
    EXPECT_LE(source.usage().slack, 256 * kib);
}

TEST(try_extend, lets_a_builder_waste_nothing) {
    for (const std::size_t first : {1U, 3U, 500U, 3000U, 20000U, 100001U}) {
        SCOPED_TRACE(first);
        constexpr std::size_t count = 300000;
        expect_no_waste(count * 8, [&](arena& source) {
            grow<std::uint64_t>(source, first, count, by_a_half);
        });
        expect_no_waste(
            count * 8, [&](arena& source) { grow<std::uint64_t>(source, first, count, doubling); });
    }
    expect_no_waste(
        300000 * 8, [&](arena& source) { grow<std::uint64_t>(source, 1, 300000, by_one); });
    expect_no_waste(100000, [&](arena& source) { grow<char>(source, 1, 100000, by_one); });
}

TEST(try_extend, takes_the_whole_arena) {
    for (const std::size_t capacity : {4 * kib, 64 * kib, mib, 16 * mib + 16}) {
        arena source(capacity);
        const auto all = grow<char>(source, 1, source.capacity(), by_a_half);
        EXPECT_EQ(all.size(), source.capacity());
        EXPECT_EQ(source.try_extend(all, all.size() + 1), std::nullopt);
        EXPECT_EQ(source.used_bytes(), source.capacity());
    }
}

TEST(try_extend, of_what_is_not_the_newest_is_refused_and_takes_nothing) {
    arena source(mib);
    const auto first = source.new_span<int>(10);
    const auto second = source.new_span<int>(10);
    const std::size_t used = source.used_bytes();
    EXPECT_EQ(source.try_extend(first, 11), std::nullopt);
    EXPECT_EQ(source.used_bytes(), used);
    EXPECT_TRUE(source.try_extend(second, 11));
}

TEST(try_extend, of_nothing_and_to_too_much_is_refused) {
    arena source(mib);
    EXPECT_EQ(source.try_extend(std::span<int>(), 1), std::nullopt);
    EXPECT_TRUE(source.try_extend(std::span<int>(), 0));
    const auto some = source.new_span<int>(10);
    for (const std::size_t count : {~std::size_t{0}, ~std::size_t{0} / 4, std::size_t{mib}}) {
        EXPECT_EQ(source.try_extend(some, count), std::nullopt);
    }
    EXPECT_EQ(source.used_bytes(), 40U);
    EXPECT_TRUE(source.try_extend(some, 1000));
}

TEST(try_extend, shrinks) {
    arena source(mib);
    const auto some = source.new_span<int>(100);
    const auto fewer = source.try_extend(some, 10);
    ASSERT_TRUE(fewer);
    EXPECT_EQ(fewer->size(), 10U);
    EXPECT_EQ(source.used_bytes(), 40U);
    const auto none = source.try_extend(*fewer, 0);
    ASSERT_TRUE(none);
    EXPECT_EQ(source.used_bytes(), 0U);
}

TEST(try_extend, gives_back_what_a_constructor_refused) {
    struct moody {
        int value = 0;
        explicit moody(int of) noexcept : value(of) {}
        moody() : moody(0) {
            if (++made() == 5) {
                throw std::runtime_error("enough");
            }
        }
        static int& made() {
            static int count = 0;
            return count;
        }
    };
    arena source(mib);
    const auto two = source.new_span<moody>(2);
    EXPECT_THROW(static_cast<void>(source.try_extend(two, 100)), std::runtime_error);
    EXPECT_EQ(source.used_bytes(), 2 * sizeof(moody));
    EXPECT_TRUE(source.try_extend(two, 100));
}

TEST(try_extend, works_in_a_lease_and_in_its_scopes) {
    arena source(16 * mib);
    auto lease = source.lease();
    grow<std::uint64_t>(lease, 1, 300000, by_a_half);
    EXPECT_EQ(source.used_bytes(), 300000 * 8U);
    const std::size_t frontier = source.usage().used + source.usage().slack;
    for (int turn = 0; turn < 3; ++turn) {
        const auto scope = lease.scope();
        grow<std::uint64_t>(lease, 1, 300000, by_a_half);
        EXPECT_EQ(source.used_bytes(), 600000 * 8U);
    }
    EXPECT_EQ(source.used_bytes(), 300000 * 8U);
    EXPECT_LE(source.usage().used + source.usage().slack, frontier + 300000 * 8U * 2);
}

TEST(try_extend, works_in_a_cpu_arena) {
    cpu_arena source(16 * mib);
    if (source.usage().path == lane_path::shards) {
        GTEST_SKIP() << source.usage().path_reason;
    }
    // This thread may be moved to another CPU at any time: so it is enough if it mostly goes well.
    int failures = 0;
    for (int turn = 0; turn < 100; ++turn) {
        source.reset();
        auto all = source.new_span<int>(10);
        while (all.size() < 10000) {
            if (const auto more = source.try_extend(all, all.size() + 10)) {
                all = *more;
            } else {
                ++failures;
                break;
            }
        }
    }
    EXPECT_LT(failures, 50);
}

TEST(try_extend, beside_other_threads_gives_nobody_what_another_has) {
    arena source(arena_options{.capacity = 64 * mib, .shard_count = 2});
    run_team(4, [&](std::size_t index) {
        std::vector<std::span<std::uint32_t>> made;
        const auto mine = static_cast<std::uint32_t>(index + 1);
        for (int turn = 0; turn < 200; ++turn) {
            const std::size_t first = 1 + static_cast<std::size_t>(turn) * 37 % 900;
            const auto begun = source.try_new_span<std::uint32_t>(first, mine);
            if (!begun) {
                break;  // the spans have taken all
            }
            auto all = *begun;
            for (int step = 0; step < 20; ++step) {
                const std::size_t before = all.size();
                const auto more = source.try_extend(all, before + before / 4 + 1);
                if (!more) {
                    break;
                }
                all = *more;
                for (std::uint32_t& value : all.subspan(before)) {
                    EXPECT_EQ(value, 0U);
                    value = mine;
                }
            }
            made.push_back(all);
            if (turn % 3 == 0) {
                source.deallocate_bytes(all.data(), all.size_bytes());
                made.pop_back();
            }
        }
        for (const auto all : made) {
            for (const std::uint32_t value : all) {
                ASSERT_EQ(value, mine);
            }
        }
    });
}

template <class Source>
void expect_temporaries_to_waste_nothing(arena& source, Source& from, std::size_t bytes) {
    auto* const first = static_cast<char*>(from.allocate_bytes(bytes, 8));
    from.deallocate_bytes(first, bytes);
    const std::size_t used = source.used_bytes();
    const std::size_t frontier = used + source.usage().slack;
    for (int turn = 0; turn < 100; ++turn) {
        auto* const again = static_cast<char*>(from.allocate_bytes(bytes, 8));
        ASSERT_EQ(again, first);
        *again = again[bytes - 1] = 'x';
        EXPECT_EQ(source.used_bytes(), used + (bytes + 7) / 8 * 8);
        from.deallocate_bytes(again, bytes);
        ASSERT_EQ(source.used_bytes(), used);
    }
    EXPECT_EQ(source.usage().used + source.usage().slack, frontier);
}

TEST(deallocate_bytes, lets_temporaries_waste_nothing) {
    for (const std::size_t bytes :
         {8U, 100U, 1000U, 1032U, 5000U, 20008U, 64512U, 64520U, 100008U, 1048576U, 3000000U}) {
        for (const std::size_t before : {0U, 8U, 3000U}) {
            SCOPED_TRACE(testing::Message() << bytes << " after " << before);
            arena source(16 * mib);
            static_cast<void>(source.allocate_bytes(before, 8));
            expect_temporaries_to_waste_nothing(source, source, bytes);
            auto lease = source.lease();
            static_cast<void>(lease.allocate_bytes(before, 8));
            expect_temporaries_to_waste_nothing(source, lease, bytes);
        }
    }
}

TEST(deallocate_bytes, lets_nested_temporaries_waste_nothing) {
    arena source(16 * mib);
    std::size_t frontier = 0;
    for (int turn = 0; turn < 100; ++turn) {
        constexpr std::array<std::size_t, 4> sizes{200000, 8, 70008, 1000000};
        std::array<void*, 4> blocks{};
        for (std::size_t index = 0; index < sizes.size(); ++index) {
            blocks[index] = source.allocate_bytes(sizes[index], 8);
        }
        for (std::size_t index = sizes.size(); index-- > 0;) {
            source.deallocate_bytes(blocks[index], sizes[index]);
        }
        ASSERT_EQ(source.used_bytes(), 0U);
        if (turn == 1) {
            frontier = source.usage().slack;
        }
    }
    EXPECT_EQ(source.usage().slack, frontier);
}

TEST(deallocate_bytes, of_what_is_not_the_newest_does_nothing) {
    arena source(mib);
    void* const first = source.allocate_bytes(64);
    auto second = source.new_span<char>(64, 'x');
    source.deallocate_bytes(first, 64);
    EXPECT_EQ(source.used_bytes(), 128U);
    EXPECT_NE(source.allocate_bytes(64), first);
    EXPECT_EQ(second.back(), 'x');
    source.deallocate_bytes(nullptr, 0);
    EXPECT_EQ(source.used_bytes(), 192U);
}

TEST(deallocate_bytes, of_another_threads_block_does_nothing) {
    for (const std::size_t bytes : {64U, 3000U, 100000U}) {
        arena source(arena_options{.capacity = mib, .shard_count = 1});
        void* const block = source.allocate_bytes(bytes, 8);
        run_team(1, [&](std::size_t) {
            static_cast<void>(source.allocate_bytes(8, 8));
            source.deallocate_bytes(block, bytes);
        });
        EXPECT_EQ(source.used_bytes(), (bytes + 7) / 8 * 8 + 8);
    }
}

TEST(deallocate_bytes, after_a_reset_finds_nothing_of_its_own) {
    arena source(mib);
    void* const large = source.allocate_bytes(100000, 8);
    source.reset();
    void* const other = source.allocate_bytes(8, 8);
    static_cast<void>(other);
    source.deallocate_bytes(large, 100000);
    EXPECT_EQ(source.used_bytes(), 8U);
}

TEST(deallocate_bytes, reuses_large_blocks_though_others_lie_on_the_shelf) {
    arena source(1024 * mib);
    void* const first = source.allocate_bytes(100000, 8);
    static_cast<void>(source.allocate_bytes(70000, 8));
    source.deallocate_bytes(first, 100000);
    static_cast<void>(source.allocate_bytes(90000, 8));  // leaves some blocks there
    source.deallocate_bytes(source.allocate_bytes(120000, 8), 120000);
    const std::size_t frontier = source.used_bytes() + source.usage().slack;
    for (int turn = 0; turn < 1000; ++turn) {
        source.deallocate_bytes(source.allocate_bytes(120000, 8), 120000);
    }
    EXPECT_EQ(source.used_bytes() + source.usage().slack, frontier);
}

TEST(deallocate_bytes, counts_what_the_shelves_have_no_room_for_as_used) {
    if (sizeof(void*) == 4) {
        GTEST_SKIP() << "needs more address space than 32 bits have";
    }
    arena source(arena_options{.capacity = 1024 * mib, .shard_count = 1});
    void* const block = source.allocate_bytes(400 * mib, 8);
    source.deallocate_bytes(block, 400 * mib);
    const std::size_t kept = source.used_bytes();
    EXPECT_LT(kept, 300 * mib);
    EXPECT_EQ(source.allocate_bytes(100 * mib, 8), block);
    EXPECT_EQ(source.used_bytes(), kept + 100 * mib);
    EXPECT_EQ(source.usage().used, kept + 100 * mib);
}

TEST(try_extend, that_fails_takes_nothing) {
    arena by_thread(64 * mib);
    cpu_arena by_cpu(64 * mib);
    const auto expect_nothing = [](auto& source) {
        const auto some = source.template new_span<char>(64);
        const auto before = source.usage();
        EXPECT_EQ(source.try_extend(some, 1024 * mib), std::nullopt);
        EXPECT_EQ(source.usage().used, before.used);
        EXPECT_EQ(source.usage().slack, before.slack);
    };
    expect_nothing(by_thread);
    expect_nothing(by_cpu);
}

}  // namespace
