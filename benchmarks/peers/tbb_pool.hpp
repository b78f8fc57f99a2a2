#pragma once

#include <cstddef>
#include <memory>
#include <new>

#include <oneapi/tbb/memory_pool.h>

namespace benchmarks {

/// oneTBB's memory_pool, which grows by std::allocator and is recycled as a whole. Compiled only
/// where oneTBB is found.
class tbb_pool {
public:
    void* take(std::size_t bytes) {
        void* const block = pool_.malloc(bytes);
        if (block == nullptr) {
            throw std::bad_alloc();
        }
        return block;
    }
    void reset() { pool_.recycle(); }

private:
    tbb::memory_pool<std::allocator<std::byte>> pool_;
};

template <class Use>
void with_tbb_pools(const Use& use) {
    use("oneTBB memory_pool", std::make_shared<tbb_pool>());
}

}  // namespace benchmarks
