/// How much memory does an arena hold after 10,000 threads? Each makes 1 KiB of 64-byte objects and
/// writes them, in batches of so many threads, of which none ends before all have begun to. Not a
/// time: the resident bytes of the arena's own mappings, objects, lanes and all. Threads' stacks
/// are not among them.
///
/// A cpu_arena's bound: what was used, and a TLAB of 64 KiB for each CPU and one more, and 256 KiB.

#include <memory_arena/arena.hpp>

#include <array>
#include <barrier>
#include <cstddef>
#include <cstdio>
#include <optional>
#include <thread>

#include "tests/support/own_pages.hpp"
#include "tests/support/team.hpp"

namespace {

constexpr std::size_t kib = 1024;
constexpr std::size_t all_threads = 10'000;
constexpr std::size_t objects_a_thread = 16;

using object = std::array<unsigned char, 64>;

double in_kib(std::size_t bytes) { return static_cast<double>(bytes) / kib; }

template <class Arena>
void make_objects(Arena& source, std::size_t count) {
    for (std::size_t made = 0; made < count; ++made) {
        source.template new_object<object>()->fill(42);
    }
}

template <class Arena>
void measure(const char* name, std::size_t at_once) {
    std::optional<Arena> source;
    const test_support::own_pages pages([&source] { source.emplace(std::size_t{64} << 20); });
    const std::size_t idle = pages.resident();
    std::barrier half_way(static_cast<std::ptrdiff_t>(at_once));
    for (std::size_t ended = 0; ended < all_threads; ended += at_once) {
        test_support::run_team(at_once, [&](std::size_t /*index*/) {
            make_objects(*source, objects_a_thread / 2);
            half_way.arrive_and_wait();
            make_objects(*source, objects_a_thread / 2);
        });
    }
    const memory_arena::arena_usage figures = source->usage();
    const std::size_t resident = pages.resident();
    const std::size_t bound =
        figures.used + 64 * kib * (std::thread::hardware_concurrency() + 1) + 256 * kib;
    std::printf("  %-12s %6zu %8.0f %10.0f %10.0f %12.0f %10.0f %8zu\n", name, at_once,
                in_kib(idle), in_kib(figures.used), in_kib(resident),
                in_kib(resident) - in_kib(figures.used), in_kib(bound), figures.lanes);
    if (!figures.path_reason.empty()) {
        std::printf("    (no lanes: %.*s)\n", static_cast<int>(figures.path_reason.size()),
                    figures.path_reason.data());
    }
}

}  // namespace

int main() {
    test_support::do_without_huge_pages();
    std::printf("resident memory after %zu threads of 1 KiB each, %u CPUs (KiB)\n", all_threads,
                std::thread::hardware_concurrency());
    std::printf("  %-12s %6s %8s %10s %10s %12s %10s %8s\n", "", "at once", "idle", "used",
                "resident", "above used", "bound", "lanes");
    for (const std::size_t at_once : {std::size_t{100}, std::size_t{1000}}) {
        measure<memory_arena::cpu_arena>("cpu_arena", at_once);
        measure<memory_arena::arena>("arena", at_once);
    }
}
