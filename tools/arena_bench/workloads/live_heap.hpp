#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace arena_bench {

/// Eight pointers: what a tree or graph node looks like to an allocator.
struct heap_node {
    heap_node* links[8];
};
static_assert(sizeof(heap_node) == 8 * sizeof(void*));

/// malloc and free, or what takes their place.
struct heap_functions {
    void* (*allocate)(std::size_t);
    void (*deallocate)(void*);
};

/// A large live heap with holes in it: half as many nodes again as shall live are made, linked at
/// random, and that surplus is freed in random order. It stays as it is for every backend alike.
/// Making it may take seconds, and shows a bar.
class live_heap {
public:
    live_heap(std::size_t live_nodes, heap_functions on);
    ~live_heap();
    live_heap(const live_heap&) = delete;
    live_heap& operator=(const live_heap&) = delete;

    /// Changes if anything wrote into a live node.
    [[nodiscard]] std::uint64_t checksum() const;

private:
    void make(std::size_t count);
    void free_at_random(std::size_t count);
    void link_at_random();

    heap_functions on_;
    std::vector<heap_node*> nodes_;
};

}  // namespace arena_bench
