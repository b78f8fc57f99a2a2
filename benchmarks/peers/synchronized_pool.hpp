#pragma once

#include <cstddef>
#include <memory_resource>

namespace benchmarks {

/// std::pmr::synchronized_pool_resource with pools up to the size in question, else it would hand
/// larger requests to malloc, in chunks of at most 1,024 blocks, else it would ask for half of a
/// machine's memory at once. Blocks go back one by one: release() would give all to malloc and
/// begin cold.
class synchronized_pool {
public:
    explicit synchronized_pool(std::size_t largest)
        : pool_(std::pmr::pool_options{
              .max_blocks_per_chunk = 1024, .largest_required_pool_block = largest}) {}

    void* take(std::size_t bytes) { return pool_.allocate(bytes); }
    void give_back(void* block, std::size_t bytes) { pool_.deallocate(block, bytes); }

private:
    std::pmr::synchronized_pool_resource pool_;
};

}  // namespace benchmarks
