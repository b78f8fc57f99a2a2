#pragma once

#include <cstddef>
#include <memory_resource>

#include <memory_arena/arena.hpp>

namespace memory_arena::inline MEMORY_ARENA_ABI {

/// An arena as a `std::pmr::memory_resource`. `arena.resource()` is the arena's own one; others
/// made over the same arena are equal to it, and to each other, also without RTTI.
///
/// Thread safe, as the arena. deallocate does nothing, as `std::pmr::monotonic_buffer_resource`'s.
/// allocate throws what `allocate_bytes` throws.
template <class Lanes>
class MEMORY_ARENA_API basic_arena_resource final : public std::pmr::memory_resource {
public:
    /// The arena must outlive the resource and the memory taken through it.
    explicit basic_arena_resource(basic_arena<Lanes>& source) noexcept : arena_(&source) {}

    [[nodiscard]] basic_arena<Lanes>& source() const noexcept { return *arena_; }

private:
    void* do_allocate(std::size_t bytes, std::size_t alignment) override;
    void do_deallocate(void* block, std::size_t bytes, std::size_t alignment) override;
    [[nodiscard]] bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override;

    basic_arena<Lanes>* arena_;
};

using arena_resource = basic_arena_resource<per_thread>;
using cpu_arena_resource = basic_arena_resource<per_cpu>;

}  // namespace memory_arena::inline MEMORY_ARENA_ABI
