#include "faults/system.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <mutex>

#include <sys/mman.h>

#include "faults/ledger.hpp"
#include "faults/record.hpp"

namespace faults {

namespace {

constexpr std::array<const char*, call_count> names = {
    "mmap",
    "mmap MAP_HUGETLB",
    "munmap",
    "madvise MADV_HUGEPAGE",
    "madvise MADV_DONTDUMP",
    "madvise MADV_DONTNEED",
    "madvise MADV_POPULATE_WRITE",
    "mbind",
    "prctl PR_SET_VMA",
    "prctl PR_GET_THP_DISABLE",
    "open",
    "read",
    "sched_getaffinity",
    "sysconf",
    "pthread_create",
    "pthread_sigmask",
    "operator new",
    "mprotect PROT_NONE",
    "mprotect PROT_READ | PROT_WRITE"};

std::atomic<bool> library_calls{false};
plan followed;
std::array<std::atomic<std::size_t>, call_count> made{};
std::array<std::atomic<std::size_t>, call_count> refusals{};
std::atomic<bool> reached{false};
std::atomic<std::size_t> open_files{0};
std::atomic<std::size_t> running_threads{0};

std::mutex mutex;  // of what follows
range_set mapped;
range_set unmapping_refused;
range_set without_pages;  ///< given back since

range_set::range range_of(const void* begin, std::size_t bytes) noexcept {
    const auto address = reinterpret_cast<std::uintptr_t>(begin);
    return {address, address + bytes};
}

}  // namespace

const char* name_of(call what) noexcept { return names[static_cast<std::size_t>(what)]; }

std::span<const int> errors_of(call what) noexcept {
    // Several where the library tells them apart, or hands them on.
    static constexpr int invalid[] = {EINVAL};
    static constexpr int no_memory[] = {ENOMEM, EPERM};
    static constexpr int no_pages[] = {EINVAL, ENOMEM, EFAULT};
    static constexpr int no_nodes[] = {ENOSYS};
    static constexpr int no_file[] = {EMFILE};
    static constexpr int no_threads[] = {EAGAIN};
    switch (what) {
        case call::map: return no_memory;
        case call::populate: return no_pages;
        case call::place: return no_nodes;
        case call::open_file:
        case call::read_file: return no_file;
        case call::start_thread: return no_threads;
        case call::close_pages:
        case call::open_pages:
        case call::map_from_pool:
        case call::unmap:
        case call::take_from_heap: return {no_memory, 1};
        default: return invalid;
    }
}

std::string text_of(const plan& chosen) {
    const char* const further[] = {"", ", and all of its kind", ", and all that follows"};
    return std::string(name_of(chosen.what)) + ", call " + std::to_string(chosen.nth) + ", " +
           std::strerror(chosen.error) + further[static_cast<std::size_t>(chosen.how_far)];
}

void follow(const plan& chosen) noexcept {
    followed = chosen;
    reached.store(false);
    for (std::size_t index = 0; index < call_count; ++index) {
        made[index].store(0);
        refusals[index].store(0);
    }
}

bool was_reached() noexcept { return reached.load(); }

std::size_t refused(call what) noexcept { return refusals[static_cast<std::size_t>(what)].load(); }

calls_library::calls_library() noexcept { library_calls.store(true); }
calls_library::~calls_library() { library_calls.store(false); }

bool is_library() noexcept { return library_calls.load(); }

int refusal_of(call what) noexcept {
    if (!is_library()) {
        return 0;
    }
    const auto index = static_cast<std::size_t>(what);
    const std::size_t number = made[index].fetch_add(1);
    const bool was_before = reached.load();
    const bool is_it = what == followed.what && number == followed.nth;
    if (is_it) {
        reached.store(true);
        if (followed.meanwhile != nullptr) {
            followed.meanwhile();
        }
    }
    const bool comes_after =
        (followed.how_far == reach::any_kind && was_before) ||
        (followed.how_far == reach::its_kind && what == followed.what && number > followed.nth);
    if (!is_it && !comes_after) {
        return 0;
    }
    refusals[index].fetch_add(1);
    return what == followed.what ? followed.error : errors_of(what)[0];
}

void note_mapped(const void* begin, std::size_t bytes) noexcept {
    const range_set::range range = range_of(begin, bytes);
    const std::scoped_lock lock(mutex);
    mapped.add(range.begin, range.end);
    without_pages.remove(range.begin, range.end);
}

void note_unmapped(const void* begin, std::size_t bytes) noexcept {
    const range_set::range range = range_of(begin, bytes);
    const std::scoped_lock lock(mutex);
    mapped.remove(range.begin, range.end);
    unmapping_refused.remove(range.begin, range.end);
}

void note_unmapping_refused(const void* begin, std::size_t bytes) noexcept {
    const range_set::range range = range_of(begin, bytes);
    const std::scoped_lock lock(mutex);
    unmapping_refused.add(range.begin, range.end);
}

void note_given_back(const void* begin, std::size_t bytes) noexcept {
    const range_set::range range = range_of(begin, bytes);
    const std::scoped_lock lock(mutex);
    without_pages.add(range.begin, range.end);
}

void note_files(bool opened) noexcept { open_files.fetch_add(opened ? 1 : ~std::size_t{0}); }
void note_threads(bool started) noexcept {
    running_threads.fetch_add(started ? 1 : ~std::size_t{0});
}

outstanding not_given_back() noexcept {
    const std::scoped_lock lock(mutex);
    const std::size_t stuck = mapped.bytes_shared_with(unmapping_refused);
    range_set with_pages = mapped;
    for (const range_set::range& one : without_pages) {
        with_pages.remove(one.begin, one.end);
    }
    return {.bytes = mapped.bytes() - stuck,
            .stuck_bytes = stuck,
            .stuck_with_pages = with_pages.bytes_shared_with(unmapping_refused),
            .files = open_files.load(),
            .threads = running_threads.load()};
}

void clean_up() noexcept {
    const std::scoped_lock lock(mutex);
    for (const range_set::range& one : mapped) {
        munmap(reinterpret_cast<void*>(one.begin),  // NOLINT(performance-no-int-to-ptr)
               one.end - one.begin);
    }
    mapped.clear();
    unmapping_refused.clear();
    without_pages.clear();
}

}  // namespace faults
