#pragma once

#include <cstddef>
#include <span>
#include <string>

/// \file
/// The system as the library meets it in these tests: one that has huge pages of both kinds, memory
/// nodes, names for mappings and three CPUs, on any machine, and that refuses the very call that it
/// was told to refuse. It keeps a ledger of what it gave out.

namespace faults {

/// What the library asks for.
enum class call : unsigned char {
    map,             ///< mmap
    map_from_pool,   ///< mmap of explicit huge pages
    unmap,           ///< munmap
    huge_pages,      ///< madvise MADV_HUGEPAGE
    core_dumps,      ///< madvise MADV_DONTDUMP
    give_back,       ///< madvise MADV_DONTNEED
    populate,        ///< madvise MADV_POPULATE_WRITE
    place,           ///< mbind, by syscall
    name,            ///< prctl PR_SET_VMA_ANON_NAME
    are_given_up,    ///< prctl PR_GET_THP_DISABLE
    open_file,       ///< open
    read_file,       ///< read
    affinity,        ///< sched_getaffinity
    processors,      ///< sysconf _SC_NPROCESSORS_ONLN
    start_thread,    ///< pthread_create
    block_signals,   ///< pthread_sigmask, with a place for the mask before
    take_from_heap,  ///< operator new
    close_pages,     ///< mprotect PROT_NONE
    open_pages,      ///< mprotect PROT_READ | PROT_WRITE
};
inline constexpr std::size_t call_count = 19;

[[nodiscard]] const char* name_of(call what) noexcept;

/// The codes that it may be refused with.
[[nodiscard]] std::span<const int> errors_of(call what) noexcept;

enum class reach : unsigned char {
    one_call,  ///< that one alone
    its_kind,  ///< and all of its kind that come after it
    any_kind,  ///< and all calls that come after it
};

/// What is to be refused: call number `nth`, from 0, of its kind.
struct plan {
    call what = call::map;
    std::size_t nth = 0;
    int error = 0;
    reach how_far = reach::one_call;
    void (*meanwhile)() noexcept = nullptr;  ///< what others do before that call returns
};

[[nodiscard]] std::string text_of(const plan& chosen);

/// Forgets what was counted, and refuses by `chosen` from now on, within calls_library.
void follow(const plan& chosen) noexcept;

/// Whether the call of the plan was made.
[[nodiscard]] bool was_reached() noexcept;

/// Calls of that kind that were refused since follow().
[[nodiscard]] std::size_t refused(call what) noexcept;

/// While one lives, calls are the library's: counted, and refused by plan. A test's own are
/// neither.
class calls_library {
public:
    calls_library() noexcept;
    calls_library(const calls_library&) = delete;
    calls_library& operator=(const calls_library&) = delete;
    ~calls_library();
};

/// Calls `call()` as the library's.
template <class Call>
auto asked(const Call& call) {
    const calls_library here;
    return call();
}

/// What the library took from the system and hasn't given back.
struct outstanding {
    std::size_t bytes = 0;             ///< mapped, and nobody asked to unmap them
    std::size_t stuck_bytes = 0;       ///< mapped, because unmapping them was refused
    std::size_t stuck_with_pages = 0;  ///< of these, what wasn't given back by madvise either
    std::size_t files = 0;
    std::size_t threads = 0;
};
[[nodiscard]] outstanding not_given_back() noexcept;

/// Really unmaps what is left, for the next test.
void clean_up() noexcept;

}  // namespace faults
