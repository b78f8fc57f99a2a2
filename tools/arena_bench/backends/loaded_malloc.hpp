#pragma once

#include <cstddef>
#include <new>
#include <string>
#include <string_view>

#include "backends/backend_allocator.hpp"

namespace arena_bench {

/// malloc, free and their like of one shared library, beside the C library's own: loaded so that
/// nobody else's calls end up there, and called by pointer, as a call into a shared library is.
struct malloc_functions {
    void* (*allocate)(std::size_t) = nullptr;
    void* (*allocate_aligned)(std::size_t alignment, std::size_t bytes) = nullptr;
    void (*deallocate)(void*) = nullptr;
    std::string why_missing;
};

/// The functions called `prefix` + malloc, aligned_alloc and free of the library `file`.
malloc_functions load_malloc(const char* file, const std::string& prefix);

/// A function of a loaded library; null if it isn't there.
void* load_function(const char* file, const char* name, std::string& why_missing);

template <typename Function>
void load_into(Function*& into, const char* file, const std::string& name,
               std::string& why_missing) {
    if (!why_missing.empty()) return;
    into = reinterpret_cast<Function*>(load_function(file, name.c_str(), why_missing));
}

/// Calls a function of a library that is loaded, if it has one of that name.
template <typename... Arguments>
void call_loaded(const char* file, const char* name, Arguments... arguments) {
    std::string why_missing;
    void (*function)(Arguments...) = nullptr;
    load_into(function, file, name, why_missing);
    if (function != nullptr) function(arguments...);
}

/// Some of these libraries want more static thread-local storage than a process keeps for libraries
/// that are loaded late (jemalloc 2.6 KiB of 1.6): starts the program again with room for them,
/// once. Returns if there is no need to, or no way.
void make_room_for_loaded_libraries(char** argv);

/// What the malloc replacements have in common. `Functions::load()` finds the library's functions,
/// `Functions::release()` has it give what is free back to the kernel.
template <typename Functions>
class loaded_malloc_backend {
public:
    static constexpr bool thread_safe = true;
    static constexpr bool drops_whole = false;

    template <typename T>
    using allocator = backend_allocator<T, loaded_malloc_backend>;

    static std::string why_missing() { return loaded.why_missing; }
    static const malloc_functions& functions() { return loaded; }

    static void release_free_memory() {
        if (loaded.why_missing.empty()) Functions::release();
    }

    explicit loaded_malloc_backend(std::size_t /*capacity*/) {}

    void* allocate(std::size_t bytes, std::size_t alignment) {
        void* const memory = alignment <= alignof(std::max_align_t)
                                 ? loaded.allocate(bytes)
                                 : loaded.allocate_aligned(alignment, bytes);
        if (memory == nullptr) throw std::bad_alloc{};
        return memory;
    }
    void deallocate(void* memory, std::size_t /*bytes*/, std::size_t /*alignment*/) {
        loaded.deallocate(memory);
    }
    void finish_round() {}

    template <typename T>
    allocator<T> get_allocator() {
        return allocator<T>{*this};
    }

private:
    inline static const malloc_functions loaded = Functions::load();
};

}  // namespace arena_bench
