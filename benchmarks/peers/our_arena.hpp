#pragma once

#include <memory_arena/arena.hpp>

#include <cstddef>
#include <cstdint>

namespace benchmarks {

template <class Arena>
class our_arena {
public:
    explicit our_arena(std::size_t capacity) : arena_(capacity) {}

    void* take(std::size_t bytes) { return arena_.allocate_bytes(bytes); }
    std::int64_t* make(std::int64_t value) {
        return arena_.template new_object<std::int64_t>(value);
    }
    void reset() { arena_.reset(); }

private:
    Arena arena_;
};

}  // namespace benchmarks
