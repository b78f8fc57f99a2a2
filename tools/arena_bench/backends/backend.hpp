#pragma once

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>

namespace arena_bench {

/// What an adaptor offers, so that a workload can be a template over it: no call in a measured loop
/// goes through a virtual function, unless the peer's own interface does.
///
/// - `name` is what --backends and the table call it, `label` says in full what it is;
/// - `thread_safe`: may several threads allocate at once? If not, only one-thread runs use it;
/// - `drops_whole`: finish_round() gives everything back, so that nothing is freed one by one;
/// - the constructor takes the bytes that a round may need, for those that want them beforehand;
/// - `allocator<T>` is the standard allocator that a user of this backend would write, and
///   get_allocator<T>() makes one (backend_allocator.hpp has one for those that come without).
///
/// And only where there is a need for it:
///
/// - `finish_thread()`: called by each thread that has allocated, before finish_round();
/// - `static std::string why_missing()`: empty, or why it can't be used on this machine;
/// - `static void release_free_memory()`: gives what it keeps beyond its objects' lives back to the
///   kernel, so that the next round is cold;
/// - `static constexpr bool ours`: one of this library's own.
///
/// README.md, beside this file, shows how to add one.
template <typename B>
concept backend = requires(B b, void* memory, std::size_t bytes, std::size_t alignment) {
    { B::name } -> std::convertible_to<std::string_view>;
    { B::label } -> std::convertible_to<std::string_view>;
    { B::thread_safe } -> std::convertible_to<bool>;
    { B::drops_whole } -> std::convertible_to<bool>;
    { b.allocate(bytes, alignment) } -> std::same_as<void*>;
    { b.deallocate(memory, bytes, alignment) } -> std::same_as<void>;
    { b.finish_round() } -> std::same_as<void>;
    { b.template get_allocator<int>() } -> std::same_as<typename B::template allocator<int>>;
};

template <backend B>
inline constexpr bool is_ours = requires {
    requires B::ours;
};

/// Empty where it can be used.
template <backend B>
std::string why_missing() {
    if constexpr (requires { B::why_missing(); }) {
        return B::why_missing();
    } else {
        return {};
    }
}

template <backend B>
void release_memory_kept_by() {
    if constexpr (requires { B::release_free_memory(); }) B::release_free_memory();
}

template <backend B>
inline constexpr bool has_thread_end = requires(B b) {
    b.finish_thread();
};

/// What each thread does at the end of a round, before finish_round().
template <backend B>
void finish_thread(B& memory) {
    if constexpr (has_thread_end<B>) memory.finish_thread();
}

/// The end of a round in which only this thread has allocated.
template <backend B>
void finish_alone(B& memory) {
    finish_thread(memory);
    memory.finish_round();
}

/// The same with what was allocated: each block of it is freed, or all at once.
template <backend B, typename Pointers>
void drop_alone(B& memory, const Pointers& blocks, std::size_t bytes, std::size_t alignment) {
    if constexpr (!B::drops_whole) {
        for (auto* each : blocks) memory.deallocate(each, bytes, alignment);
    }
    finish_alone(memory);
}

}  // namespace arena_bench
