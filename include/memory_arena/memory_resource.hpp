#pragma once

#include <cstddef>
#include <memory_resource>

#include <memory_arena/arena.hpp>
#include <memory_arena/lease.hpp>

namespace memory_arena::inline MEMORY_ARENA_ABI {

/// An arena, a cpu_arena or a lease as a `std::pmr::memory_resource`. `arena.resource()` is the
/// arena's own one; others made over the same source are equal to it, and to each other, also
/// without RTTI.
///
/// As thread safe as the source. deallocate does nothing, as
/// `std::pmr::monotonic_buffer_resource`'s. allocate throws what `allocate_bytes` throws.
template <class Source>
class MEMORY_ARENA_API basic_arena_resource final : public std::pmr::memory_resource {
public:
    /// The source must outlive the resource, and stay where it is: a lease must not be moved.
    explicit basic_arena_resource(Source& source) noexcept : source_(&source) {}

    [[nodiscard]] Source& source() const noexcept { return *source_; }

private:
    void* do_allocate(std::size_t bytes, std::size_t alignment) override;
    void do_deallocate(void* block, std::size_t bytes, std::size_t alignment) override;
    [[nodiscard]] bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override;

    Source* source_;
};

using arena_resource = basic_arena_resource<arena>;
using cpu_arena_resource = basic_arena_resource<cpu_arena>;
using lease_resource = basic_arena_resource<arena_lease>;

}  // namespace memory_arena::inline MEMORY_ARENA_ABI
