/// What do 10,000 arenas cost that nobody uses, and 10,000 with one 8-byte object each? Resident
/// memory, page tables and mappings, against what the kernel counts (/proc/self/smaps_rollup,
/// VmPTE): each kind in a process of its own. The kernel joins mappings that lie side by side, so
/// how many one arena makes is counted at a single one.

#include <memory_arena/arena.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

#include "support/paired.hpp"
#include "tests/support/own_pages.hpp"

namespace {

constexpr std::size_t arenas = 10'000;
constexpr std::size_t capacity = std::size_t{32} << 20;

/// The figure that `file` gives in kB behind `name`, in KiB.
double kib_in(const char* file, const std::string& name) {
    std::ifstream lines(file);
    for (std::string line; std::getline(lines, line);) {
        if (line.rfind(name, 0) == 0) {
            return std::strtod(line.c_str() + name.size(), nullptr);
        }
    }
    throw std::system_error(errno, std::system_category(), file);
}

std::size_t mappings() {
    std::ifstream lines("/proc/self/maps");
    std::size_t count = 0;
    for (std::string line; std::getline(lines, line);) {
        ++count;
    }
    return count;
}

struct figures {
    double resident = kib_in("/proc/self/smaps_rollup", "Anonymous:");
    double page_tables = kib_in("/proc/self/status", "VmPTE:");
    std::size_t mapped = mappings();
};

template <class Arena>
void measure(const char* name, bool with_object) {
    std::optional<Arena> single;
    const test_support::own_pages alone([&single] { single.emplace(capacity); });
    // Their objects, but for what they map, lie in memory that is resident before.
    std::vector<std::optional<Arena>> all(arenas);
    const figures before;
    for (std::optional<Arena>& one : all) {
        one.emplace(capacity);
        if (with_object) {
            benchmarks::keep(one->template new_object<std::int64_t>(42));
        }
    }
    const figures after;
    const double resident = after.resident - before.resident;
    std::printf("  %-10s %-12s %10.1f %12.2f %14.1f %12.2f %12zu %14zu\n", name,
                with_object ? "one object" : "idle", resident / 1024, resident / arenas,
                (after.page_tables - before.page_tables) / 1024,
                (after.page_tables - before.page_tables) / arenas, alone.count(),
                after.mapped - before.mapped);
    std::fflush(stdout);
}

void in_child(void (*work)(const char*, bool), const char* name, bool with_object) {
    const pid_t child = fork();
    if (child == 0) {
        work(name, with_object);
        _exit(0);
    }
    int status = -1;
    if (child < 0 || waitpid(child, &status, 0) != child || status != 0) {
        std::printf("  %-10s could not be measured\n", name);
    }
}

}  // namespace

int main() {
    test_support::do_without_huge_pages();
    std::printf(
        "%zu arenas of 32 MiB each; bars: 160 MiB resident when idle, 5 mappings each\n", arenas);
    std::printf("  %-10s %-12s %10s %12s %14s %12s %12s %14s\n", "", "", "res., MiB", "each, KiB",
                "page tab., MiB", "each, KiB", "maps, one", "maps, all");
    std::fflush(stdout);
    for (const bool with_object : {false, true}) {
        in_child(measure<memory_arena::arena>, "arena", with_object);
        in_child(measure<memory_arena::cpu_arena>, "cpu_arena", with_object);
    }
}
