/// The loops whose instructions check_loops counts: those of benchmarks/bump.cpp and, of
/// benchmarks/reset.cpp, the first object after a reset. Each is one line in main(), and one line
/// for each compiler in check_loops.

#include <memory_arena/arena.hpp>
#include <memory_arena/lease.hpp>
#include <memory_arena/memory_resource.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory_resource>
#include <new>

namespace {

constexpr std::size_t rounds = 16;
constexpr std::size_t steps = 1024;

template <class T>
void keep(T* value) {
    asm volatile("" : : "r"(value) : "memory");
}

/// The steps, their refills, a reset each round. `from` is what a step allocates from.
template <class Arena, class From, class Step>
[[gnu::noinline]] void loop(Arena& source, From& from, Step step) {
    for (std::size_t round = 0; round < rounds; ++round) {
        for (std::size_t count = 0; count < steps; ++count) {
            step(from);
        }
        source.reset();
    }
}

}  // namespace

/// What is counted, from its call to its return; check_loops knows it by its name. The loop itself
/// may have a cold part elsewhere, which would look like another function.
extern "C" [[gnu::noinline]] void counted(void (*run)(void*), void* what);

extern "C" void counted(void (*run)(void*), void* what) {
    run(what);
    keep(what);  // no tail call
}

namespace {

/// Says whose count comes next, and runs the loop on what `open` makes of an arena in which this
/// thread has a lane.
template <class Arena, class Open, class Step>
void measure(const char* name, Open open, Step step) {
    Arena source{std::size_t{1} << 20};
    keep(source.template new_object<std::int64_t>(42));
    source.reset();
    auto&& opened = open(source);
    auto* from = &opened;
    asm volatile("" : "+r"(from));  // the compiler must not know a resource by its type
    std::printf("%s %zu\n", name, rounds * steps);
    auto run = [&] { loop(source, *from, step); };
    counted([](void* what) { (*static_cast<decltype(run)*>(what))(); }, &run);
}

template <class Arena>
Arena& itself(Arena& source) {
    return source;
}

std::pmr::memory_resource& resource_of(memory_arena::arena& source) { return *source.resource(); }

memory_arena::arena_lease lease_of(memory_arena::arena& source) { return source.lease(); }

template <class From>
void take_object(From& from) {
    keep(from.template new_object<std::int64_t>(42));
}

template <class From>
void take_bytes(From& from) {
    keep(from.allocate_bytes(64, 16));
}

void take_from_resource(std::pmr::memory_resource& from) {
    void* place = from.allocate(sizeof(std::int64_t), alignof(std::int64_t));
    keep(::new (place) std::int64_t(42));
}

void take_in_scope(memory_arena::arena_lease& from) {
    const auto scope = from.scope();
    take_object(from);
}

template <class From>
void reset_and_take_object(From& from) {
    from.reset();
    keep(from.template new_object<std::int64_t>(42));
}

}  // namespace

int main() {
    using memory_arena::arena;
    using memory_arena::cpu_arena;
    measure<arena>("arena_objects", itself<arena>, [](auto& from) { take_object(from); });
    measure<arena>(
        "arena_bytes_64_aligned_16", itself<arena>, [](auto& from) { take_bytes(from); });
    measure<arena>(
        "arena_resource_objects", resource_of, [](auto& from) { take_from_resource(from); });
    measure<arena>("arena_reset_and_first_object", itself<arena>,
                   [](auto& from) { reset_and_take_object(from); });
    measure<arena>("lease_objects", lease_of, [](auto& from) { take_object(from); });
    measure<arena>("lease_scope_of_an_object", lease_of, [](auto& from) { take_in_scope(from); });
    // Valgrind has no restartable sequences: the shards serve each object.
    measure<cpu_arena>("cpu_arena_objects_without_sequences", itself<cpu_arena>,
                       [](auto& from) { take_object(from); });
}
