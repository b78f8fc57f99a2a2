#include <memory_arena.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <map>
#include <memory_resource>
#include <string>
#include <string_view>

// Counts the words of a request; all that it makes comes from `memory`.
static void answer(std::string_view request, std::pmr::memory_resource* memory) {
    std::pmr::map<std::pmr::string, int> counts(memory);
    for (std::size_t begin = 0; begin < request.size();) {
        const std::size_t end = std::min(request.find(' ', begin), request.size());
        ++counts[std::pmr::string(request.substr(begin, end - begin), memory)];
        begin = end + 1;
    }
    for (const auto& [word, count] : counts) {
        std::printf("%s=%d ", word.c_str(), count);
    }
    std::printf("\n");
}

int main() {
    memory_arena::arena arena{64 << 20};  // address space; pages come at first touch, and stay
    for (const std::string_view request : {"to be or not to be", "the rest is silence"}) {
        answer(request, arena.resource());  // other threads may allocate from it meanwhile
        arena.reset();                      // drops what the request made
    }
}
