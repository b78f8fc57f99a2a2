#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <latch>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <memory_arena/arena.hpp>
#include <memory_arena/lease.hpp>

#include "support/arena_types.hpp"
#include "support/live_ranges.hpp"
#include "support/random_source.hpp"
#include "support/scale.hpp"

/// \file
/// Forks beside threads that allocate at full speed: at whatever instruction these were, the child,
/// which hasn't got them, works, and the parent doesn't notice.

namespace {

using memory_arena::arena_lease;
using memory_arena::arena_options;
using namespace test_support;

constexpr std::uint64_t seed = 0x5eed0f03;
constexpr std::size_t kib = 1024;
constexpr std::size_t allocators = 3;

/// TLABs of 1 KiB: most requests are refills.
constexpr arena_options options = {
    .capacity = 32 * kib * kib, .shard_count = 4, .max_tlab_bytes = kib};

#define SKIP_UNLESS_A_CHILD_MAY_HAVE_THREADS()                                               \
    if (work_divisor == 8) {                                                                 \
        GTEST_SKIP() << "ThreadSanitizer doesn't let a child of several threads begin anew"; \
    }                                                                                        \
    static_assert(true)

/// Blocks, filled, which may be read at any moment: also in the child of a fork.
class block_list {
public:
    void add(void* block, std::size_t bytes, std::uint32_t owner) noexcept {
        const std::size_t count = count_.load(std::memory_order_relaxed);
        if (block != nullptr && count < blocks_->size()) {
            live_range& one = (*blocks_)[count];
            one = {reinterpret_cast<std::uintptr_t>(block), bytes, 8, 0, owner, true};
            pattern(one).fill(block, bytes);
            count_.store(count + 1, std::memory_order_release);
        }
    }

    [[nodiscard]] bool intact() const noexcept {
        const std::size_t count = count_.load(std::memory_order_acquire);
        for (std::size_t index = 0; index < count; ++index) {
            const live_range& one = (*blocks_)[index];
            if (!pattern(one).matches(reinterpret_cast<const void*>(one.begin), one.bytes)) {
                return false;
            }
        }
        return true;
    }

    [[nodiscard]] bool full() const noexcept {
        return count_.load(std::memory_order_relaxed) == blocks_->size();
    }

    void clear() noexcept { count_.store(0, std::memory_order_relaxed); }

private:
    std::unique_ptr<std::array<live_range, 20'000>> blocks_ =
        std::make_unique<std::array<live_range, 20'000>>();
    std::atomic<std::size_t> count_{0};
};

template <class Source>
void take(Source& source, block_list& mine, random_source& random, std::uint32_t owner) {
    const std::size_t bytes = random.skewed(8, random.one_in(50) ? 40 * kib : 600);
    mine.add(source.try_allocate_bytes(bytes, 8), bytes, owner);
}

/// Runs `child` in one, and expects it to say that all is well.
void expect_child(const std::function<bool()>& child) {
    const pid_t process = fork();
    ASSERT_GE(process, 0);
    if (process == 0) {
        alarm(60);
        _exit(child() ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(waitpid(process, &status, 0), process);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << "status " << status;
}

/// Threads that do `work(index)` again and again as long as this lives. When it is made, each has
/// done it once.
class busy_threads {
public:
    template <class Work>
    explicit busy_threads(const Work& work) {
        for (std::size_t index = 0; index < allocators; ++index) {
            threads_.emplace_back([this, work, index] {
                work(index);
                all_begun_.count_down();
                while (!over_.load(std::memory_order_relaxed)) {
                    work(index);
                }
            });
        }
        all_begun_.wait();
    }
    busy_threads(const busy_threads&) = delete;
    busy_threads& operator=(const busy_threads&) = delete;
    ~busy_threads() {
        over_.store(true);
        for (std::thread& thread : threads_) {
            thread.join();
        }
    }

private:
    std::latch all_begun_{allocators};
    std::atomic<bool> over_{false};
    std::vector<std::thread> threads_;
};

/// All that is taken in one generation: by the threads that are gone in a child, and by the main
/// one; [allocators] is the main thread's.
using block_lists = std::array<block_list, allocators + 1>;

bool all_intact(const block_lists& lists) {
    return std::all_of(lists.begin(), lists.end(), [](const auto& one) { return one.intact(); });
}

template <class Arena>
class child_of_a_fork : public testing::Test {
protected:
    /// Takes some more, resets, takes all, and destroys the arena.
    bool lives_on(random_source& random) {
        for (std::size_t count = 0; count < 200; ++count) {
            take(*source_, lists_[allocators], random, allocators);
        }
        if (!all_intact(lists_) || source_->used_bytes() > source_->capacity()) {
            return false;
        }
        const std::size_t before = destroyed_;
        source_->reset();
        if (destroyed_ != before + 1 || source_->used_bytes() != 0) {
            return false;
        }
        while (source_->try_allocate_bytes(32, 8) != nullptr) {
        }
        const bool took_all = source_->used_bytes() + 32 > source_->capacity();
        source_->reset();
        // A thread of its own, and one more child.
        bool served = false;
        std::thread([&] { served = source_->try_allocate_bytes(100) != nullptr; }).join();
        source_.reset();
        return served && took_all;
    }

    std::unique_ptr<Arena> source_ = std::make_unique<Arena>(options);
    block_lists lists_;
    std::size_t destroyed_ = 0;
};

TYPED_TEST_SUITE(child_of_a_fork, arena_types, arena_names);

TYPED_TEST(child_of_a_fork, that_came_during_refills_works_and_leaves_the_parent_alone) {
    SKIP_UNLESS_A_CHILD_MAY_HAVE_THREADS();
    for (std::size_t round = 0; round < scaled(50, 20) && !this->HasFailure(); ++round) {
        this->source_->reset();
        this->source_->on_reset([this] { ++this->destroyed_; });
        for (block_list& each : this->lists_) {
            each.clear();
        }
        random_source random(seed + round);
        {
            const busy_threads busy([this, round](std::size_t index) {
                static thread_local random_source mine(seed + index + 100 * round);
                take(*this->source_, this->lists_[index], mine, static_cast<std::uint32_t>(index));
            });
            for (std::size_t count = 0; count < 100 * round; ++count) {
                take(*this->source_, this->lists_[allocators], random, allocators);
            }
            expect_child([&] { return this->lives_on(random); });
        }
        EXPECT_TRUE(all_intact(this->lists_));
        EXPECT_EQ(this->source_->generation(), round + 2);
        EXPECT_EQ(this->destroyed_, round);
    }
}

/// Leases, and scopes that are open, on this thread and on those that a child hasn't got.
TYPED_TEST(child_of_a_fork, that_came_within_scopes_goes_on_in_them) {
    SKIP_UNLESS_A_CHILD_MAY_HAVE_THREADS();
    TypeParam& source = *this->source_;
    for (std::size_t round = 0; round < scaled(50, 20) && !this->HasFailure(); ++round) {
        source.reset();
        this->lists_[allocators].clear();
        random_source random(seed + round);
        const busy_threads busy([&](std::size_t index) {
            arena_lease lease = source.lease();
            const auto outer = lease.scope();
            static_cast<void>(lease.try_allocate_bytes(500 + index, 8));
            const auto inner = lease.scope();
            static_cast<void>(lease.try_allocate_bytes(3000, 8));
        });
        block_list& mine = this->lists_[allocators];
        arena_lease lease = source.lease();
        take(lease, mine, random, allocators);
        const auto go_on = [&] {
            std::size_t destroyed = 0;
            {
                const auto scope = lease.scope();
                lease.on_reset([&] { ++destroyed; });
                take(lease, mine, random, allocators);
                if (round % 2 == 0) {
                    expect_child([&] {
                        take(lease, mine, random, allocators);
                        arena_lease another = source.lease();
                        const auto its = another.scope();
                        take(another, mine, random, allocators);
                        return mine.intact() && destroyed == 0;
                    });
                }
                take(lease, mine, random, allocators);
            }
            return mine.intact() && destroyed == 1;
        };
        if (round % 2 != 0) {
            expect_child([&] {
                const bool went_on = go_on();
                // Those of the threads that aren't here are among what ends.
                source.reset();
                return went_on && source.used_bytes() == 0 &&
                       *lease.template new_object<int>(7) == 7;
            });
        }
        EXPECT_TRUE(go_on());
    }
}

/// The index of a lane belongs to the thread that had it at the fork: a child does without those of
/// threads that it hasn't got, and its own threads get others.
TEST(lanes_in_the_child_of_a_fork, are_others_than_those_of_threads_that_it_has_not) {
    SKIP_UNLESS_A_CHILD_MAY_HAVE_THREADS();
    memory_arena::arena source(options);
    static_cast<void>(source.try_allocate_bytes(16));  // this thread has a lane of its own
    const busy_threads busy([&](std::size_t) {
        static_cast<void>(source.try_allocate_bytes(16));
        std::this_thread::yield();
    });
    const auto generations_of_children = [&](const auto& self, std::size_t depth) -> bool {
        source.reset();
        std::thread([&] { static_cast<void>(source.try_allocate_bytes(16)); }).join();
        static_cast<void>(source.try_allocate_bytes(16));
        if (source.usage().lanes != 2 || source.used_bytes() != 32) {
            return false;
        }
        if (depth == 0) {
            return true;
        }
        const pid_t process = fork();
        if (process == 0) {
            _exit(self(self, depth - 1) ? 0 : 1);
        }
        int status = 0;
        return waitpid(process, &status, 0) == process && status == 0;
    };
    expect_child([&] { return generations_of_children(generations_of_children, 5); });
}

}  // namespace
