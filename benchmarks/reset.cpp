/// What does a reset cost, with nothing registered? Alone, and with the refill that follows it, and
/// what does a scope of a lease, which undoes a part; against the reset of a
/// std::pmr::monotonic_buffer_resource over one buffer.

#include <memory_arena/arena.hpp>
#include <memory_arena/lease.hpp>

#include <cstddef>
#include <memory_resource>
#include <vector>

#include "support/paired.hpp"

namespace {

constexpr std::size_t resets = 1'000'000;

}  // namespace

int main() {
    memory_arena::arena arena{std::size_t{64} << 20};
    std::vector<std::byte> buffer(4096);
    std::pmr::monotonic_buffer_resource monotonic(buffer.data(), buffer.size());
    benchmarks::paired all("one reset with nothing registered", resets);
    all.add("arena", [&] {
        for (std::size_t count = 0; count < resets; ++count) {
            arena.reset();
        }
    });
    all.add("arena, and the first object after it", [&] {
        for (std::size_t count = 0; count < resets; ++count) {
            arena.reset();
            benchmarks::keep(arena.new_object<int>(42));
        }
    });
    memory_arena::arena_lease lease = arena.lease();
    all.add("a scope of a lease, and an object in it", [&] {
        for (std::size_t count = 0; count < resets; ++count) {
            const auto scope = lease.scope();
            benchmarks::keep(lease.new_object<int>(42));
        }
    });
    all.add("monotonic_buffer_resource", [&] {
        for (std::size_t count = 0; count < resets; ++count) {
            monotonic.release();
            benchmarks::keep(&monotonic);
        }
    });
    all.report("arena");
}
