// The options on the system's pages: what an arena asks for, what it gets, and that it works either
// way.

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <optional>
#include <string>

#include <memory_arena/arena.hpp>

#include "support/figures.hpp"
#include "support/mapping_facts.hpp"
#include "support/memory_nodes.hpp"
#include "support/own_pages.hpp"
#include "support/refusing_kernel.hpp"
#include "support/scale.hpp"

namespace {

using memory_arena::arena;
using memory_arena::arena_options;
using memory_arena::arena_usage;
using memory_arena::cpu_arena;
using memory_arena::numa_placement;
using memory_arena::page_kind;
using test_support::facts_of;
using test_support::own_pages;

constexpr std::size_t mebibyte = std::size_t{1} << 20;
constexpr std::uint32_t set_vma = 0x53564d41;
constexpr std::uint32_t populate_write = 23;

/// Everything at once.
constexpr arena_options all_of_them = {
    .capacity = 16 * mebibyte,
    .name = "all of them",
    .pages = page_kind::transparent_huge,
    .prefault_bytes = mebibyte,
    .numa = numa_placement::bind,
    .numa_nodes = 1,
    .exclude_from_core_dumps = true,
    .named_mappings = true};

/// Every byte of the arena can be had and written to, before a reset and after it.
bool works(arena& source) {
    for (int turn = 0; turn < 2; ++turn) {
        auto* const whole = static_cast<std::byte*>(source.try_allocate_bytes(source.capacity()));
        if (whole == nullptr) {
            return false;
        }
        std::fill_n(whole, source.capacity(), std::byte{1});
        source.reset();
    }
    return true;
}

/// Makes an arena under a kernel that `restrict` has restricted: it works, and `went_well`.
void expect_in_child(const std::function<void()>& restrict, const arena_options& options,
                     const std::function<bool(const arena_usage&)>& went_well) {
    const auto in_child = [&] {
        restrict();
        arena made(options);
        const arena_usage figures = made.usage();
        std::fprintf(stderr, "pages %d, %zu refused, %zu committed\n",
                     static_cast<int>(figures.pages), figures.refused, figures.committed);
        std::_Exit(works(made) && went_well(figures) ? 0 : 1);
    };
    EXPECT_EXIT(in_child(), ::testing::ExitedWithCode(0), "");
}

TEST(os_memory, is_address_space_and_nothing_else_by_default) {
    if (test_support::work_divisor != 1) {
        GTEST_SKIP() << "a sanitizer makes calls of its own";
    }
    SKIP_UNLESS_CALLS_CAN_BE_REFUSED();
    const auto in_child = [] {
        for (const long call : {SYS_madvise, SYS_mbind, SYS_clone, SYS_clone3, SYS_openat,
                                SYS_membarrier, SYS_getcpu}) {
            test_support::forbid_calls({call});
        }
        const arena one(std::size_t{16} << 20);
        const cpu_arena two(std::size_t{16} << 20);
        const arena_usage figures = one.usage();
        std::_Exit(figures.refused == 0 && figures.pages == page_kind::standard ? 0 : 1);
    };
    EXPECT_EXIT(in_child(), ::testing::ExitedWithCode(0), "");
}

TEST(os_memory, is_five_mappings_at_most) {
    arena_options options = all_of_them;
    options.prefault_bytes = 0;  // the C library keeps the stacks of threads that have ended
    std::optional<arena> made;
    const own_pages mapped([&] { made.emplace(options); });
    EXPECT_LE(mapped.count(), 5U);
    EXPECT_LT(mapped.bytes(), 18 * mebibyte);
}

TEST(os_memory, is_of_transparent_huge_pages_where_the_system_has_them) {
    if (!test_support::has_transparent_huge_pages()) {
        GTEST_SKIP() << "this kernel has no transparent huge pages, or they are turned off";
    }
    arena made(arena_options{.capacity = 16 * mebibyte, .pages = page_kind::transparent_huge});
    EXPECT_EQ(made.usage().pages, page_kind::transparent_huge);
    EXPECT_EQ(made.usage().refused, 0U);
    EXPECT_TRUE(facts_of(made.try_allocate_bytes(1)).has_flag("hg"));
    made.reset();
    EXPECT_TRUE(works(made));
}

TEST(os_memory, is_of_standard_pages_where_huge_ones_are_refused) {
    const arena_options options = {.capacity = 16 * mebibyte, .pages = page_kind::transparent_huge};
    const auto is_standard = [](const arena_usage& figures) {
        return figures.pages == page_kind::standard && figures.refused == 1;
    };
    expect_in_child(test_support::do_without_huge_pages, options, is_standard);
    SKIP_UNLESS_CALLS_CAN_BE_REFUSED();
    expect_in_child(
        [] {
            test_support::refuse_calls({SYS_madvise, 2, MADV_HUGEPAGE}, EINVAL);
        },
        options, is_standard);
}

TEST(os_memory, is_of_explicit_huge_pages_where_the_pool_has_them) {
    if (test_support::free_pool_pages() < 5) {
        GTEST_SKIP() << "the pool has no 5 huge pages: sysctl vm.nr_hugepages=64 sets some aside";
    }
    arena made(arena_options{.capacity = 9 * mebibyte, .pages = page_kind::explicit_huge});
    EXPECT_EQ(made.usage().pages, page_kind::explicit_huge);
    EXPECT_EQ(made.usage().refused, 0U);
    EXPECT_EQ(made.usage().reserved, 9 * mebibyte);
    void* const first = made.try_allocate_bytes(1);
    EXPECT_EQ(facts_of(first).page_bytes, 2 * mebibyte);
    EXPECT_EQ(made.usage().committed, 2 * mebibyte);
    made.reset();
    EXPECT_TRUE(works(made));
    EXPECT_EQ(made.usage().committed, 9 * mebibyte);
}

TEST(os_memory, is_of_smaller_pages_where_the_pool_is_too_small) {
    // No pool is so large, and half of a 32-bit address space is refused as well.
    const std::size_t pool = test_support::free_pool_pages() * 2 * mebibyte;
    arena made(arena_options{.capacity = pool + 16 * mebibyte, .pages = page_kind::explicit_huge});
    const arena_usage figures = made.usage();
    if (figures.pages == page_kind::transparent_huge) {
        EXPECT_EQ(figures.refused, 1U);
    } else {
        EXPECT_EQ(figures.pages, page_kind::standard);
        EXPECT_EQ(figures.refused, 2U);
    }
    EXPECT_NE(made.try_allocate_bytes(16), nullptr);
}

/// The last that a callback heard.
struct progress {
    std::size_t done = 0;
    std::size_t all = 0;

    static void note(void* context, std::size_t done, std::size_t all) noexcept {
        *static_cast<progress*>(context) = {done, all};
    }
};

TEST(os_memory, is_committed_before_its_first_use_where_asked_for) {
    progress heard;
    std::optional<arena> made;
    const own_pages mapped([&] {
        made.emplace(arena_options{.capacity = 16 * mebibyte,
                                   .prefault_bytes = 10 * mebibyte,
                                   .on_prefault = progress::note,
                                   .prefault_context = &heard});
    });
    EXPECT_EQ(heard.done, 10 * mebibyte);
    EXPECT_EQ(heard.all, 10 * mebibyte);
    EXPECT_GE(mapped.resident(), 10 * mebibyte);
    EXPECT_EQ(made->usage().committed, 10 * mebibyte);
    EXPECT_EQ(made->usage().peak, 0U);
    EXPECT_EQ(made->usage().refused, 0U);
    EXPECT_TRUE(works(*made));
    EXPECT_EQ(made->usage().committed, 16 * mebibyte);
}

TEST(os_memory, is_committed_up_to_the_capacity_at_most) {
    progress heard;
    arena made(arena_options{.capacity = mebibyte,
                             .prefault_bytes = SIZE_MAX,
                             .on_prefault = progress::note,
                             .prefault_context = &heard});
    EXPECT_EQ(heard.done, mebibyte);
    EXPECT_EQ(heard.all, mebibyte);
    EXPECT_EQ(made.usage().committed, mebibyte);
}

TEST(os_memory, is_made_where_too_little_of_it_can_be_committed) {
    SKIP_UNLESS_CALLS_CAN_BE_REFUSED();
    expect_in_child(
        [] {
            test_support::refuse_calls({SYS_madvise, 2, populate_write}, ENOMEM);
        },
        {.capacity = 16 * mebibyte, .prefault_bytes = 10 * mebibyte},
        [](const arena_usage& now) { return now.committed == 0 && now.refused == 1; });
}

TEST(os_memory, lies_on_the_nodes_that_it_was_given) {
    SKIP_UNLESS_THERE_ARE_MEMORY_NODES();
    arena bound(
        arena_options{.capacity = 16 * mebibyte, .numa = numa_placement::bind, .numa_nodes = 1});
    EXPECT_EQ(bound.usage().refused, 0U);
    EXPECT_EQ(test_support::policy_at(bound.try_allocate_bytes(1)).mode, 2);
    EXPECT_EQ(test_support::policy_at(bound.try_allocate_bytes(1)).nodes, 1U);
    arena spread(arena_options{
        .capacity = 16 * mebibyte, .numa = numa_placement::interleave, .numa_nodes = 1});
    EXPECT_EQ(test_support::policy_at(spread.try_allocate_bytes(1)).mode, 3);
    arena as_ever(16 * mebibyte);
    EXPECT_EQ(test_support::policy_at(as_ever.try_allocate_bytes(1)).mode, 0);
}

TEST(os_memory, lies_anywhere_where_there_is_no_such_node) {
    arena made(arena_options{.capacity = 16 * mebibyte,
                             .numa = numa_placement::bind,
                             .numa_nodes = std::uint64_t{1} << 63});
    EXPECT_EQ(made.usage().refused, 1U);
    EXPECT_TRUE(works(made));
}

TEST(os_memory, stays_out_of_core_dumps_where_asked_to) {
    std::optional<arena> made;
    made.emplace(arena_options{.capacity = 16 * mebibyte, .exclude_from_core_dumps = true});
    EXPECT_TRUE(facts_of(made->try_allocate_bytes(1)).has_flag("dd"));
    EXPECT_EQ(made->usage().refused, 0U);
    arena as_ever(16 * mebibyte);
    EXPECT_FALSE(facts_of(as_ever.try_allocate_bytes(1)).has_flag("dd"));
}

TEST(os_memory, bears_the_arenas_name_or_counts_that_it_mayn_t) {
    arena made(
        arena_options{.capacity = 16 * mebibyte, .name = "requests", .named_mappings = true});
    const std::string name = facts_of(made.try_allocate_bytes(1)).name;
    if (made.usage().refused == 0) {
        EXPECT_EQ(name, "[anon:memory_arena:requests]");
    } else {
        EXPECT_EQ(name, "");
        EXPECT_EQ(made.usage().refused, 2U);  // the reserve's, and that of the control pages
    }
}

TEST(os_memory, works_where_everything_is_refused) {
    SKIP_UNLESS_CALLS_CAN_BE_REFUSED();
    const auto refuse = [] {
        test_support::refuse_calls({SYS_madvise}, EINVAL);
        test_support::refuse_calls({SYS_mbind}, ENOSYS);
        test_support::refuse_calls({SYS_prctl, 0, set_vma}, EINVAL);
        test_support::refuse_calls({SYS_clone}, EAGAIN);
        test_support::refuse_calls({SYS_clone3}, EAGAIN);
    };
    // Huge pages, nodes, core dumps, two names; and the pages are committed by hand.
    expect_in_child(refuse, all_of_them, [](const arena_usage& now) {
        return now.pages == page_kind::standard && now.refused == 6 && now.committed == mebibyte;
    });
}

}  // namespace
