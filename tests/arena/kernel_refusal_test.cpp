// A kernel that refuses: what an arena's making says then. Each test runs in a child process.

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <new>
#include <system_error>
#include <vector>

#include <memory_arena/arena.hpp>
#include <memory_arena/lease.hpp>

#include "support/scale.hpp"

namespace {

using memory_arena::arena;
using memory_arena::arena_options;
using memory_arena::numa_placement;
using memory_arena::page_kind;
using memory_arena::try_make_arena;

constexpr std::size_t mebibyte = std::size_t{1} << 20;

/// More than the address space has left under the limit.
constexpr std::size_t refused_capacity = 1024 * mebibyte;

/// From now on this process may have 256 MiB of address space more than it has.
void limit_address_space() {
    std::ifstream status("/proc/self/statm");
    rlim_t pages = 0;
    status >> pages;
    const auto page_bytes = static_cast<rlim_t>(sysconf(_SC_PAGESIZE));
    const rlim_t limit = pages * page_bytes + 256 * mebibyte;
    const rlimit limits = {limit, limit};
    if (pages == 0 || setrlimit(RLIMIT_AS, &limits) != 0) {
        std::fputs("the limit could not be set\n", stderr);
        std::_Exit(10);
    }
}

/// Exits with 0 when making an arena throws as it should; prints the exception's text.
[[noreturn]] void make_refused_arena() {
    limit_address_space();
    try {
        const arena refused(refused_capacity);
    } catch (const std::system_error& error) {
        std::fprintf(stderr, "%s\n", error.what());
        std::_Exit(error.code() == std::errc::not_enough_memory ? 0 : 1);
    }
    std::_Exit(2);
}

[[noreturn]] void try_make_refused_arena() {
    limit_address_space();
    std::error_code error;
    const std::unique_ptr<arena> refused =
        try_make_arena(arena_options{.capacity = refused_capacity}, error);
    std::fprintf(stderr, "%s\n", error.message().c_str());
    std::_Exit(refused == nullptr && error == std::errc::not_enough_memory ? 0 : 1);
}

/// Address space that this process has, in pages.
std::size_t mapped_pages() {
    std::ifstream status("/proc/self/statm");
    std::size_t pages = 0;
    status >> pages;
    return pages;
}

/// Asks for less and less: before the first is served, the kernel grants the reserve and refuses
/// what the arena needs beside it. Nothing that was mapped for a refused arena may stay.
template <class Arena>
[[noreturn]] void make_ever_smaller_arenas_until_one_is_served(arena_options options) {
    limit_address_space();
    std::error_code error;
    const std::size_t before = mapped_pages();
    for (std::size_t capacity = 512 * mebibyte; capacity > 64 * mebibyte; capacity -= 1 << 16) {
        options.capacity = capacity;
        const auto made = try_make_arena<Arena>(options, error);
        if (made != nullptr) {
            std::_Exit(made->try_allocate_bytes(mebibyte) != nullptr ? 0 : 1);
        }
        if (error != std::errc::not_enough_memory) {
            std::_Exit(2);
        }
        // A sanitizer maps for itself.
        if (test_support::work_divisor == 1 && mapped_pages() != before) {
            std::fprintf(stderr, "%zu pages, then %zu\n", before, mapped_pages());
            std::_Exit(4);
        }
    }
    std::_Exit(3);
}

/// Takes leases until the kernel refuses the memory for more: the arena stays as it was, and goes
/// on.
[[noreturn]] void take_leases_until_refused() {
    arena source(64 * mebibyte);
    static_cast<void>(source.new_object<int>(1));
    limit_address_space();
    std::vector<memory_arena::arena_lease> leases;
    try {
        for (;;) {
            leases.push_back(source.lease());
        }
    } catch (const std::system_error& error) {
        std::fprintf(stderr, "%s\n", error.what());
        const bool as_before = error.code() == std::errc::not_enough_memory &&
                               !source.try_lease() && source.used_bytes() == 8;
        leases.pop_back();
        std::_Exit(as_before && source.try_lease() && *source.new_object<int>(7) == 7 ? 0 : 1);
    } catch (const std::bad_alloc&) {
        std::_Exit(3);  // the vector's, too early
    }
}

TEST(kernel_refusal, of_memory_for_a_lease_leaves_the_arena_as_it_was) {
    EXPECT_EXIT(take_leases_until_refused(), ::testing::ExitedWithCode(0), "mmap");
}

TEST(kernel_refusal, is_a_system_error_that_names_the_call) {
    EXPECT_EXIT(make_refused_arena(), ::testing::ExitedWithCode(0), "mmap");
}

TEST(kernel_refusal, is_the_kernels_code_without_exceptions) {
    EXPECT_EXIT(try_make_refused_arena(), ::testing::ExitedWithCode(0), "");
}

TEST(kernel_refusal, leaves_nothing_mapped) {
    const arena_options all[] = {
        {},
        {.pages = page_kind::transparent_huge},
        {.pages = page_kind::explicit_huge},
        {.prefault_bytes = mebibyte, .numa = numa_placement::bind, .numa_nodes = 1},
        {.name = "refused", .exclude_from_core_dumps = true, .named_mappings = true},
        {.wipe_at_reset = true, .listed = true},
    };
    for (const arena_options& options : all) {
        EXPECT_EXIT(make_ever_smaller_arenas_until_one_is_served<arena>(options),
                    ::testing::ExitedWithCode(0), "");
        EXPECT_EXIT(make_ever_smaller_arenas_until_one_is_served<memory_arena::cpu_arena>(options),
                    ::testing::ExitedWithCode(0), "");
    }
}

}  // namespace
