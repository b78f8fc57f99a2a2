// What a reserve asks the system for beside address space, and what it becomes when refused.

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>

#include "os/virtual_memory.hpp"
#include "reserve/reserve.hpp"
#include "support/mapping_facts.hpp"
#include "support/own_pages.hpp"
#include "support/reachable.hpp"
#include "support/refusing_kernel.hpp"

namespace {

using memory_arena::detail::page_options;
using memory_arena::detail::page_size;
using memory_arena::detail::reserve;
using memory_arena::os::huge_page_bytes;
using memory_arena::os::numa_policy;
using memory_arena::os::page_bytes;
using test_support::facts_of;
using test_support::own_pages;

constexpr std::size_t mebibyte = std::size_t{1} << 20;
constexpr std::size_t colour = 4096 - 128;

std::size_t past_huge_boundary(const std::byte* place) {
    return reinterpret_cast<std::uintptr_t>(place) % huge_page_bytes;
}

/// Whether `test` holds in a child process.
void expect_in_child(const std::function<bool()>& test) {
    EXPECT_EXIT(std::_Exit(test() ? 0 : 1), ::testing::ExitedWithCode(0), "");
}

/// Whether a reserve that asks for `size` works, ends up as `expected`, and counts `refusals`.
bool becomes(page_size size, page_size expected, std::size_t refusals) {
    reserve region;
    if (region.map(16 * mebibyte, colour, {.size = size})) {
        return false;
    }
    std::fill_n(region.begin(), region.capacity(), std::byte{1});
    std::fprintf(stderr, "pages %d, %zu refused\n", static_cast<int>(region.pages()),
                 region.refused_by_map());
    return region.pages() == expected && region.refused_by_map() == refusals;
}

TEST(reserve_pages, are_standard_ones_by_default) {
    reserve region;
    ASSERT_FALSE(region.map(16 * mebibyte, 0));
    EXPECT_EQ(region.pages(), page_size::standard);
    EXPECT_EQ(region.page_bytes(), page_bytes());
    EXPECT_EQ(region.refused_by_map(), 0U);
    EXPECT_EQ(region.prefaulted_bytes(), 0U);
    EXPECT_FALSE(facts_of(region.begin()).has_flag("hg"));
}

TEST(reserve_pages, that_are_transparent_huge_begin_at_the_boundary_before_the_colour) {
    reserve region;
    const own_pages mapped([&] {
        ASSERT_FALSE(region.map(5 * mebibyte, colour, {.size = page_size::transparent_huge}));
    });
    EXPECT_EQ(past_huge_boundary(region.begin()), colour);
    EXPECT_EQ(mapped.bytes(), 5 * mebibyte + 4096);
    EXPECT_EQ(region.capacity(), 5 * mebibyte);
    EXPECT_EQ(region.page_bytes(), page_bytes());
}

TEST(reserve_pages, that_are_transparent_huge_are_marked_so) {
    if (!test_support::has_transparent_huge_pages()) {
        GTEST_SKIP() << "this kernel has no transparent huge pages, or they are turned off";
    }
    reserve region;
    ASSERT_FALSE(region.map(16 * mebibyte, colour, {.size = page_size::transparent_huge}));
    EXPECT_EQ(region.pages(), page_size::transparent_huge);
    EXPECT_EQ(region.refused_by_map(), 0U);
    EXPECT_TRUE(facts_of(region.begin()).has_flag("hg"));
}

TEST(reserve_pages, are_standard_ones_where_transparent_huge_ones_are_refused) {
    expect_in_child([] {
        test_support::do_without_huge_pages();
        return becomes(page_size::transparent_huge, page_size::standard, 1);
    });
    SKIP_UNLESS_CALLS_CAN_BE_REFUSED();
    expect_in_child([] {
        test_support::refuse_calls({SYS_madvise, 2, MADV_HUGEPAGE}, EINVAL);
        return becomes(page_size::transparent_huge, page_size::standard, 1);
    });
}

TEST(reserve_pages, are_transparent_huge_ones_anywhere_where_address_space_is_short) {
    expect_in_child([] {
        std::ifstream status("/proc/self/statm");
        rlim_t pages = 0;
        status >> pages;
        const rlim_t limit = pages * page_bytes() + 17 * mebibyte;
        const rlimit limits = {limit, limit};
        reserve region;
        return setrlimit(RLIMIT_AS, &limits) == 0 &&
               !region.map(16 * mebibyte, 0, {.size = page_size::transparent_huge}) &&
               region.capacity() == 16 * mebibyte;
    });
}

TEST(reserve_pages, that_are_explicit_huge_come_out_of_the_pool) {
    if (test_support::free_pool_pages() < 2) {
        GTEST_SKIP() << "the pool has no 2 huge pages: sysctl vm.nr_hugepages=64 sets some aside";
    }
    reserve region;
    ASSERT_FALSE(region.map(3 * mebibyte, colour, {.size = page_size::explicit_huge}));
    EXPECT_EQ(region.pages(), page_size::explicit_huge);
    EXPECT_EQ(region.refused_by_map(), 0U);
    EXPECT_EQ(region.page_bytes(), huge_page_bytes);
    EXPECT_EQ(facts_of(region.begin()).page_bytes, huge_page_bytes);
    EXPECT_EQ(region.capacity(), 3 * mebibyte);
    EXPECT_EQ(past_huge_boundary(region.begin()), colour);
    std::fill_n(region.begin(), region.capacity(), std::byte{1});

    EXPECT_TRUE(region.discard(mebibyte, region.capacity()));
    EXPECT_EQ(region.begin()[2 * mebibyte - colour - 1], std::byte{1});
    EXPECT_EQ(region.begin()[2 * mebibyte - colour], std::byte{0});
}

TEST(reserve_pages, that_are_explicit_huge_do_without_a_colour_that_costs_one) {
    if (test_support::free_pool_pages() < 1) {
        GTEST_SKIP() << "the pool has no huge page: sysctl vm.nr_hugepages=64 sets some aside";
    }
    reserve region;
    const std::size_t before = test_support::free_pool_pages();
    ASSERT_FALSE(region.map(huge_page_bytes, colour, {.size = page_size::explicit_huge}));
    EXPECT_EQ(past_huge_boundary(region.begin()), 0U);
    std::fill_n(region.begin(), region.capacity(), std::byte{1});
    EXPECT_EQ(before - test_support::free_pool_pages(), 1U);
}

/// From now on the pool is empty.
void refuse_the_pool() {
    const auto flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | (21 << 26);
#ifdef SYS_mmap2
    test_support::refuse_calls({SYS_mmap2, 3, flags}, ENOMEM);
#else
    test_support::refuse_calls({SYS_mmap, 3, flags}, ENOMEM);
#endif
}

TEST(reserve_pages, become_smaller_step_by_step_where_the_pool_is_empty) {
    SKIP_UNLESS_CALLS_CAN_BE_REFUSED();
    if (test_support::has_transparent_huge_pages()) {
        expect_in_child([] {
            refuse_the_pool();
            return becomes(page_size::explicit_huge, page_size::transparent_huge, 1);
        });
    }
    expect_in_child([] {
        refuse_the_pool();
        test_support::do_without_huge_pages();
        return becomes(page_size::explicit_huge, page_size::standard, 2);
    });
}

TEST(reserve_pages, are_counted_for_each_refusal) {
    SKIP_UNLESS_CALLS_CAN_BE_REFUSED();
    expect_in_child([] {
        test_support::refuse_calls({SYS_madvise}, EINVAL);
        test_support::refuse_calls({SYS_mbind}, EPERM);
        test_support::refuse_calls({SYS_prctl, 0, 0x53564d41}, EINVAL);
        reserve region;
        const page_options all = {
            .size = page_size::transparent_huge,
            .policy = numa_policy::bind,
            .nodes = 1,
            .exclude_from_core_dumps = true,
            .is_named = true,
            .name = "refused"};
        if (region.map(mebibyte, colour, all)) {
            return false;
        }
        std::fill_n(region.begin(), region.capacity(), std::byte{1});
        return region.pages() == page_size::standard && region.refused_by_map() == 4;
    });
}

TEST(reserve_pages, are_prefaulted_up_to_the_capacity) {
    reserve region;
    const own_pages mapped([&] { ASSERT_FALSE(region.map(6 * mebibyte, colour)); });
    region.prefault(SIZE_MAX, nullptr, nullptr);
    EXPECT_EQ(region.prefaulted_bytes(), 6 * mebibyte);
    EXPECT_EQ(mapped.resident(), 6 * mebibyte + page_bytes());
    EXPECT_EQ(region.refused_by_map(), 0U);
}

TEST(reserve_pages, that_are_prefaulted_as_explicit_huge_ones_need_no_touch) {
    if (test_support::free_pool_pages() < 4) {
        GTEST_SKIP() << "the pool has no 4 huge pages: sysctl vm.nr_hugepages=64 sets some aside";
    }
    reserve region;
    const std::size_t before = test_support::free_pool_pages();
    ASSERT_FALSE(region.map(7 * mebibyte, colour, {.size = page_size::explicit_huge}));
    region.prefault(5 * mebibyte, nullptr, nullptr);
    EXPECT_EQ(before - test_support::free_pool_pages(), 3U);
}

TEST(reserve_pages, of_a_quarantine_are_regions_of_which_the_first_is_open) {
    reserve region;
    ASSERT_FALSE(region.map(mebibyte - 100, colour, {.quarantine = 2}));
    EXPECT_EQ(region.capacity(), mebibyte);
    EXPECT_EQ(region.regions().count, 3U);
    const std::size_t stride = region.regions().stride;
    const auto reaches = [&](std::size_t index) {
        std::byte* const first = region.begin() + index * stride;
        const bool open = test_support::is_writable(first);
        EXPECT_EQ(test_support::is_readable(first + mebibyte - 1), open) << index;
        return open;
    };
    EXPECT_TRUE(reaches(0));
    EXPECT_FALSE(reaches(1));
    EXPECT_FALSE(reaches(2));
    std::fill_n(region.begin(), mebibyte, std::byte{1});
    EXPECT_TRUE(region.open_region(1));
    EXPECT_TRUE(region.close_region(0));
    EXPECT_FALSE(reaches(0));
    EXPECT_TRUE(reaches(1));
    EXPECT_FALSE(reaches(2));
    std::fill_n(region.begin() + stride, mebibyte, std::byte{2});
    EXPECT_TRUE(region.open_region(0));
    EXPECT_EQ(region.begin()[mebibyte - 1], std::byte{1}) << "what they hold stays";
    EXPECT_TRUE(region.discard_region(1));
    EXPECT_EQ(region.begin()[stride + mebibyte - 1], std::byte{0});
    EXPECT_EQ(region.begin()[mebibyte - 1], std::byte{1});
    EXPECT_TRUE(region.contains(region.begin() + stride, stride));
    EXPECT_FALSE(region.contains(region.begin(), stride));
    EXPECT_FALSE(region.contains(region.begin() + stride + mebibyte, stride));
    EXPECT_EQ(region.refused_by_map(), 0U);
}

}  // namespace
