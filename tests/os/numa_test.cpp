#include "os/numa.hpp"

#include <gtest/gtest.h>
#include <sys/syscall.h>

#include <cstdlib>
#include <system_error>

#include "os/virtual_memory.hpp"
#include "support/memory_nodes.hpp"
#include "support/refusing_kernel.hpp"

namespace {

using memory_arena::os::numa_policy;
using memory_arena::os::pages;
using memory_arena::os::place;
using test_support::node_policy;
using test_support::policy_at;

constexpr int bind_mode = 2;
constexpr int interleave_mode = 3;

void expect_placed(numa_policy policy, int mode) {
    pages some;
    ASSERT_FALSE(some.map(100'000));
    ASSERT_FALSE(place(some.begin(), some.bytes(), policy, 1));
    some.begin()[99'999] = std::byte{1};
    const node_policy found = policy_at(some.begin() + 99'999);
    EXPECT_EQ(found.mode, mode);
    EXPECT_EQ(found.nodes, 1U);
}

TEST(place, binds_to_the_nodes) {
    SKIP_UNLESS_THERE_ARE_MEMORY_NODES();
    expect_placed(numa_policy::bind, bind_mode);
}

TEST(place, interleaves_over_the_nodes) {
    SKIP_UNLESS_THERE_ARE_MEMORY_NODES();
    expect_placed(numa_policy::interleave, interleave_mode);
}

TEST(place, leaves_the_pages_alone_without_a_policy) {
    pages some;
    ASSERT_FALSE(some.map(1));
    EXPECT_FALSE(place(some.begin(), some.bytes(), numa_policy::none, 0));
}

TEST(place, refuses_a_node_that_isnt_there) {
    SKIP_UNLESS_THERE_ARE_MEMORY_NODES();
    pages some;
    ASSERT_FALSE(some.map(1));
    EXPECT_EQ(place(some.begin(), some.bytes(), numa_policy::bind, std::uint64_t{1} << 63),
              std::errc::invalid_argument);
    EXPECT_EQ(policy_at(some.begin()).mode, 0);
}

TEST(place, says_why_the_system_refused) {
    SKIP_UNLESS_CALLS_CAN_BE_REFUSED();
    const auto in_child = [] {
        pages some;
        static_cast<void>(some.map(1));
        test_support::refuse_calls({SYS_mbind}, ENOSYS);
        const std::error_code refusal = place(some.begin(), some.bytes(), numa_policy::bind, 1);
        std::_Exit(refusal == std::errc::function_not_supported ? 0 : 1);
    };
    EXPECT_EXIT(in_child(), ::testing::ExitedWithCode(0), "");
}

}  // namespace
