#pragma once

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/// \file
/// A kernel that refuses what this one would do, for the rest of a child process's life.

namespace test_support {

/// System calls by number, all of them or those with a low word of an argument.
struct system_calls {
    long number = 0;
    int argument = -1;  ///< which; -1 for none
    std::uint32_t value = 0;
};

/// What such a call does from now on, a SECCOMP_RET_…; whether the kernel lets us say so.
inline bool filter_calls(const system_calls& calls, std::uint32_t action) {
    std::vector<sock_filter> program;
    const auto load = [&](std::size_t offset) {
        program.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(offset)));
    };
    load(offsetof(seccomp_data, nr));
    if (calls.argument < 0) {
        program.push_back(
            BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(calls.number), 0, 1));
    } else {
        program.push_back(
            BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(calls.number), 0, 3));
        load(offsetof(seccomp_data, args) +
             static_cast<std::size_t>(calls.argument) * sizeof(std::uint64_t));
        program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, calls.value, 0, 1));
    }
    program.push_back(BPF_STMT(BPF_RET | BPF_K, action));
    program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
    const sock_fprog filter = {static_cast<unsigned short>(program.size()), program.data()};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

/// From now on such calls fail with `error`, without being made.
inline void refuse_calls(const system_calls& calls, int error) {
    if (!filter_calls(calls, SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(error))) {
        std::perror("seccomp");
        std::_Exit(10);
    }
}

/// From now on such calls end the process.
inline void forbid_calls(const system_calls& calls) {
    if (!filter_calls(calls, SECCOMP_RET_KILL_PROCESS)) {
        std::perror("seccomp");
        std::_Exit(10);
    }
}

/// Whether a process may filter its own system calls here. (In a sandbox it mayn't.)
inline bool can_refuse_calls() {
    const pid_t child = fork();
    if (child == 0) {
        std::_Exit(filter_calls({SYS_getpid}, SECCOMP_RET_ERRNO | EPERM) ? 0 : 1);
    }
    int status = 0;
    return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

#define SKIP_UNLESS_CALLS_CAN_BE_REFUSED()                                     \
    if (!test_support::can_refuse_calls()) {                                   \
        GTEST_SKIP() << "no seccomp here: the kernel can't be made to refuse"; \
    }                                                                          \
    static_assert(true)

}  // namespace test_support
