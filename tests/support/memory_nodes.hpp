#pragma once

#include <cerrno>
#include <cstdint>
#include <system_error>

#include <sys/syscall.h>
#include <unistd.h>

/// \file
/// Where the kernel places pages.

namespace test_support {

/// The kernel's policy at `place`: MPOL_DEFAULT, 0, is the process's own.
struct node_policy {
    int mode = 0;
    std::uint64_t nodes = 0;
};

inline node_policy policy_at(const void* place) {
    constexpr unsigned long at_address = 2;  // MPOL_F_ADDR
    node_policy policy;
    unsigned long words[1024 / (8 * sizeof(long))] = {};
    if (syscall(SYS_get_mempolicy, &policy.mode, words, 1024UL, place, at_address) != 0) {
        throw std::system_error(errno, std::system_category(), "get_mempolicy");
    }
    policy.nodes = words[0];
    if constexpr (sizeof(long) == 4) {
        policy.nodes |= static_cast<std::uint64_t>(words[1]) << 32;
    }
    return policy;
}

/// Whether the kernel knows nodes at all, and has a first one.
inline bool has_memory_nodes() {
    return syscall(SYS_get_mempolicy, nullptr, nullptr, 0UL, nullptr, 0UL) == 0;
}

#define SKIP_UNLESS_THERE_ARE_MEMORY_NODES()                               \
    if (!test_support::has_memory_nodes()) {                               \
        GTEST_SKIP() << "this kernel, or a sandbox, knows no NUMA policy"; \
    }                                                                      \
    static_assert(true)

}  // namespace test_support
