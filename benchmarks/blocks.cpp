/// What does a block of 4 KiB or 1 MiB cost, on one thread and on eight? Allocation alone: nothing
/// is written to the blocks, so no page is committed but where a peer keeps a header in each block.
/// A round takes a batch of blocks, all alive together, and gives all of it back: by a reset where
/// the source has one, else block by block from a list. Both are part of the time.
///
/// On one thread there is a row for the least that a block can cost which other threads could ask
/// for, too: one compare-and-swap. Threads stand by meanwhile, so that no C library takes the
/// process for a single-threaded one and leaves its locked instructions out. On eight, `the team
/// alone` is the round without blocks: every row contains it.
///
/// protobuf's Arena has blocks of 1 MiB and keeps them (peers/protobuf_arena.hpp): set up otherwise
/// it is malloc's speed here. malloc is as it comes: it gives batches of this size back to the
/// kernel, and commits them anew.

#include <memory_arena/arena.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "peers/locked_monotonic.hpp"
#include "peers/malloc_and_free.hpp"
#include "peers/optional.hpp"
#include "peers/our_arena.hpp"
#include "peers/source.hpp"
#include "peers/synchronized_pool.hpp"
#include "support/paired.hpp"
#include "support/standing_team.hpp"

namespace {

using benchmarks::standing_team;

struct job {
    const char* what;
    std::size_t bytes;        ///< of a block
    std::size_t batch;        ///< blocks that a thread takes before all are given back
    std::size_t repetitions;  ///< batches a round

    /// Twice what the batches of `threads` threads need: arenas have slack.
    [[nodiscard]] std::size_t capacity(std::size_t threads) const {
        return 2 * bytes * batch * threads;
    }
};

constexpr job small_alone{"one block of 4 KiB, one thread", 4096, 1024, 100};
constexpr job large_alone{"one block of 1 MiB, one thread", std::size_t{1} << 20, 64, 1000};
constexpr job small_together{"one block of 4 KiB, 8 threads", 4096, 8192, 4};
// What malloc and its like keep in so many blocks, a page or two in each, comes to some 800 MiB.
constexpr job large_together{"one block of 1 MiB, 8 threads", std::size_t{1} << 20, 4096, 2};

constexpr std::size_t isolation = 128;

template <class Source>
[[gnu::noinline]] void take_batch(Source& source, std::size_t bytes, std::size_t batch) {
    for (std::size_t count = 0; count < batch; ++count) {
        benchmarks::keep(source.take(bytes));
    }
}

template <benchmarks::gives_back_each Source>
[[gnu::noinline]] void take_batch(Source& source, std::size_t bytes, std::vector<void*>& list) {
    for (void*& place : list) {
        place = source.take(bytes);
    }
    benchmarks::keep(list.data());
    for (void* block : list) {
        source.give_back(block, bytes);
    }
}

/// What a thread does with its batch, and what is done when all have.
template <class Source>
class batches {
public:
    batches(std::shared_ptr<Source> source, const job& work, std::size_t threads)
        : source_(std::move(source)), work_(work) {
        if constexpr (benchmarks::gives_back_each<Source>) {
            lists_.assign(threads, std::vector<void*>(work.batch));
        }
    }

    void take(std::size_t thread) {
        if constexpr (benchmarks::gives_back_each<Source>) {
            take_batch(*source_, work_.bytes, lists_[thread]);
        } else {
            take_batch(*source_, work_.bytes, work_.batch);
        }
    }
    void give_back() {
        if constexpr (benchmarks::gives_back_all<Source>) {
            source_->reset();
        }
    }

private:
    std::shared_ptr<Source> source_;
    job work_;
    std::vector<std::vector<void*>> lists_;
};

/// Calls `use(name, source)` for each of ours and of the peers.
template <class Use>
void with_sources(const job& work, std::size_t threads, const Use& use) {
    const std::size_t capacity = work.capacity(threads);
    use("arena", std::make_shared<benchmarks::our_arena<memory_arena::arena>>(capacity));
    use("cpu_arena", std::make_shared<benchmarks::our_arena<memory_arena::cpu_arena>>(capacity));
    use("mutex, monotonic_buffer_resource",
        std::make_shared<benchmarks::locked_monotonic>(capacity));
    use("malloc, a list of it, and free", std::make_shared<benchmarks::malloc_and_free>());
    use("synchronized_pool_resource", std::make_shared<benchmarks::synchronized_pool>(work.bytes));
    benchmarks::with_tbb_pools(use);
    benchmarks::with_block_keeping_protobuf_arena(use);
}

template <class Add>
void add_sources(benchmarks::paired& all, const job& work, std::size_t threads, const Add& add) {
    with_sources(work, threads, [&]<class Source>(const std::string& name, const Source& source) {
        if constexpr (std::is_null_pointer_v<Source>) {
            all.skip(name);
        } else {
            using batches_of = batches<typename Source::element_type>;
            add(name, std::make_shared<batches_of>(source, work, threads));
        }
    });
}

struct alignas(isolation) lonely_word {
    std::atomic<std::uint64_t> value{0};
};

/// Reads the word and swaps it, as one must who doesn't know what others put there.
[[gnu::noinline]] void swap_words(lonely_word& word, std::size_t count) {
    for (std::size_t done = 0; done < count; ++done) {
        std::uint64_t seen = word.value.load(std::memory_order_acquire);
        static_cast<void>(word.value.compare_exchange_strong(
            seen, seen + 1, std::memory_order_acq_rel, std::memory_order_relaxed));
    }
}

void compare_alone(const job& work) {
    const std::size_t blocks = work.batch * work.repetitions;
    benchmarks::paired all(work.what, blocks);
    add_sources(all, work, 1, [&](const std::string& name, const auto& of_source) {
        all.add(name, [&work, of_source] {
            for (std::size_t round = 0; round < work.repetitions; ++round) {
                of_source->take(0);
                of_source->give_back();
            }
        });
    });
    lonely_word word;
    all.add("one uncontended compare-and-swap", [&] { swap_words(word, blocks); });
    all.report("arena");
}

void compare_together(const job& work, standing_team& team) {
    benchmarks::paired all(work.what, work.batch * team.size() * work.repetitions);
    add_sources(all, work, team.size(), [&](const std::string& name, const auto& of_source) {
        all.add(name, [&work, &team, of_source] {
            for (std::size_t round = 0; round < work.repetitions; ++round) {
                team.run([&](std::size_t index) { of_source->take(index); });
                of_source->give_back();
            }
        });
    });
    all.add("the team alone", [&] {
        for (std::size_t round = 0; round < work.repetitions; ++round) {
            team.run([](std::size_t /*index*/) {});
        }
    });
    all.report("arena");
}

}  // namespace

int main() {
    standing_team team(8);
    compare_alone(small_alone);
    compare_alone(large_alone);
    compare_together(small_together, team);
    compare_together(large_together, team);
}
