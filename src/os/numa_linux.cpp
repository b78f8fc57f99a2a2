#include "os/numa.hpp"

#include <array>
#include <cerrno>
#include <climits>
#include <cstddef>

#include <sys/syscall.h>
#include <unistd.h>

namespace memory_arena::inline MEMORY_ARENA_ABI::os {

namespace {

// The kernel's own header has them, but not every distribution's.
constexpr int bind_mode = 2;
constexpr int interleave_mode = 3;

}  // namespace

// The bare system call: libnuma would be a library to depend on, for this one function.
std::error_code place(std::byte* begin, std::size_t bytes, numa_policy policy,
                      std::uint64_t nodes) noexcept {
    if (policy == numa_policy::none) {
        return {};
    }
    constexpr std::size_t word_bits = sizeof(unsigned long) * CHAR_BIT;
    std::array<unsigned long, 64 / word_bits> mask{};
    for (std::size_t word = 0; word < mask.size(); ++word) {
        mask[word] = static_cast<unsigned long>(nodes >> (word * word_bits));
    }
    const int mode = policy == numa_policy::bind ? bind_mode : interleave_mode;
    // One more than there are: the kernel takes one away.
    if (syscall(SYS_mbind, begin, bytes, mode, mask.data(), 65UL, 0UL) != 0) {
        return {errno, std::system_category()};
    }
    return {};
}

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::os
