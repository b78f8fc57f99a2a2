#include <memory_arena.hpp>

#include <cstdio>
#include <span>
#include <string_view>
#include <thread>
#include <vector>

int main() {
    memory_arena::arena arena{32 << 20};  // 32 MiB of address space; pages come at first touch

    int* answer = arena.new_object<int>(42);
    std::span<int> squares = arena.new_span<int>(100);
    std::string_view greeting = arena.copy_string("hello");

    std::vector<std::jthread> threads;  // any number of threads may allocate at once
    threads.reserve(4);
    for (int thread = 0; thread < 4; ++thread) {
        threads.emplace_back([&, thread] {
            for (int i = thread; i < 100; i += 4) {
                squares[static_cast<std::size_t>(i)] = *arena.new_object<int>(i * i);
            }
        });
    }
    threads.clear();  // joins them

    std::pmr::vector<int> copy(squares.begin(), squares.end(), arena.resource());
    std::printf("%s: %d, %d, %d; %zu bytes used\n", greeting.data(), *answer, squares[9], copy[99],
                arena.used_bytes());

    arena.reset();  // everything is gone, at once
    std::printf("after reset: %zu bytes used\n", arena.used_bytes());
}
