#include <memory_arena/arena.hpp>

#include <gtest/gtest.h>

#include <cerrno>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <memory_arena/allocator.hpp>
#include <memory_arena/memory_resource.hpp>

#include "support/refusing_kernel.hpp"

using memory_arena::arena_usage;
using memory_arena::cpu_arena;
using memory_arena::lane_path;

namespace {

struct logs_its_end {
    logs_its_end(std::vector<int>& log, int number) : log_(&log), number_(number) {}
    logs_its_end(const logs_its_end&) = delete;
    logs_its_end& operator=(const logs_its_end&) = delete;
    ~logs_its_end() { log_->push_back(number_); }

private:
    std::vector<int>* log_;
    int number_;
};

struct throws_always {
    throws_always() { throw 1; }
};

void allocate_on_threads(cpu_arena& source, std::size_t threads, std::size_t objects) {
    std::vector<std::jthread> team;
    for (std::size_t thread = 0; thread < threads; ++thread) {
        team.emplace_back([&source, objects] {
            for (std::size_t count = 0; count < objects; ++count) {
                *source.new_object<std::size_t>() = count;
            }
        });
    }
}

}  // namespace

TEST(cpu_arena, says_which_path_is_in_use_and_why_not_another) {
    cpu_arena source{1U << 20};
    const arena_usage figures = source.usage();
    EXPECT_NE(figures.path, lane_path::per_thread);
    EXPECT_EQ(figures.path == lane_path::shards, !figures.path_reason.empty());
}

TEST(cpu_arena, grows_its_tlabs_for_blocks_that_the_first_ones_are_too_small_for) {
    cpu_arena source{64U << 20};
    if (source.usage().path == lane_path::shards) {
        GTEST_SKIP() << "no lanes here: " << source.usage().path_reason;
    }
    for (int count = 0; count < 1000; ++count) {
        static_cast<void>(source.allocate_bytes(4096, 8));
    }
    EXPECT_GT(source.usage().refills, 10U);
    EXPECT_GE(source.usage().used, 4'096'000U);
}

TEST(cpu_arena, hands_out_every_byte_before_it_fails) {
    cpu_arena source{1U << 20};
    std::size_t total = 0;
    while (source.try_allocate_bytes(32) != nullptr) {
        total += 32;
    }
    EXPECT_EQ(total, source.capacity());
    EXPECT_EQ(source.used_bytes(), source.capacity());
    EXPECT_THROW(static_cast<void>(source.allocate_bytes(1)), memory_arena::arena_exhausted);
}

TEST(cpu_arena, used_is_exact_at_rest_whatever_was_interrupted) {
    cpu_arena source{std::size_t{64} << 20};
    for (int round = 0; round < 5; ++round) {
        allocate_on_threads(source, 8, 20'000);
        EXPECT_EQ(source.used_bytes(), 8U * 20'000 * 8);
        source.reset();
        EXPECT_EQ(source.used_bytes(), 0U);
    }
}

TEST(cpu_arena, serves_all_sizes_and_alignments) {
    cpu_arena source{std::size_t{64} << 20};
    for (std::size_t alignment = 1; alignment <= 65'536; alignment *= 2) {
        for (const std::size_t bytes : {1U, 8U, 100U, 5'000U, 70'000U, 2'000'000U}) {
            void* const block = source.allocate_bytes(bytes, alignment);
            EXPECT_EQ(reinterpret_cast<std::uintptr_t>(block) % alignment, 0U);
            EXPECT_TRUE(source.contains(block));
        }
    }
    EXPECT_EQ(source.try_allocate_bytes(8, 3), nullptr);
    EXPECT_NE(source.try_allocate_bytes(0), nullptr);
    EXPECT_EQ(source.try_allocate_bytes(SIZE_MAX), nullptr);
}

TEST(cpu_arena, destroys_what_a_thread_registered_newest_first) {
    std::vector<int> log;
    {
        cpu_arena source{1U << 20};
        for (int number = 0; number < 100; ++number) {
            static_cast<void>(source.new_object<logs_its_end>(log, number));
            std::this_thread::yield();
        }
        source.on_reset([&log] { log.push_back(100); });
    }
    ASSERT_EQ(log.size(), 101U);
    for (std::size_t place = 0; place < log.size(); ++place) {
        EXPECT_EQ(log[place], 100 - static_cast<int>(place));
    }
}

TEST(cpu_arena, takes_back_the_bytes_of_an_object_whose_constructor_throws) {
    cpu_arena source{1U << 20};
    static_cast<void>(source.new_object<int>());
    if (source.usage().path == lane_path::shards) {
        GTEST_SKIP() << source.usage().path_reason;
    }
    // Unless something came between on this CPU: then they stay used. It doesn't always.
    bool given_back = false;
    for (int attempt = 0; attempt < 1000 && !given_back; ++attempt) {
        const std::size_t before = source.used_bytes();
        EXPECT_THROW(static_cast<void>(source.new_object<throws_always>()), int);
        given_back = source.used_bytes() == before;
    }
    EXPECT_TRUE(given_back);
}

TEST(cpu_arena, feeds_allocators_and_resources) {
    cpu_arena source{1U << 20};
    std::vector<int, memory_arena::arena_allocator<int, cpu_arena>> numbers{source};
    std::pmr::vector<std::pmr::string> words{source.resource()};
    for (int count = 0; count < 1000; ++count) {
        numbers.push_back(count);
        words.emplace_back("a word that is too long for the string itself");
    }
    EXPECT_EQ(numbers.back(), 999);
    EXPECT_EQ(words.back().get_allocator().resource(), source.resource());
    EXPECT_EQ(*source.resource(), memory_arena::cpu_arena_resource{source});
}

TEST(cpu_arena, holds_no_more_memory_for_many_threads_than_for_few) {
    cpu_arena source{std::size_t{64} << 20};
    for (int batch = 0; batch < 100; ++batch) {
        allocate_on_threads(source, 10, 16);
    }
    const arena_usage figures = source.usage();
    EXPECT_EQ(figures.used, 1000U * 16 * 8);
    EXPECT_LE(figures.lanes, std::thread::hardware_concurrency() + 1U);
    // Without sequences, threads have whichever shard their thread-locals' address leads to.
    const std::size_t holders = figures.path == lane_path::shards ? 64 : figures.lanes + 1;
    // A TLAB each, and an extent of three.
    EXPECT_LE(figures.slack, holders * (std::size_t{256} << 10));
}

TEST(cpu_arena, without_sequences_is_served_by_the_shards) {
    if (std::getenv("MEMORY_ARENA_EXPECT_SHARDS") == nullptr) {
        GTEST_SKIP() << "the next test runs this one, in a process without sequences";
    }
    cpu_arena source{std::size_t{16} << 20};
    allocate_on_threads(source, 8, 5'000);
    const arena_usage figures = source.usage();
    EXPECT_EQ(figures.path, lane_path::shards);
    EXPECT_FALSE(figures.path_reason.empty());
    EXPECT_EQ(figures.used, 8U * 5'000 * 8);
    EXPECT_EQ(figures.lanes, 0U);
    source.reset();
    EXPECT_EQ(source.used_bytes(), 0U);
}

/// Runs the test before this one in a process that `prepare` has changed.
template <class Prepare>
void expect_shards_after(const Prepare& prepare) {
    const pid_t child = fork();
    if (child == 0) {
        prepare();
        setenv("MEMORY_ARENA_EXPECT_SHARDS", "1", 1);
        execl("/proc/self/exe", "test_arena",
              "--gtest_filter=cpu_arena.without_sequences_is_served_by_the_shards", nullptr);
        _exit(127);
    }
    int status = -1;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
}

TEST(cpu_arena, works_through_the_shards_where_the_c_library_registers_no_sequences) {
    expect_shards_after([] { setenv("GLIBC_TUNABLES", "glibc.pthread.rseq=0", 1); });
}

TEST(cpu_arena, works_through_the_shards_where_a_sandbox_refuses_sequences) {
    SKIP_UNLESS_CALLS_CAN_BE_REFUSED();
    expect_shards_after([] { test_support::refuse_calls({SYS_rseq}, ENOSYS); });
}
