#include <array>
#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <functional>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include <memory_arena/arena.hpp>

#include "support/arena_types.hpp"
#include "support/own_pages.hpp"
#include "support/scale.hpp"

/// \file
/// A workload that comes again and again costs no system call and no page fault once it is warm.
/// Each test runs in a child process, which the kernel kills at its first system call but for its
/// exit, in whatever thread.

namespace {

using memory_arena::arena;
using memory_arena::arena_options;
using memory_arena::retain;
using namespace test_support;

constexpr std::size_t mib = std::size_t{1} << 20;
constexpr int warm_up = 2;
constexpr int cycles = 40;

template <class Arena>
class warm_cycles : public testing::Test {
protected:
    void SetUp() override {
        if (work_divisor != 1) {
            GTEST_SKIP() << "a sanitizer faults pages, and makes system calls, of its own";
        }
    }
};

TYPED_TEST_SUITE(warm_cycles, arena_types, arena_names);

template <class Arena>
void use(Arena& source, std::size_t bytes) {
    for (std::size_t taken = 0; taken < bytes; taken += 64) {
        *static_cast<volatile char*>(source.allocate_bytes(64)) = 1;
    }
}

long page_faults() {
    rusage mine{};
    getrusage(RUSAGE_SELF, &mine);
    return mine.ru_minflt;
}

/// Exits at once, without anything that the strict mode forbids.
[[noreturn]] void leave(int status) {
    for (;;) {
        syscall(SYS_exit, status);
    }
}

/// The exit status of a child that runs `body`.
template <class Body>
int status_of_child(const Body& body) {
    const pid_t child = fork();
    if (child == 0) {
        do_without_huge_pages();
        body();
    }
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

constexpr int strict_mode_refused = 77;

void forbid_system_calls() {
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) != 0) {
        leave(strict_mode_refused);
    }
}

template <class Arena>
void run_without_system_calls(retain kept) {
    const int status = status_of_child([&] {
        Arena source(64 * mib);
        for (int cycle = 0; cycle < warm_up + cycles; ++cycle) {
            if (cycle == warm_up) {
                forbid_system_calls();
            }
            use(source, 2 * mib);
            source.reset(kept);
        }
        leave(0);
    });
    if (status == strict_mode_refused) {
        GTEST_SKIP() << "the kernel has no strict mode of seccomp";
    }
    EXPECT_EQ(status, 0) << "above 1000: killed by a signal";
}

TYPED_TEST(warm_cycles, make_no_system_call_when_all_is_kept) {
    run_without_system_calls<TypeParam>(retain::all);
}

TYPED_TEST(warm_cycles, make_no_system_call_when_retention_is_adaptive) {
    run_without_system_calls<TypeParam>(retain::adaptive);
}

TYPED_TEST(warm_cycles, that_give_pages_back_would_be_found) {
    const int status = status_of_child([] {
        TypeParam source(64 * mib);
        use(source, 2 * mib);
        forbid_system_calls();
        source.reset(retain::none);
        leave(0);
    });
    if (status == strict_mode_refused) {
        GTEST_SKIP() << "the kernel has no strict mode of seccomp";
    }
    EXPECT_EQ(status, 1000 + SIGKILL);
}

/// The page faults of the cycles after the first two.
template <class Arena>
long faults_when_warm(retain kept) {
    // In a child: nothing else that this process did before faults there.
    std::array<int, 2> ends{};
    EXPECT_EQ(pipe(ends.data()), 0);
    const int status = status_of_child([&] {
        Arena source(64 * mib);
        long before = 0;
        for (int cycle = 0; cycle < warm_up + cycles; ++cycle) {
            // At each: what the call itself faults is faulted by then.
            if (const long now = page_faults(); cycle <= warm_up) {
                before = now;
            }
            use(source, 2 * mib);
            source.reset(kept);
        }
        const long faults = page_faults() - before;
        leave(write(ends[1], &faults, sizeof faults) == sizeof faults ? 0 : 1);
    });
    EXPECT_EQ(status, 0);
    long faults = -1;
    EXPECT_EQ(read(ends[0], &faults, sizeof faults), static_cast<ssize_t>(sizeof faults));
    close(ends[0]);
    close(ends[1]);
    return faults;
}

TYPED_TEST(warm_cycles, fault_no_page_on_one_thread) {
    // A cpu_arena's thread may be moved to another CPU, whose lane then takes its first TLABs.
    const long allowed = std::is_same_v<TypeParam, arena> ? 0 : 64;
    EXPECT_LE(faults_when_warm<TypeParam>(retain::all), allowed);
    EXPECT_LE(faults_when_warm<TypeParam>(retain::adaptive), allowed);
    EXPECT_GE(faults_when_warm<TypeParam>(retain::none), 2 * 256 * cycles / 2);
}

/// Threads find each other's pages, but the frontier of a cycle varies by what they leave in their
/// TLABs.
TYPED_TEST(warm_cycles, commit_at_most_a_tlab_a_thread_on_several_threads) {
    constexpr std::size_t threads = 4;
    constexpr std::size_t largest_extent = 256 * 1024;
    for (const retain kept : {retain::all, retain::adaptive}) {
        TypeParam source(arena_options{.capacity = 64 * mib});
        const auto cycle = [&] {
            std::vector<std::thread> team;
            for (std::size_t index = 0; index < threads; ++index) {
                team.emplace_back([&] { use(source, mib); });
            }
            for (std::thread& one : team) {
                one.join();
            }
            source.reset(kept);
        };
        cycle();
        cycle();
        const std::size_t warm = source.usage().committed;
        for (int count = 0; count < cycles; ++count) {
            cycle();
        }
        EXPECT_LE(source.usage().committed, warm + threads * largest_extent);
    }
}

}  // namespace
