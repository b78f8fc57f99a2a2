#include "os/advice.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <system_error>

#include "os/virtual_memory.hpp"
#include "support/mapping_facts.hpp"
#include "support/own_pages.hpp"
#include "support/refusing_kernel.hpp"

namespace {

using memory_arena::os::exclude_from_core_dumps;
using memory_arena::os::huge_page_bytes;
using memory_arena::os::name_pages;
using memory_arena::os::page_name_of;
using memory_arena::os::pages;
using memory_arena::os::prefer_huge_pages;
using test_support::facts_of;

constexpr std::uint32_t set_vma = 0x53564d41;

/// Exits with 0 where the code is the one that the filter gives.
[[noreturn]] void exit_by(const std::error_code& refusal, int expected) {
    std::fprintf(stderr, "%s\n", refusal.message().c_str());
    std::_Exit(refusal == std::error_code(expected, std::system_category()) ? 0 : 1);
}

TEST(prefer_huge_pages, marks_the_mapping) {
    if (!test_support::has_transparent_huge_pages()) {
        GTEST_SKIP() << "this kernel has no transparent huge pages, or they are turned off";
    }
    pages some;
    ASSERT_FALSE(some.map_on_boundary(2 * huge_page_bytes, huge_page_bytes));
    EXPECT_FALSE(facts_of(some.begin()).has_flag("hg"));
    EXPECT_FALSE(prefer_huge_pages(some.begin(), some.bytes()));
    EXPECT_TRUE(facts_of(some.begin()).has_flag("hg"));
}

TEST(prefer_huge_pages, is_refused_where_the_process_has_given_them_up) {
    const auto in_child = [] {
        test_support::do_without_huge_pages();
        pages some;
        static_cast<void>(some.map(huge_page_bytes));
        exit_by(prefer_huge_pages(some.begin(), some.bytes()), ENOTSUP);
    };
    EXPECT_EXIT(in_child(), ::testing::ExitedWithCode(0), "");
}

TEST(prefer_huge_pages, says_why_the_system_refused) {
    SKIP_UNLESS_CALLS_CAN_BE_REFUSED();
    const auto in_child = [] {
        pages some;
        static_cast<void>(some.map(huge_page_bytes));
        test_support::refuse_calls({SYS_madvise, 2, MADV_HUGEPAGE}, EINVAL);
        exit_by(prefer_huge_pages(some.begin(), some.bytes()), EINVAL);
    };
    if (test_support::has_transparent_huge_pages()) {
        EXPECT_EXIT(in_child(), ::testing::ExitedWithCode(0), "");
    }
}

TEST(exclude_from_core_dumps, marks_the_mapping) {
    pages some;
    ASSERT_FALSE(some.map(1));
    EXPECT_FALSE(facts_of(some.begin()).has_flag("dd"));
    EXPECT_FALSE(exclude_from_core_dumps(some.begin(), some.bytes()));
    EXPECT_TRUE(facts_of(some.begin()).has_flag("dd"));
}

TEST(page_name, is_the_name_behind_the_librarys) {
    EXPECT_STREQ(
        page_name_of("requests of the server").data(), "memory_arena:requests of the server");
    EXPECT_STREQ(page_name_of("").data(), "memory_arena");
}

TEST(page_name, has_underscores_for_what_the_kernel_refuses) {
    EXPECT_STREQ(page_name_of("a[b]c\\d$e`f\ng\x7fh\xc3\xa4~ i").data(),
                 "memory_arena:a_b_c_d_e_f_g_h__~ i");
}

TEST(page_name, is_cut_where_the_kernel_has_no_more_room) {
    const std::string name(100, 'x');
    EXPECT_EQ(std::string(page_name_of(name).data()), "memory_arena:" + name.substr(0, 66));
}

TEST(name_pages, names_the_mapping_or_says_why_not) {
    pages some;
    ASSERT_FALSE(some.map(1));
    if (const std::error_code refusal = name_pages(some.begin(), some.bytes(), "a $ b")) {
        EXPECT_EQ(refusal, std::errc::invalid_argument);  // a kernel without names
        EXPECT_EQ(facts_of(some.begin()).name, "");
    } else {
        EXPECT_EQ(facts_of(some.begin()).name, "[anon:memory_arena:a _ b]");
    }
}

TEST(name_pages, says_why_the_system_refused) {
    SKIP_UNLESS_CALLS_CAN_BE_REFUSED();
    const auto in_child = [] {
        pages some;
        static_cast<void>(some.map(1));
        test_support::refuse_calls({SYS_prctl, 0, set_vma}, ENOMEM);
        exit_by(name_pages(some.begin(), some.bytes(), "name"), ENOMEM);
    };
    EXPECT_EXIT(in_child(), ::testing::ExitedWithCode(0), "");
}

}  // namespace
