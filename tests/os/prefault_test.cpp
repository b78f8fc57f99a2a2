#include "os/prefault.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <vector>

#include "os/virtual_memory.hpp"
#include "support/own_pages.hpp"
#include "support/refusing_kernel.hpp"

namespace {

using memory_arena::os::page_bytes;
using memory_arena::os::pages;
using memory_arena::os::prefault;
using memory_arena::os::prefault_result;
using test_support::own_pages;

constexpr std::size_t mebibyte = std::size_t{1} << 20;
constexpr std::uint32_t populate_write = 23;

/// What the callback heard, and whether two threads ever spoke at the same time.
struct listener {
    std::vector<std::size_t> done;
    std::size_t all = 0;
    std::atomic<int> speaking{0};
    bool interrupted = false;

    static void hear(void* context, std::size_t done, std::size_t all) noexcept {
        auto& mine = *static_cast<listener*>(context);
        mine.interrupted |= mine.speaking.fetch_add(1) != 0;
        mine.done.push_back(done);
        mine.all = all;
        mine.speaking.fetch_sub(1);
    }
};

/// 64 MiB, and what prefaulting 33 MiB of them from the middle of a page on gives.
struct prefaulted {
    static constexpr std::size_t offset = 1000;
    static constexpr std::size_t bytes = 33 * mebibyte;

    pages whole;
    listener heard;
    prefault_result result;
    std::size_t resident = 0;

    prefaulted() {
        const own_pages mapped([&] { static_cast<void>(whole.map(64 * mebibyte)); });
        const std::size_t before = mapped.resident();
        result = prefault(whole.begin() + offset, bytes, listener::hear, &heard);
        resident = mapped.resident() - before;
    }

    [[nodiscard]] bool is_complete() const {
        // Huge pages may add some at the end.
        return result.bytes == bytes && resident >= bytes + page_bytes() &&
               resident <= bytes + 2 * mebibyte;
    }
    [[nodiscard]] bool was_reported() const {
        return !heard.interrupted && heard.done.size() == 9 &&
               std::is_sorted(heard.done.begin(), heard.done.end()) &&
               std::adjacent_find(heard.done.begin(), heard.done.end()) == heard.done.end() &&
               heard.done.back() == bytes && heard.all == bytes;
    }
};

/// Prefaults under a kernel that `restrict` has restricted; exits with 0 where it went as it
/// should.
void expect_in_child(const std::function<void()>& restrict,
                     const std::function<bool(const prefaulted&)>& went_well) {
    const auto in_child = [&] {
        restrict();
        const prefaulted some;
        std::fprintf(stderr, "%zu bytes, %zu refused, %zu resident, heard %zu times\n",
                     some.result.bytes, some.result.refused, some.resident, some.heard.done.size());
        std::_Exit(went_well(some) ? 0 : 1);
    };
    EXPECT_EXIT(in_child(), ::testing::ExitedWithCode(0), "");
}

TEST(prefault, commits_the_pages_of_its_range_and_no_others) {
    const prefaulted some;
    EXPECT_TRUE(some.is_complete()) << some.result.bytes << ", " << some.resident;
    EXPECT_TRUE(std::all_of(some.whole.begin(), some.whole.begin() + mebibyte, [](std::byte value) {
        return value == std::byte{0};
    }));
}

TEST(prefault, tells_of_each_piece_on_one_thread_at_a_time) {
    const prefaulted some;
    EXPECT_TRUE(some.was_reported()) << some.heard.done.size();
}

TEST(prefault, needs_no_listener) {
    pages some;
    ASSERT_FALSE(some.map(1));
    EXPECT_EQ(prefault(some.begin(), 1, nullptr, nullptr).bytes, 1U);
    EXPECT_EQ(prefault(some.begin(), 0, nullptr, nullptr).bytes, 0U);
}

TEST(prefault, writes_to_the_pages_where_the_kernel_cant_commit_them) {
    SKIP_UNLESS_CALLS_CAN_BE_REFUSED();
    expect_in_child(
        [] {
            test_support::refuse_calls({SYS_madvise, 2, populate_write}, EINVAL);
        },
        [](const prefaulted& some) {
            return some.is_complete() && some.was_reported() && some.result.refused == 1;
        });
}

TEST(prefault, ends_where_memory_ends) {
    SKIP_UNLESS_CALLS_CAN_BE_REFUSED();
    for (const int error : {ENOMEM, EFAULT}) {
        expect_in_child(
            [&] {
                test_support::refuse_calls({SYS_madvise, 2, populate_write}, error);
            },
            [](const prefaulted& some) {
                return some.result.bytes == 0 && some.resident == 0 && some.heard.done.empty() &&
                       some.result.refused == 1;
            });
    }
}

TEST(prefault, goes_on_alone_where_the_kernel_gives_no_threads) {
    SKIP_UNLESS_CALLS_CAN_BE_REFUSED();
    const auto no_threads = [] {
        test_support::refuse_calls({SYS_clone}, EAGAIN);
        test_support::refuse_calls({SYS_clone3}, EAGAIN);
    };
    expect_in_child(no_threads, [](const prefaulted& some) {
        return some.is_complete() && some.was_reported() && some.result.refused == 0;
    });
}

}  // namespace
