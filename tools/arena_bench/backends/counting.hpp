#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <string_view>

#include "backends/backend.hpp"

namespace arena_bench {

struct allocation_count {
    std::atomic<std::size_t> calls{0};
    std::atomic<std::size_t> bytes{0};

    void add(std::size_t size) noexcept {
        calls.fetch_add(1, std::memory_order_relaxed);
        bytes.fetch_add(size, std::memory_order_relaxed);
    }
};

/// A backend's own allocator, which also counts. It slows the round down, so it runs in rounds that
/// nobody measures.
template <typename T, backend B>
class counting_allocator {
    using inner = typename B::template allocator<T>;

public:
    using value_type = T;
    using propagate_on_container_move_assignment = std::true_type;

    template <typename U>
    struct rebind {
        using other = counting_allocator<U, B>;
    };

    counting_allocator(B& from, allocation_count& count) noexcept
        : backend_{std::addressof(from)}, count_{std::addressof(count)} {}

    template <typename U>
    // Containers rebind by it. NOLINTNEXTLINE(google-explicit-constructor)
    counting_allocator(const counting_allocator<U, B>& other) noexcept
        : backend_{other.backend_}, count_{other.count_} {}

    T* allocate(std::size_t n) {
        count_->add(n * sizeof(T));
        inner from = backend_->template get_allocator<T>();
        return std::allocator_traits<inner>::allocate(from, n);
    }
    void deallocate(T* memory, std::size_t n) noexcept {
        inner from = backend_->template get_allocator<T>();
        std::allocator_traits<inner>::deallocate(from, memory, n);
    }

    template <typename U>
    bool operator==(const counting_allocator<U, B>& other) const noexcept {
        return backend_ == other.backend_;
    }

private:
    template <typename U, backend C>
    friend class counting_allocator;

    B* backend_;
    allocation_count* count_;
};

/// The same backend seen through counting allocators.
template <backend B>
class counting_backend {
public:
    static constexpr std::string_view name = B::name;
    static constexpr std::string_view label = B::label;
    static constexpr bool thread_safe = B::thread_safe;
    static constexpr bool drops_whole = B::drops_whole;

    template <typename T>
    using allocator = counting_allocator<T, B>;

    counting_backend(B& counted, allocation_count& count) : backend_{counted}, count_{count} {}

    void* allocate(std::size_t bytes, std::size_t alignment) {
        count_.add(bytes);
        return backend_.allocate(bytes, alignment);
    }
    void deallocate(void* memory, std::size_t bytes, std::size_t alignment) {
        backend_.deallocate(memory, bytes, alignment);
    }
    void finish_thread() { arena_bench::finish_thread(backend_); }
    void finish_round() { backend_.finish_round(); }

    template <typename T>
    allocator<T> get_allocator() {
        return allocator<T>{backend_, count_};
    }

private:
    B& backend_;
    allocation_count& count_;
};

}  // namespace arena_bench
