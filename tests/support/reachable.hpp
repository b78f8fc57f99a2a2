#pragma once

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstddef>

/// \file
/// Whether memory may be touched, without the signal. By system calls that no sanitizer looks at.

namespace test_support {

/// Whether a byte can be read from `place`.
inline bool is_readable(const void* place) {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) {
        return false;
    }
    const bool done = syscall(SYS_write, ends[1], place, 1) == 1;
    close(ends[0]);
    close(ends[1]);
    return done;
}

/// Whether a byte can be written to `place`; then that is 0.
inline bool is_writable(void* place) {
    const int zeros = open("/dev/zero", O_RDONLY | O_CLOEXEC);
    const bool done = zeros >= 0 && syscall(SYS_read, zeros, place, 1) == 1;
    close(zeros);
    return done;
}

}  // namespace test_support
