/// \file
/// memory_misuse SCENARIO: makes one mistake with arena memory, which the memory checker that the
/// program was built for has to find; or, called `clean`, none at all.

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <span>
#include <string_view>
#include <thread>
#include <vector>

#include <memory_arena.hpp>

namespace {

using memory_arena::arena;
using memory_arena::arena_lease;
using memory_arena::arena_options;
using memory_arena::cpu_arena;
using memory_arena::retain;

constexpr std::size_t mib = std::size_t{1} << 20;

/// The compiler must neither know what lies there nor leave the access out.
template <class T>
T* hidden(T* pointer) {
    T* volatile result = pointer;
    return result;
}

void read(const char* place) {
    // A branch: what an unwritten byte decides is what MemorySanitizer and memcheck report.
    if (*hidden(place) == 'x') {
        std::puts("read an x");
    }
}

void write(char* place) { *hidden(place) = 'x'; }

template <class Source>
std::span<char> written(Source& source, std::size_t bytes) {
    return source.template new_span<char>(bytes, 'y');
}

template <class Arena>
void read_after_reset() {
    Arena source(mib);
    const std::span<char> gone = written(source, 40);
    source.reset();
    read(gone.data());
}

template <class Arena>
void write_after_reset() {
    Arena source(mib);
    const std::span<char> gone = written(source, 40);
    source.reset();
    write(gone.data() + 39);
}

/// The next generation has allocated the same.
template <class Arena>
void read_after_reuse() {
    Arena source(mib);
    const std::span<char> gone = written(source, 400);
    source.reset();
    static_cast<void>(written(source, 400));
    read(gone.data() + 399);
}

template <class Arena>
void overflow() {
    Arena source(mib);
    const std::span<char> first = written(source, 13);
    static_cast<void>(written(source, 13));
    write(first.data() + 13);
}

void overflow_of_a_large_block() {
    arena source(16 * mib);
    const std::span<char> first = written(source, mib);
    static_cast<void>(written(source, mib));
    read(first.data() + mib);
}

void overflow_in_a_lease() {
    arena source(mib);
    arena_lease lease = source.lease();
    const auto scope = lease.scope();
    const std::span<char> first = written(lease, 24);
    static_cast<void>(written(lease, 24));
    write(first.data() + 24);
}

void overflow_of_what_has_grown() {
    arena source(mib);
    const auto grown = source.try_extend(written(source, 8), 20);
    write(grown.value().data() + 20);
}

void read_after_shrinking() {
    arena source(mib);
    const std::span<char> whole = written(source, 40);
    static_cast<void>(source.try_extend(whole, 20));
    read(whole.data() + 20);
}

void read_after_deallocation() {
    arena source(mib);
    const std::span<char> gone = written(source, 40);
    source.deallocate_bytes(gone.data(), gone.size());
    read(gone.data());
}

void read_after_scope() {
    arena source(mib);
    arena_lease lease = source.lease();
    std::span<char> gone;
    {
        const auto scope = lease.scope();
        gone = written(lease, 40);
    }
    read(gone.data());
}

void read_after_large_scope() {
    arena source(16 * mib);
    arena_lease lease = source.lease();
    std::span<char> gone;
    {
        const auto scope = lease.scope();
        for (int turn = 0; turn < 100; ++turn) {
            gone = written(lease, 10'000);
        }
    }
    read(gone.data());
}

template <class Arena>
void read_after_destruction() {
    std::span<char> gone;
    {
        Arena source(mib);
        gone = written(source, 40);
    }
    read(gone.data());
}

void write_to_a_lent_buffer() {
    alignas(64) static std::array<std::byte, 64 * 1024> buffer;
    arena source(arena_options{.buffer = buffer});
    static_cast<void>(written(source, 40));
    write(reinterpret_cast<char*>(buffer.data()) + 30'000);
}

void read_through_a_stale_container() {
    arena source(mib);
    std::vector<char, memory_arena::arena_allocator<char>> numbers(40, 'y', source);
    source.reset();
    read(numbers.data());
}

template <class Arena>
void read_unwritten() {
    Arena source(mib);
    static_cast<void>(written(source, 4000));
    source.reset();
    read(source.template new_span_for_overwrite<char>(40).data());
}

/// Has a destructor that reset must run, and that reads what it destroys. (No std::string: the
/// C++ library's own isn't instrumented for MemorySanitizer.)
class managed {
public:
    managed() : bytes_(new char[50]{}) {}
    managed(const managed& other) : bytes_(new char[50]) { std::memcpy(bytes_, other.bytes_, 50); }
    managed& operator=(const managed&) = delete;
    ~managed() {
        read(bytes_ + 49);
        delete[] bytes_;
    }
    [[nodiscard]] const char* bytes() const { return bytes_; }

private:
    char* bytes_;
};

struct fails_to_be_made {
    fails_to_be_made() { throw 1; }
    std::array<char, 40> bytes{};
};

/// Requests for nothing, for too much, and for what comes to nothing.
template <class Source>
void use_at_the_edges(Source& source) {
    if (source.try_allocate_bytes(mib * mib / 8) != nullptr) {
        std::abort();
    }
    source.deallocate_bytes(source.allocate_bytes(0), 0);
    const std::span<char> mine = written(source, 40);
    static_cast<void>(source.try_extend(mine, mine.size()));
    read(mine.data() + 39);
    try {
        static_cast<void>(source.template new_unmanaged<fails_to_be_made>());
    } catch (int) {
        read(mine.data());
    }
}

/// What a program may do.
template <class Source>
void use(Source& source) {
    use_at_the_edges(source);
    for (std::size_t bytes = 1; bytes < 5'000; bytes += 1 + bytes / 3) {
        const std::span<char> mine = written(source, bytes);
        read(mine.data() + bytes - 1);
        read(source.copy_string(std::string_view(mine.data(), bytes)).data() + bytes);
    }
    std::memset(source.allocate_bytes(100'000, 256), 1, 100'000);
    static_cast<void>(source.template new_object<managed>());
    static_cast<void>(source.template new_span<managed>(5));
    source.on_reset([on_heap = managed()] { read(on_heap.bytes()); });
    std::span<char> growing = written(source, 3);
    while (const auto grown = source.try_extend(growing, growing.size() * 2 + 1)) {
        growing = *grown;
        std::memset(growing.data(), 'g', growing.size());
        if (growing.size() > 100'000) {
            break;
        }
    }
    growing = *source.try_extend(growing, growing.size() / 2);
    read(growing.data() + growing.size() - 1);
    void* const newest = source.allocate_bytes(60);
    source.deallocate_bytes(newest, 60);
    std::memset(source.allocate_bytes(60), 2, 60);
    std::vector<int, memory_arena::arena_allocator<int, Source>> numbers{
        memory_arena::arena_allocator<int, Source>(source)};
    for (int number = 0; number < 1'000; ++number) {
        numbers.push_back(number);
    }
}

template <class Arena>
void use_on_threads(Arena& source) {
    std::vector<std::thread> team;
    for (int member = 0; member < 3; ++member) {
        team.emplace_back([&] {
            use(source);
            arena_lease lease = source.lease();
            for (int turn = 0; turn < 3; ++turn) {
                const auto outer = lease.scope();
                use(lease);
                const auto inner = lease.scope();
                use(lease);
            }
            use(lease);
        });
    }
    for (std::thread& member : team) {
        member.join();
    }
}

template <class Arena>
void use_again_and_again(const arena_options& options) {
    Arena source(options);
    for (const retain kept :
         {retain::all, retain::none, retain::up_to(100'000), retain::adaptive, retain::all}) {
        use(source);
        use_on_threads(source);
        if (options.buffer.empty()) {
            source.trim();
        }
        source.reset(kept);
    }
    use(source);
}

void clean() {
    static std::array<std::byte, 16 * mib> buffer;
    const std::array<arena_options, 4> all_options{
        {{.capacity = 64 * mib},
         {.capacity = 64 * mib, .lane_count = 1},
         {.capacity = 64 * mib, .wipe_at_reset = true},
         {.buffer = buffer}}};
    for (const arena_options& options : all_options) {
        use_again_and_again<arena>(options);
        use_again_and_again<cpu_arena>(options);
    }
    std::memset(buffer.data(), 3, buffer.size());  // the owner has it again, all of it
    read(reinterpret_cast<char*>(buffer.data()) + buffer.size() - 1);
    std::puts("nothing was wrong");
}

/// A thread writes to what the arena hands out again after a reset that nothing ordered behind it.
/// Each has its lane before, and keeps it: to take one over from a thread that exits is an order.
/// Words, because ThreadSanitizer remembers four accesses to each.
void write_on_both_sides_of_a_reset() {
    arena source(mib);
    static_cast<void>(source.new_span<long>(5, 7L));
    std::atomic<int> turn{0};  // relaxed: tells the time, and orders nothing
    const auto wait_for = [&](int awaited) {
        while (turn.load(std::memory_order_relaxed) != awaited) {
            std::this_thread::yield();
        }
    };
    std::thread careless([&] {
        static_cast<void>(source.new_span<long>(5, 7L));
        turn.store(1, std::memory_order_relaxed);
        wait_for(2);
    });
    wait_for(1);
    source.reset();
    for (int count = 0; count < 1'000; ++count) {
        static_cast<void>(source.new_span<long>(5, 7L));
    }
    turn.store(2, std::memory_order_relaxed);
    careless.join();
}

struct scenario {
    const char* name;
    void (*run)();
};

constexpr scenario scenarios[] = {
    {"clean", clean},
    {"read_after_reset", read_after_reset<arena>},
    {"cpu_arena_read_after_reset", read_after_reset<cpu_arena>},
    {"write_after_reset", write_after_reset<arena>},
    {"cpu_arena_write_after_reset", write_after_reset<cpu_arena>},
    {"read_after_reuse", read_after_reuse<arena>},
    {"cpu_arena_read_after_reuse", read_after_reuse<cpu_arena>},
    {"overflow", overflow<arena>},
    {"cpu_arena_overflow", overflow<cpu_arena>},
    {"overflow_of_a_large_block", overflow_of_a_large_block},
    {"overflow_in_a_lease", overflow_in_a_lease},
    {"overflow_of_what_has_grown", overflow_of_what_has_grown},
    {"read_after_shrinking", read_after_shrinking},
    {"read_after_deallocation", read_after_deallocation},
    {"read_after_scope", read_after_scope},
    {"read_after_large_scope", read_after_large_scope},
    {"read_after_destruction", read_after_destruction<arena>},
    {"cpu_arena_read_after_destruction", read_after_destruction<cpu_arena>},
    {"write_to_a_lent_buffer", write_to_a_lent_buffer},
    {"read_through_a_stale_container", read_through_a_stale_container},
    {"read_unwritten", read_unwritten<arena>},
    {"cpu_arena_read_unwritten", read_unwritten<cpu_arena>},
    {"write_on_both_sides_of_a_reset", write_on_both_sides_of_a_reset},
};

}  // namespace

int main(int count, char** arguments) {
    for (const scenario& one : scenarios) {
        if (count == 2 && std::strcmp(one.name, arguments[1]) == 0) {
            one.run();
            return EXIT_SUCCESS;
        }
    }
    std::fputs("usage: memory_misuse SCENARIO\n", stderr);
    return EXIT_FAILURE;
}
