// An arena for each request, out of a pool: reset, and the next one's, when the request is over.

#include <memory_arena/arena_pool.hpp>
#include <memory_arena/memory_resource.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <memory_resource>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

/// What a request needs meanwhile is in `arena`; the answer isn't.
std::size_t count_words(std::string_view text, memory_arena::arena& arena) {
    std::pmr::vector<std::pmr::string> words(arena.resource());
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find(' ', at), text.size());
        words.emplace_back(text.substr(at, end - at));
        at = end + 1;
    }
    if (words.empty()) {
        throw std::invalid_argument("no words");
    }
    return words.size();
}

}  // namespace

int main() {
    memory_arena::arena_pool pool{{.arena = {.capacity = 16 << 20}, .arena_count = 8}};

    std::vector<std::jthread> threads;  // more of them than arenas: some wait for their turn
    threads.reserve(16);
    for (int thread = 0; thread < 16; ++thread) {
        threads.emplace_back([&pool] {
            for (int request = 0; request < 1000; ++request) {
                const memory_arena::pooled_arena arena = pool.acquire();
                static_cast<void>(count_words("so many words in one text", *arena));
            }
        });
    }
    threads.clear();

    // The same in a call, which an exception may leave.
    try {
        pool.execute([](memory_arena::arena& arena) { return count_words("", arena); });
    } catch (const std::exception& error) {
        std::printf("a request fails: %s\n", error.what());
    }

    // Who can't wait asks for one that is free, or for one within some time.
    if (const auto arena = pool.acquire_for(std::chrono::milliseconds(5))) {
        std::printf("%zu words\n", count_words("who needs an arena now", **arena));
    }

    const memory_arena::arena_pool_usage now = pool.usage();
    std::printf("%llu check-outs, %zu arenas in use\n",
                static_cast<unsigned long long>(now.check_outs), now.in_use);
}
