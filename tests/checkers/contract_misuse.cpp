/// \file
/// contract_misuse SCENARIO: breaks the contract of an arena in one place, which a checked build
/// has to report; or, called `clean`, in none.

#include <array>
#include <atomic>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

#include <memory_arena.hpp>
#include <memory_arena/arena_pool.hpp>
#include <memory_arena/checked_ptr.hpp>

namespace {

/// Whether `new (std::nothrow)`, which makes the records, finds no memory.
std::atomic<bool> memory_is_out{false};

}  // namespace

void* operator new(std::size_t bytes, const std::nothrow_t& /*nothrow*/) noexcept {
    try {
        return memory_is_out.load() ? nullptr : ::operator new(bytes);
    } catch (const std::bad_alloc&) {
        return nullptr;
    }
}

namespace {

using memory_arena::arena;
using memory_arena::arena_allocator;
using memory_arena::arena_lease;
using memory_arena::arena_options;
using memory_arena::checked_ptr;
using memory_arena::cpu_arena;

constexpr arena_options options{.capacity = std::size_t{1} << 20, .name = "requests"};

void wait_for(const std::atomic<bool>& flag) {
    while (!flag.load()) {
        std::this_thread::yield();
    }
}

/// Runs what it is given when it is constructed, or when it is destroyed.
template <class Run>
struct at_construction {
    explicit at_construction(Run run) { run(); }
};
template <class Run>
class at_destruction {
public:
    explicit at_destruction(Run run) : run_(run) {}
    at_destruction(const at_destruction&) = delete;
    at_destruction& operator=(const at_destruction&) = delete;
    ~at_destruction() { run_(); }

private:
    Run run_;
};

template <class Arena, class Interfere>
void while_a_call_is_under_way(Arena& source, Interfere interfere) {
    std::atomic<bool> is_inside{false};
    std::atomic<bool> may_leave{false};
    std::thread caller([&] {
        const auto stay = [&] {
            is_inside = true;
            wait_for(may_leave);
        };
        static_cast<void>(source.template new_object<at_construction<decltype(stay)>>(stay));
    });
    wait_for(is_inside);
    interfere();
    may_leave = true;
    caller.join();
}

template <class Arena>
void reset_beside_a_call() {
    Arena source(options);
    while_a_call_is_under_way(source, [&] { source.reset(); });
}

void reset_beside_a_call_on_a_lease() {
    arena source(options);
    arena_lease lease = source.lease();
    while_a_call_is_under_way(lease, [&] { source.reset(); });
}

template <class Arena>
void call_beside_a_reset() {
    Arena source(options);
    std::atomic<bool> is_inside{false};
    const auto stay = [&] {
        is_inside = true;
        std::atomic<bool> never{false};
        wait_for(never);
    };
    static_cast<void>(source.template new_object<at_destruction<decltype(stay)>>(stay));
    std::thread resetting([&] { source.reset(); });
    wait_for(is_inside);
    static_cast<void>(source.template new_span<int>(3));
    resetting.join();
}

void reset_in_a_constructor() {
    arena source(options);
    const auto reset = [&] { source.reset(); };
    static_cast<void>(source.new_object<at_construction<decltype(reset)>>(reset));
}

template <class Arena>
void reset_in_a_destructor() {
    Arena source(options);
    const auto reset = [&] { source.reset(); };
    static_cast<void>(source.template new_object<at_destruction<decltype(reset)>>(reset));
    source.reset();
}

void lease_outlives_its_arena() {
    std::optional<arena_lease> lease;
    arena source(options);
    lease = source.lease();
}

void scope_outlives_its_lease() {
    arena source(options);
    std::optional<arena_lease> lease = source.lease();
    const auto scope = lease->scope();
    lease.reset();
}

void scopes_end_out_of_order() {
    arena source(options);
    arena_lease lease = source.lease();
    struct begun {
        explicit begun(arena_lease& lease) : scope(lease.scope()) {}
        memory_arena::lease_scope scope;
    };
    auto first = std::make_unique<begun>(lease);
    auto second = std::make_unique<begun>(lease);
    first.reset();
    second.reset();
}

template <class Arena>
void destruction_beside_a_call() {
    std::optional<Arena> source(options);
    while_a_call_is_under_way(*source, [&] { source.reset(); });
}

void destruction_within_its_reset() {
    std::optional<arena> source(options);
    const auto destroy = [&] { source.reset(); };
    static_cast<void>(source->new_object<at_destruction<decltype(destroy)>>(destroy));
    source->reset();
}

void call_after_destruction() {
    // Where it lay stays: nothing but the record tells that it is gone.
    alignas(arena) static std::array<std::byte, sizeof(arena)> place;
    arena* const gone = std::construct_at(reinterpret_cast<arena*>(place.data()), options);
    std::destroy_at(gone);
    static_cast<void>(gone->new_object<int>(42));
}

template <class Source, class Container>
void outlive_a_reset(Source& source, Container filled) {
    source.reset();
    const Container moved = std::move(filled);
}

void vector_outlives_its_generation() {
    arena source(options);
    outlive_a_reset(source, std::vector<int, arena_allocator<int>>(10, source));
}

void deque_outlives_its_generation() {
    arena source(options);
    outlive_a_reset(source, std::deque<int, arena_allocator<int>>(10, source));
}

void map_outlives_its_generation() {
    arena source(options);
    using pair = std::pair<const int, int>;
    std::map<int, int, std::less<>, arena_allocator<pair>> filled(source);
    filled[1] = 1;
    outlive_a_reset(source, std::move(filled));
}

void vector_outlives_its_arena() {
    std::optional<arena> source(options);
    const std::vector<int, arena_allocator<int>> numbers(10, *source);
    source.reset();
}

void stale_pointer() {
    arena source(options);
    const checked_ptr number(source, source.new_object<int>(42));
    source.reset();
    std::printf("%d\n", *number);
}

void stale_pointer_to_an_arena_that_is_gone() {
    std::optional<arena> source(options);
    const checked_ptr<const int> number = checked_ptr(*source, source->new_object<int>(42));
    source.reset();
    std::printf("%d\n", *number);
}

void stale_pointer_of_a_lease() {
    cpu_arena source(options);
    arena_lease lease = source.lease();
    const checked_ptr number(lease, lease.new_object<int>(42));
    source.reset();
    std::printf("%d\n", *number);
}

void stale_pointer_of_a_scope() {
    arena source(options);
    arena_lease lease = source.lease();
    checked_ptr<int> number;
    {
        const auto scope = lease.scope();
        number = checked_ptr(lease, lease.new_object<int>(42));
    }
    const auto scope = lease.scope();
    std::printf("%d\n", *number);
}

/// What a program may do in a generation.
template <class Arena>
void use_once(Arena& source, const arena_allocator<int, Arena>& older) {
    std::vector<int, arena_allocator<int, Arena>> numbers(10, older);
    std::deque<int, arena_allocator<int, Arena>> queue(1'000, older);
    std::unordered_map<int, int, std::hash<int>, std::equal_to<>,
                       arena_allocator<std::pair<const int, int>, Arena>>
        table(older);
    table[1] = 1;
    numbers.assign(1'000, 1);
    const checked_ptr number(source, source.template new_object<int>(42));
    const auto at_reset = [&source, number] {
        static_cast<void>(source.template new_object<std::string>(std::size_t{50}, 'd'));
        static_cast<void>(*number);
    };
    static_cast<void>(source.template new_object<at_destruction<decltype(at_reset)>>(at_reset));
    arena_lease lease = source.lease();
    const auto outer = lease.scope();
    const checked_ptr in_outer(lease, lease.new_object<int>(42));
    {
        const auto inner = lease.scope();
        const checked_ptr in_inner(lease, lease.new_object<int>(*in_outer));
        static_cast<void>(*in_inner);
    }
    static_cast<void>(*in_outer);
    std::vector<std::thread> team;
    for (int member = 0; member < 4; ++member) {
        team.emplace_back([&source] { static_cast<void>(source.template new_span<int>(7)); });
    }
    for (std::thread& member : team) {
        member.join();
    }
}

template <class Arena>
void use_properly() {
    Arena source(options);
    const arena_allocator<int, Arena> made_once(source);
    for (int turn = 0; turn < 100; ++turn) {
        use_once(source, made_once);
        source.reset();
    }
    use_once(source, made_once);
    std::thread other([&source] { source.reset(); });
    source.reset();
    other.join();
}

/// In the child of a fork the calls of the parent's other threads are under way no more.
void fork_beside_a_call() {
    arena source(options);
    while_a_call_is_under_way(source, [&] {
        const pid_t child = fork();
        if (child == 0) {
            source.reset();
            static_cast<void>(source.new_span<int>(7));
            std::_Exit(EXIT_SUCCESS);
        }
        int status = EXIT_FAILURE;
        if (waitpid(child, &status, 0) != child || status != EXIT_SUCCESS) {
            std::fputs("memory_arena: the child failed\n", stderr);
        }
    });
}

/// One arena's destructors may reset another, and use it.
void reset_another_within_a_reset() {
    arena outer(options);
    arena inner(options);
    const auto reset_inner = [&] {
        static_cast<void>(inner.new_object<std::string>(std::size_t{50}, 'i'));
        const auto use_outer = [&] { static_cast<void>(outer.new_span<int>(7)); };
        static_cast<void>(inner.new_object<at_destruction<decltype(use_outer)>>(use_outer));
        inner.reset();
    };
    static_cast<void>(outer.new_object<at_destruction<decltype(reset_inner)>>(reset_inner));
    outer.reset();
}

void do_without_a_record() {
    memory_is_out = true;
    try {
        const arena source(options);
        std::fputs("memory_arena: an arena without a record\n", stderr);
    } catch (const std::system_error&) {
        // As where the kernel refuses memory.
    }
    memory_is_out = false;
}

struct owner_of_its_own_memory {
    memory_arena::pooled_arena held;
};

void pooled_arena_in_its_own_arena() {
    memory_arena::arena_pool pool({.arena = options, .arena_count = 1});
    memory_arena::pooled_arena held = pool.acquire();
    arena& its = *held;
    its.new_object<owner_of_its_own_memory>(std::move(held))->held.give_back();
}

void clean() {
    use_properly<arena>();
    use_properly<cpu_arena>();
    fork_beside_a_call();
    reset_another_within_a_reset();
    do_without_a_record();
    std::puts("nothing was wrong");
}

struct scenario {
    const char* name;
    void (*run)();
};

constexpr scenario scenarios[] = {
    {"clean", clean},
    {"reset_beside_a_call", reset_beside_a_call<arena>},
    {"cpu_arena_reset_beside_a_call", reset_beside_a_call<cpu_arena>},
    {"reset_beside_a_call_on_a_lease", reset_beside_a_call_on_a_lease},
    {"call_beside_a_reset", call_beside_a_reset<arena>},
    {"cpu_arena_call_beside_a_reset", call_beside_a_reset<cpu_arena>},
    {"reset_in_a_constructor", reset_in_a_constructor},
    {"reset_in_a_destructor", reset_in_a_destructor<arena>},
    {"cpu_arena_reset_in_a_destructor", reset_in_a_destructor<cpu_arena>},
    {"lease_outlives_its_arena", lease_outlives_its_arena},
    {"scope_outlives_its_lease", scope_outlives_its_lease},
    {"scopes_end_out_of_order", scopes_end_out_of_order},
    {"destruction_beside_a_call", destruction_beside_a_call<arena>},
    {"cpu_arena_destruction_beside_a_call", destruction_beside_a_call<cpu_arena>},
    {"destruction_within_its_reset", destruction_within_its_reset},
    {"call_after_destruction", call_after_destruction},
    {"vector_outlives_its_generation", vector_outlives_its_generation},
    {"deque_outlives_its_generation", deque_outlives_its_generation},
    {"map_outlives_its_generation", map_outlives_its_generation},
    {"vector_outlives_its_arena", vector_outlives_its_arena},
    {"pooled_arena_in_its_own_arena", pooled_arena_in_its_own_arena},
    {"stale_pointer", stale_pointer},
    {"stale_pointer_to_an_arena_that_is_gone", stale_pointer_to_an_arena_that_is_gone},
    {"stale_pointer_of_a_lease", stale_pointer_of_a_lease},
    {"stale_pointer_of_a_scope", stale_pointer_of_a_scope},
};

}  // namespace

int main(int count, char** arguments) {
    // What is reported ends the program as a failure, not by a signal.
    std::signal(SIGABRT, [](int) { std::_Exit(EXIT_FAILURE); });
    for (const scenario& one : scenarios) {
        if (count == 2 && std::strcmp(one.name, arguments[1]) == 0) {
            one.run();
            return EXIT_SUCCESS;
        }
    }
    std::fputs("usage: contract_misuse SCENARIO\n", stderr);
    return EXIT_FAILURE;
}
