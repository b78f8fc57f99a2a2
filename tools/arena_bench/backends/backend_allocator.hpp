#pragma once

#include <cstddef>
#include <memory>
#include <type_traits>

namespace arena_bench {

/// A standard allocator over a backend's own calls, for peers that come without one.
template <typename T, typename B>
class backend_allocator {
public:
    using value_type = T;
    using propagate_on_container_move_assignment = std::true_type;

    explicit backend_allocator(B& from) noexcept : backend_{std::addressof(from)} {}

    template <typename U>
    // Containers rebind by it. NOLINTNEXTLINE(google-explicit-constructor)
    backend_allocator(const backend_allocator<U, B>& other) noexcept : backend_{other.source()} {}

    T* allocate(std::size_t n) {
        return static_cast<T*>(backend_->allocate(n * sizeof(T), alignof(T)));
    }
    void deallocate(T* memory, std::size_t n) noexcept {
        backend_->deallocate(memory, n * sizeof(T), alignof(T));
    }

    [[nodiscard]] B* source() const noexcept { return backend_; }

    template <typename U>
    bool operator==(const backend_allocator<U, B>& other) const noexcept {
        return backend_ == other.source();
    }

private:
    B* backend_;
};

}  // namespace arena_bench
