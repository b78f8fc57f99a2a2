#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdint>

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "faults/record.hpp"

/// \file
/// What stands between the library and the C library: the linker's --wrap=mmap has every call of
/// mmap go to __wrap_mmap, and every call of __real_mmap to mmap.

using faults::call;
using faults::is_library;

namespace {

constexpr int set_vma = 0x53564d41;
constexpr int populate_write = 23;
constexpr std::size_t huge_page = std::size_t{2} << 20;

/// As a system call refuses: whether it did.
bool refuses(call what) noexcept {
    const int error = faults::refusal_of(what);
    if (error != 0) {
        errno = error;
    }
    return error != 0;
}

/// What a call does that these tests don't know of.
int fails_as_unknown() noexcept {
    errno = ENOTRECOVERABLE;
    return -1;
}

}  // namespace

// The variadic ones with all the arguments that they may have: who leaves some out passes what
// happens to be there, and it isn't looked at.
// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming,cert-dcl37-c,cert-dcl51-cpp)
extern "C" {

using thread_start = void* (*)(void*);

void* __real_mmap(void* where, std::size_t bytes, int protection, int flags, int file, off_t at);
int __real_munmap(void* where, std::size_t bytes);
int __real_madvise(void* where, std::size_t bytes, int advice);
int __real_mprotect(void* where, std::size_t bytes, int access);
long __real_syscall(long number, long a, long b, long c, long d, long e, long f);
int __real_prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d);
int __real_open(const char* path, int flags, unsigned mode);
ssize_t __real_read(int file, void* to, std::size_t bytes);
int __real_close(int file);
int __real_sched_getaffinity(pid_t process, std::size_t bytes, cpu_set_t* set);
long __real_sysconf(int name);
int __real_pthread_create(pthread_t* thread, const pthread_attr_t* how, thread_start start,
                          void* argument);
int __real_pthread_join(pthread_t thread, void** result);
int __real_pthread_sigmask(int how, const sigset_t* set, sigset_t* before);

void* __wrap_mmap(void* where, std::size_t bytes, int protection, int flags, int file, off_t at);
int __wrap_munmap(void* where, std::size_t bytes);
int __wrap_madvise(void* where, std::size_t bytes, int advice);
int __wrap_mprotect(void* where, std::size_t bytes, int access);
long __wrap_syscall(long number, long a, long b, long c, long d, long e, long f);
int __wrap_prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d);
int __wrap_open(const char* path, int flags, unsigned mode);
ssize_t __wrap_read(int file, void* to, std::size_t bytes);
int __wrap_close(int file);
int __wrap_sched_getaffinity(pid_t process, std::size_t bytes, cpu_set_t* set);
long __wrap_sysconf(int name);
int __wrap_pthread_create(pthread_t* thread, const pthread_attr_t* how, thread_start start,
                          void* argument);
int __wrap_pthread_join(pthread_t thread, void** result);
int __wrap_pthread_sigmask(int how, const sigset_t* set, sigset_t* before);

void* __wrap_mmap(void* where, std::size_t bytes, int protection, int flags, int file, off_t at) {
    if (!is_library()) {
        return __real_mmap(where, bytes, protection, flags, file, at);
    }
    const bool of_pool = (flags & MAP_HUGETLB) != 0;
    if (refuses(of_pool ? call::map_from_pool : call::map)) {
        return MAP_FAILED;
    }
    if (!of_pool) {
        void* const got = __real_mmap(where, bytes, protection, flags, file, at);
        if (got != MAP_FAILED) {
            faults::note_mapped(got, bytes);
        }
        return got;
    }
    // Standard pages that begin where a huge one would.
    void* const got = __real_mmap(where, bytes + huge_page, protection,
                                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, file, at);
    if (got == MAP_FAILED) {
        return got;
    }
    const std::size_t before =
        (huge_page - reinterpret_cast<std::uintptr_t>(got) % huge_page) % huge_page;
    std::byte* const first = static_cast<std::byte*>(got) + before;
    if (before != 0) {
        __real_munmap(got, before);
    }
    __real_munmap(first + bytes, huge_page - before);
    faults::note_mapped(first, bytes);
    return first;
}

int __wrap_munmap(void* where, std::size_t bytes) {
    if (refuses(call::unmap)) {
        faults::note_unmapping_refused(where, bytes);
        return -1;
    }
    if (is_library()) {
        faults::note_unmapped(where, bytes);
    }
    return __real_munmap(where, bytes);
}

int __wrap_madvise(void* where, std::size_t bytes, int advice) {
    if (!is_library()) {
        return __real_madvise(where, bytes, advice);
    }
    switch (advice) {
        case MADV_HUGEPAGE: return refuses(call::huge_pages) ? -1 : 0;
        case MADV_DONTDUMP: return refuses(call::core_dumps) ? -1 : 0;
        case populate_write: return refuses(call::populate) ? -1 : 0;
        case MADV_DONTNEED:
            if (refuses(call::give_back)) {
                return -1;
            }
            faults::note_given_back(where, bytes);
            return __real_madvise(where, bytes, advice);
        default: return fails_as_unknown();
    }
}

int __wrap_mprotect(void* where, std::size_t bytes, int access) {
    if (is_library() && refuses(access == PROT_NONE ? call::close_pages : call::open_pages)) {
        return -1;
    }
    return __real_mprotect(where, bytes, access);
}

long __wrap_syscall(long number, long a, long b, long c, long d, long e, long f) {
    if (!is_library()) {
        return __real_syscall(number, a, b, c, d, e, f);
    }
    return number != SYS_mbind ? fails_as_unknown() : refuses(call::place) ? -1 : 0;
}

int __wrap_prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d) {
    if (!is_library()) {
        return __real_prctl(option, a, b, c, d);
    }
    switch (option) {
        case set_vma: return refuses(call::name) ? -1 : 0;
        case PR_GET_THP_DISABLE: return refuses(call::are_given_up) ? -1 : 0;
        default: return fails_as_unknown();
    }
}

// The files that say what is allowed are empty: nothing is forbidden.
int __wrap_open(const char* path, int flags, unsigned mode) {
    if (!is_library()) {
        return __real_open(path, flags, mode);
    }
    if (refuses(call::open_file)) {
        return -1;
    }
    faults::note_files(true);
    return __real_open("/dev/null", flags, mode);
}

ssize_t __wrap_read(int file, void* to, std::size_t bytes) {
    return refuses(call::read_file) ? -1 : __real_read(file, to, bytes);
}

int __wrap_close(int file) {
    if (is_library()) {
        faults::note_files(false);
    }
    return __real_close(file);
}

int __wrap_sched_getaffinity(pid_t process, std::size_t bytes, cpu_set_t* set) {
    if (!is_library()) {
        return __real_sched_getaffinity(process, bytes, set);
    }
    if (refuses(call::affinity)) {
        return -1;
    }
    CPU_ZERO(set);
    for (std::size_t cpu = 0; cpu < 3; ++cpu) {
        CPU_SET(cpu, set);
    }
    return 0;
}

long __wrap_sysconf(int name) {
    if (!is_library() || name != _SC_NPROCESSORS_ONLN) {
        return __real_sysconf(name);
    }
    return refuses(call::processors) ? -1 : 3;
}

int __wrap_pthread_create(pthread_t* thread, const pthread_attr_t* how, thread_start start,
                          void* argument) {
    if (const int error = faults::refusal_of(call::start_thread)) {
        return error;
    }
    if (is_library()) {
        faults::note_threads(true);
    }
    return __real_pthread_create(thread, how, start, argument);
}

int __wrap_pthread_join(pthread_t thread, void** result) {
    if (is_library()) {
        faults::note_threads(false);
    }
    return __real_pthread_join(thread, result);
}

// Refused where signals are blocked, and not where they are let through again: who can't undo what
// it did to the mask is beyond help.
int __wrap_pthread_sigmask(int how, const sigset_t* set, sigset_t* before) {
    const int error = before != nullptr ? faults::refusal_of(call::block_signals) : 0;
    return error != 0 ? error : __real_pthread_sigmask(how, set, before);
}

}  // extern "C"
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming,cert-dcl37-c,cert-dcl51-cpp)
