#include <memory_arena/arena.hpp>

#include <cstddef>
#include <cstdio>
#include <span>
#include <string>
#include <utility>

struct session {  // has a destructor, because of the string
    session(std::string name, int count) : user(std::move(name)), number(count) {}
    std::string user;
    int number;
};

int main() {
    memory_arena::arena arena{64 << 20};
    for (int request = 1; request <= 3; ++request) {
        auto* one = arena.new_object<session>("a user's quite long name", request);
        std::span<int> squares = arena.new_span_for_overwrite<int>(10);
        for (int i = 0; i < 10; ++i) squares[static_cast<std::size_t>(i)] = i * i;

        auto* total = new int(squares[9] + one->number);  // of the heap
        arena.on_reset([total] { delete total; });        // deleted at the reset
        std::printf("%s, %d: %d\n", one->user.c_str(), one->number, *total);
        arena.reset();  // session's destructor runs, too
    }
}
