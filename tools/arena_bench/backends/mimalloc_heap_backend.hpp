#pragma once

#include <atomic>
#include <cstddef>
#include <new>
#include <string>
#include <string_view>

#include "backends/backend_allocator.hpp"
#include "backends/loaded_malloc.hpp"

namespace arena_bench {

/// mimalloc's heaps: one a thread, as they want it, each destroyed whole by its thread at the end
/// of a round. What a container frees meanwhile is used again.
class mimalloc_heap_backend {
    struct heap;
    struct heap_functions {
        heap* (*make)() = nullptr;
        void* (*allocate)(heap*, std::size_t bytes, std::size_t alignment) = nullptr;
        void (*deallocate)(void*) = nullptr;
        void (*destroy)(heap*) = nullptr;
        std::string why_missing;

        static heap_functions load() {
            heap_functions found;
            load_into(found.make, ARENA_BENCH_MIMALLOC, "mi_heap_new", found.why_missing);
            load_into(
                found.allocate, ARENA_BENCH_MIMALLOC, "mi_heap_malloc_aligned", found.why_missing);
            load_into(found.deallocate, ARENA_BENCH_MIMALLOC, "mi_free", found.why_missing);
            load_into(found.destroy, ARENA_BENCH_MIMALLOC, "mi_heap_destroy", found.why_missing);
            return found;
        }
    };

public:
    static constexpr std::string_view name = "mimalloc_heap";
    static constexpr std::string_view label = "mimalloc heaps, one a thread, destroyed whole";
    static constexpr bool thread_safe = true;
    static constexpr bool drops_whole = true;

    template <typename T>
    using allocator = backend_allocator<T, mimalloc_heap_backend>;

    static std::string why_missing() { return functions.why_missing; }

    static void release_free_memory() {
        if (why_missing().empty()) call_loaded(ARENA_BENCH_MIMALLOC, "mi_collect", true);
    }

    explicit mimalloc_heap_backend(std::size_t /*capacity*/) {}

    void* allocate(std::size_t bytes, std::size_t alignment) {
        heap*& own = own_heap();
        if (own == nullptr) own = functions.make();
        void* const memory = functions.allocate(own, bytes, alignment);
        if (memory == nullptr) throw std::bad_alloc{};
        return memory;
    }
    void deallocate(void* memory, std::size_t /*bytes*/, std::size_t /*alignment*/) {
        functions.deallocate(memory);
    }
    void finish_thread() {
        heap*& own = own_heap();
        if (own != nullptr) functions.destroy(own);
        own = nullptr;
    }
    void finish_round() {}

    template <typename T>
    allocator<T> get_allocator() {
        return allocator<T>{*this};
    }

private:
    inline static const heap_functions functions = heap_functions::load();

    struct owned {
        std::size_t by = 0;
        heap* mine = nullptr;
    };

    /// Several of these may be used in turn on one thread: some slots, found by who owns them.
    heap*& own_heap() {
        constexpr std::size_t slots = 64;
        static thread_local owned all[slots];
        owned& mine = all[number_ % slots];
        if (mine.by != number_) mine = {number_, nullptr};
        return mine.mine;
    }

    static std::size_t next_number() {
        static std::atomic<std::size_t> made{0};
        return ++made;
    }

    std::size_t number_ = next_number();
};

}  // namespace arena_bench
