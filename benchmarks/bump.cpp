/// What does one small allocation cost, warm in the L1 cache? `new_object<std::int64_t>(42)`, reset
/// each 1,024, against a cursor in a plain struct and against
/// std::pmr::monotonic_buffer_resource through a memory_resource&, each in a function of its own
/// that is not inlined.

#include <memory_arena/arena.hpp>
#include <memory_arena/lease.hpp>
#include <memory_arena/memory_resource.hpp>

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <new>
#include <vector>

#include "support/paired.hpp"

namespace {

constexpr std::size_t objects = 1024;
constexpr std::size_t repetitions = 5000;

struct plain {
    std::byte* cursor;
    std::byte* limit;
};

[[gnu::noinline, gnu::cold]] std::byte* plain_miss(plain& /*source*/) { throw std::bad_alloc(); }

inline void* take(plain& source, std::size_t bytes) {
    if (bytes > static_cast<std::size_t>(source.limit - source.cursor)) [[unlikely]] {
        return plain_miss(source);
    }
    std::byte* const result = source.cursor;
    source.cursor += bytes;
    return result;
}

[[gnu::noinline]] void fill_plain(plain& source) {
    for (std::size_t count = 0; count < objects; ++count) {
        benchmarks::keep(::new (take(source, sizeof(std::int64_t))) std::int64_t(42));
    }
}

template <class Arena>
[[gnu::noinline]] void fill_arena(Arena& source) {
    for (std::size_t count = 0; count < objects; ++count) {
        benchmarks::keep(source.template new_object<std::int64_t>(42));
    }
}

[[gnu::noinline]] void fill_resource(std::pmr::memory_resource& source) {
    for (std::size_t count = 0; count < objects; ++count) {
        void* place = source.allocate(sizeof(std::int64_t), alignof(std::int64_t));
        benchmarks::keep(::new (place) std::int64_t(42));
    }
}

}  // namespace

int main() {
    std::vector<std::byte> buffer(objects * 16);
    memory_arena::arena arena{std::size_t{1} << 20};
    benchmarks::paired all("one 8-byte object, one thread, warm", objects * repetitions);
    all.add("plain struct", [&] {
        for (std::size_t round = 0; round < repetitions; ++round) {
            plain source{buffer.data(), buffer.data() + buffer.size()};
            benchmarks::keep(&source);
            fill_plain(source);
        }
    });
    all.add("arena", [&] {
        for (std::size_t round = 0; round < repetitions; ++round) {
            fill_arena(arena);
            arena.reset();
        }
    });
    memory_arena::arena_lease lease = arena.lease();
    all.add("lease", [&] {
        for (std::size_t round = 0; round < repetitions; ++round) {
            fill_arena(lease);
            arena.reset();
        }
    });
    all.add("lease, a scope in place of the reset", [&] {
        for (std::size_t round = 0; round < repetitions; ++round) {
            const auto scope = lease.scope();
            fill_arena(lease);
        }
    });
    memory_arena::cpu_arena by_cpu{std::size_t{1} << 20};
    all.add("cpu_arena", [&] {
        for (std::size_t round = 0; round < repetitions; ++round) {
            fill_arena(by_cpu);
            by_cpu.reset();
        }
    });
    all.add("arena.resource()", [&] {
        for (std::size_t round = 0; round < repetitions; ++round) {
            fill_resource(*arena.resource());
            arena.reset();
        }
    });
    all.add("monotonic_buffer_resource", [&] {
        std::pmr::monotonic_buffer_resource source(buffer.data(), buffer.size());
        for (std::size_t round = 0; round < repetitions; ++round) {
            fill_resource(source);
            source.release();
        }
    });
    all.report("monotonic_buffer_resource");
}
