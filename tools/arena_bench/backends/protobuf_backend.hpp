#pragma once

#include <google/protobuf/arena.h>

#include <cstddef>
#include <string_view>

#include "backends/backend_allocator.hpp"
#include "peers/protobuf_arena.hpp"

namespace arena_bench {

/// protobuf's Arena in the set-up that serves it best: blocks of up to 1 MiB, kept from round to
/// round by its own hooks (peers/protobuf_arena.hpp says why).
class protobuf_backend {
public:
    static constexpr std::string_view name = "protobuf";
    static constexpr std::string_view label = "protobuf's Arena, blocks of up to 1 MiB, kept";
    static constexpr bool thread_safe = true;
    static constexpr bool drops_whole = true;

    template <typename T>
    using allocator = backend_allocator<T, protobuf_backend>;

    static void release_free_memory() { benchmarks::kept_blocks::free_all(); }

    explicit protobuf_backend(std::size_t capacity) : arena_{options_for(capacity)} {}

    void* allocate(std::size_t bytes, std::size_t alignment) {
        return arena_.take(bytes, alignment);
    }
    void deallocate(void* /*memory*/, std::size_t /*bytes*/, std::size_t /*alignment*/) {}
    void finish_round() { arena_.reset(); }

    template <typename T>
    allocator<T> get_allocator() {
        return allocator<T>{*this};
    }

private:
    /// Whoever needs little wouldn't ask for a block of 1 MiB.
    static google::protobuf::ArenaOptions options_for(std::size_t capacity) {
        google::protobuf::ArenaOptions options = benchmarks::protobuf_arena::large_blocks_kept();
        if (capacity < options.start_block_size) options.start_block_size = capacity;
        return options;
    }

    benchmarks::protobuf_arena arena_;
};

}  // namespace arena_bench
