// To see into an arena: prints its text, and writes its picture where the first argument says so.
//     build/release/examples/inspect docs/arena_map.svg

#include <memory_arena/inspect.hpp>
#include <memory_arena/lease.hpp>

#include <barrier>
#include <cstdio>
#include <fstream>
#include <thread>
#include <vector>

int main(int count, char** arguments) {
    memory_arena::arena arena(memory_arena::arena_options{
        .capacity = 64 << 20, .name = "requests", .shard_count = 4, .listed = true});

    constexpr int thread_count = 6;
    std::barrier<> have_allocated(thread_count + 1);
    std::barrier<> may_end(thread_count + 1);
    std::vector<std::jthread> threads;
    threads.reserve(thread_count);
    for (int thread = 0; thread < thread_count; ++thread) {
        threads.emplace_back([&, thread] {
            const auto objects = static_cast<std::size_t>(thread + 1) * 900;
            for (std::size_t made = 0; made < objects; ++made) {
                static_cast<void>(arena.new_span_for_overwrite<char>(16 + made % 48));
            }
            have_allocated.arrive_and_wait();
            may_end.arrive_and_wait();  // a thread's lane is its own while it runs
        });
    }
    have_allocated.arrive_and_wait();
    static_cast<void>(arena.new_span<char>(150'000));  // large: from the frontier itself
    memory_arena::arena_lease lease = arena.lease();
    {
        const auto scope = lease.scope();
        static_cast<void>(lease.new_span<char>(40'000));
    }  // undone; the lease keeps the memory for its next scope

    const memory_arena::arena_inspection now = arena.inspect();
    std::fputs(to_text(now).c_str(), stdout);
    if (count > 1) {
        std::ofstream(arguments[1]) << to_svg(now);
    }
    std::fputs(memory_arena::to_open_metrics().c_str(), stdout);  // of all listed arenas
    may_end.arrive_and_wait();
}
