#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <new>
#include <span>
#include <vector>

#include "backends/backend.hpp"
#include "measure/round_clock.hpp"
#include "measure/worker_team.hpp"
#include "report/results.hpp"

namespace arena_bench {

/// Rounds in which threads that were waiting are released together, each constructs many
/// std::int64_t of value 42 in one shared backend, and all are dropped.
class object_rounds {
public:
    using object = std::int64_t;
    static constexpr unsigned warm_rounds = 3;  // of each fresh backend

    /// Where each thread keeps its pointers is touched beforehand, the same for all backends, and
    /// filled for those too that would not need them to free.
    object_rounds(unsigned threads, std::size_t objects_each)
        : team_{threads}, pointers_(threads, std::vector<object*>(objects_each)) {}

    [[nodiscard]] std::size_t objects() const { return pointers_.size() * pointers_[0].size(); }

    /// 32 MiB for 2,000,000 objects; twice the objects' bytes if there are more.
    [[nodiscard]] std::size_t capacity() const {
        return std::max(
            std::size_t{32} << 20, 2 * objects() * sizeof(object) + pointers_.size() * 131'072);
    }

    /// One object's share of a round.
    template <backend B>
    elapsed timed(B& memory) {
        const round_clock clock;
        make_all(memory);
        drop_all(memory);
        return clock.read().per(objects());
    }

    /// Checks the work of a round instead of timing it.
    template <backend B>
    std::uint64_t verified(B& memory) {
        make_all(memory);
        std::uint64_t sum = 0;
        for (const auto& mine : pointers_) {
            for (const object* each : mine) sum += static_cast<std::uint64_t>(*each);
        }
        drop_all(memory);
        return sum;
    }

private:
    template <backend B>
    void make_all(B& memory) {
        team_.run([&](unsigned worker) {
            for (object*& slot : pointers_[worker]) {
                slot = ::new (memory.allocate(sizeof(object), alignof(object))) object{42};
            }
        });
    }

    /// One by one, by the threads that made them, or all at once.
    template <backend B>
    void drop_all(B& memory) {
        if constexpr (!B::drops_whole || has_thread_end<B>) {
            team_.run([&](unsigned worker) {
                if constexpr (!B::drops_whole) {
                    for (object* each : pointers_[worker]) {
                        memory.deallocate(each, sizeof(object), alignof(object));
                    }
                }
                finish_thread(memory);
            });
        }
        memory.finish_round();
    }

    worker_team team_;
    std::vector<std::vector<object*>> pointers_;
};

}  // namespace arena_bench
