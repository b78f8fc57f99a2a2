// A quarantine and the system: mappings, pages, and a system that refuses.

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <optional>

#include <memory_arena/arena.hpp>

#include "support/mapping_facts.hpp"
#include "support/own_pages.hpp"
#include "support/reachable.hpp"
#include "support/refusing_kernel.hpp"
#include "support/scale.hpp"

namespace {

using memory_arena::arena;
using memory_arena::arena_options;
using memory_arena::page_kind;
using memory_arena::retain;
using namespace test_support;

constexpr std::size_t kib = 1024;
constexpr std::size_t mib = 1024 * kib;

std::byte* take(arena& source, std::size_t bytes) {
    auto* const place = static_cast<std::byte*>(source.allocate_bytes(bytes));
    std::memset(place, 0x5a, bytes);
    return place;
}

/// Whether `test` holds in a child process.
void expect_in_child(const std::function<bool()>& test) {
    EXPECT_EXIT(std::_Exit(test() ? 0 : 1), ::testing::ExitedWithCode(0), "");
}

/// From now on the system opens no region.
void refuse_to_open() { refuse_calls({SYS_mprotect, 2, PROT_READ | PROT_WRITE}, ENOMEM); }

/// From now on it closes none.
void refuse_to_close() { refuse_calls({SYS_mprotect, 2, PROT_NONE}, ENOMEM); }

TEST(quarantine_memory, is_seven_mappings_at_most_however_many_generations_come) {
    if (work_divisor != 1) {
        GTEST_SKIP() << "a sanitizer maps memory of its own meanwhile";
    }
    std::optional<arena> made;
    const own_pages mapped([&] { made.emplace(arena_options{.capacity = mib, .quarantine = 9}); });
    EXPECT_LE(mapped.count(), 7U);
    EXPECT_GE(mapped.bytes(), 10 * mib);
    // The open region lies between closed ones, that the kernel joins.
    static mappings now;
    const auto begin = reinterpret_cast<std::uintptr_t>(take(*made, 64));
    for (int generation = 0; generation < 35; ++generation) {
        static_cast<void>(take(*made, 100 * kib));
        made->reset();
        now.read_again();
        const auto of_the_reserve = std::count_if(now.begin(), now.end(), [begin](const auto& one) {
            return one.end > begin && one.begin < begin + 10 * mib;
        });
        EXPECT_LE(of_the_reserve, 3) << generation;
    }
}

TEST(quarantine_memory, is_of_transparent_huge_pages_where_the_system_has_them) {
    if (!has_transparent_huge_pages()) {
        GTEST_SKIP() << "this kernel has no transparent huge pages, or they are turned off";
    }
    arena made(
        arena_options{.capacity = 4 * mib, .pages = page_kind::transparent_huge, .quarantine = 1});
    for (int generation = 0; generation < 4; ++generation) {
        EXPECT_TRUE(facts_of(take(made, 3 * mib)).has_flag("hg"));
        made.reset();
    }
    EXPECT_EQ(made.usage().refused, 0U);
}

TEST(quarantine_memory, goes_back_at_each_reset_whatever_is_to_be_kept) {
    std::optional<arena> made;
    const own_pages mapped([&] {
        made.emplace(arena_options{.capacity = 8 * mib, .quarantine = 2});
    });
    do_without_huge_pages();
    for (const retain kept :
         {retain::all, retain::up_to(4 * mib), retain::adaptive, retain::none}) {
        static_cast<void>(take(*made, 6 * mib));
        EXPECT_GE(mapped.resident(), 6 * mib);
        made->reset(kept);
        EXPECT_LE(mapped.resident(), 48 * kib);
        EXPECT_EQ(made->usage().committed, 0U);
    }
}

TEST(quarantine_memory, keeps_its_name_and_its_advice_in_each_region) {
    arena made(arena_options{
        .capacity = mib,
        .name = "watched",
        .exclude_from_core_dumps = true,
        .named_mappings = true,
        .quarantine = 2});
    const std::size_t refused = made.usage().refused;  // a kernel without names
    for (int generation = 0; generation < 7; ++generation) {
        const std::byte* const live = take(made, 64);
        made.reset();
        const std::array<const void*, 2> places{live, made.try_allocate_bytes(1)};
        for (const void* const place : places) {
            EXPECT_TRUE(facts_of(place).has_flag("dd"));
            EXPECT_EQ(facts_of(place).name, refused != 0 ? "" : "[anon:memory_arena:watched]");
        }
    }
    EXPECT_EQ(made.usage().refused, refused);
}

TEST(quarantine_memory, is_prefaulted_for_the_first_generation) {
    arena made(arena_options{.capacity = mib, .prefault_bytes = 512 * kib, .quarantine = 1});
    EXPECT_EQ(made.usage().committed, 512 * kib);
    made.trim();
    EXPECT_EQ(made.usage().committed, 512 * kib) << "a trim has nothing to do";
    made.reset();
    EXPECT_EQ(made.usage().committed, 0U);
}

TEST(quarantine_memory, stays_in_one_place_where_the_system_opens_no_other) {
    SKIP_UNLESS_CALLS_CAN_BE_REFUSED();
    expect_in_child([] {
        arena made(arena_options{.capacity = mib, .quarantine = 2});
        refuse_to_open();
        const std::byte* const first = take(made, 64);
        for (std::size_t reset = 1; reset <= 5; ++reset) {
            made.reset();
            auto* const whole = static_cast<std::byte*>(made.try_allocate_bytes(mib));
            if (whole != first || made.usage().refused != reset) {
                return false;
            }
            std::memset(whole, 1, mib);
        }
        return made.generation() == 6;
    });
}

TEST(quarantine_memory, is_wiped_even_where_the_generation_stays) {
    SKIP_UNLESS_CALLS_CAN_BE_REFUSED();
    expect_in_child([] {
        arena made(arena_options{.capacity = mib, .wipe_at_reset = true, .quarantine = 1});
        made.reset();  // in the second region then
        refuse_to_open();
        std::byte* const secret = take(made, 300 * kib);
        made.reset();
        return secret[0] == std::byte{0} && secret[300 * kib - 1] == std::byte{0};
    });
}

TEST(quarantine_memory, is_wiped_even_where_no_page_goes_back) {
    SKIP_UNLESS_CALLS_CAN_BE_REFUSED();
    expect_in_child([] {
        arena made(arena_options{.capacity = mib, .wipe_at_reset = true, .quarantine = 1});
        refuse_to_close();
        refuse_calls({SYS_madvise, 2, MADV_DONTNEED}, EINVAL);
        for (std::size_t reset = 1; reset <= 4; ++reset) {
            std::byte* const secret = take(made, 300 * kib);
            made.reset();
            if (secret[0] != std::byte{0} || secret[300 * kib - 1] != std::byte{0} ||
                made.usage().refused != 2 * reset) {
                return false;
            }
        }
        return true;
    });
}

TEST(quarantine_memory, goes_on_without_protection_where_the_system_closes_nothing) {
    SKIP_UNLESS_CALLS_CAN_BE_REFUSED();
    expect_in_child([] {
        refuse_to_close();
        arena made(arena_options{.capacity = mib, .quarantine = 2});
        if (made.usage().refused != 1) {
            return false;
        }
        for (std::size_t reset = 1; reset <= 5; ++reset) {
            const std::byte* const stale = take(made, mib);
            made.reset();
            if (!is_readable(stale) || stale[0] != std::byte{0} ||
                made.usage().refused != 1 + reset) {
                return false;
            }
        }
        return true;
    });
}

TEST(quarantine_memory, closes_again_what_the_system_opened_later) {
    SKIP_UNLESS_CALLS_CAN_BE_REFUSED();
    expect_in_child([] {
        arena made(arena_options{.capacity = mib, .quarantine = 1});
        const std::byte* const first = take(made, 64);
        made.reset();
        refuse_to_open();
        const std::byte* const second = take(made, 64);
        made.reset();  // stays where it is
        return !is_readable(first) && is_readable(second) && take(made, 64) == second;
    });
}

}  // namespace
