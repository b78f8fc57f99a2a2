#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "backends/backend_list.hpp"
#include "measure/worker_team.hpp"

namespace arena_bench {
namespace {

struct block {
    std::byte* begin;
    std::size_t bytes;
    std::byte mark;
};

constexpr std::size_t alignment = 8;
constexpr std::size_t largest = std::size_t{1} << 20;

/// From 1 B to 1 MiB, and one off them, where an allocator changes its mind.
std::vector<std::size_t> sizes() {
    std::vector<std::size_t> all;
    for (std::size_t bytes = 1; bytes <= largest; bytes *= 2) {
        all.push_back(bytes);
        if (bytes > 2) all.push_back(bytes - 1);
        if (bytes < largest) all.push_back(bytes + 1);
    }
    return all;
}

constexpr std::size_t capacity_each = std::size_t{16} << 20;  // of all those sizes together

/// One of each size, full of the same byte, which is another for each block's neighbours.
template <backend B>
std::vector<block> make_all(B& memory, unsigned seed) {
    std::vector<block> made;
    for (const std::size_t bytes : sizes()) {
        auto* const begin = static_cast<std::byte*>(memory.allocate(bytes, alignment));
        const auto mark = static_cast<std::byte>(++seed * 37);
        std::memset(begin, std::to_integer<int>(mark), bytes);
        made.push_back({begin, bytes, mark});
    }
    return made;
}

template <backend B>
void drop_all(B& memory, const std::vector<block>& blocks) {
    if constexpr (!B::drops_whole) {
        for (const block& each : blocks) memory.deallocate(each.begin, each.bytes, alignment);
    }
    finish_thread(memory);
}

/// Throws what is wrong with them, for threads to pass it on.
void expect_intact(std::vector<block> blocks) {
    std::sort(blocks.begin(), blocks.end(),
              [](const block& a, const block& b) { return a.begin < b.begin; });
    const std::byte* end_of_last = nullptr;
    for (const block& each : blocks) {
        const auto place = reinterpret_cast<std::uintptr_t>(each.begin);
        if (place % alignment != 0) {
            throw std::runtime_error{fmt::format("{} B are not aligned", each.bytes)};
        }
        if (each.begin < end_of_last) {
            throw std::runtime_error{fmt::format("{} B overlap others", each.bytes)};
        }
        end_of_last = each.begin + each.bytes;
        if (std::any_of(
                each.begin, each.begin + each.bytes, [&](std::byte b) { return b != each.mark; })) {
            throw std::runtime_error{fmt::format("{} B were overwritten", each.bytes)};
        }
    }
}

/// For every one that can be used here; a failure says whose it is.
template <typename Visit>
void for_each_usable_backend(Visit&& visit) {
    for_each_backend([&]<backend B>() {
        if (!why_missing<B>().empty()) return;
        SCOPED_TRACE(std::string{B::name});
        visit.template operator()<B>();
    });
}

TEST(backends, give_aligned_writable_memory_of_their_own_and_drop_it) {
    for_each_usable_backend([]<backend B>() {
        B memory{capacity_each};
        for (unsigned round = 0; round < 3; ++round) {
            const std::vector<block> blocks = make_all(memory, round);
            EXPECT_NO_THROW(expect_intact(blocks));
            drop_all(memory, blocks);
            memory.finish_round();
        }
    });
}

TEST(backends, give_all_threads_memory_of_their_own) {
    constexpr unsigned threads = 4;
    worker_team team{threads};
    for_each_usable_backend([&]<backend B>() {
        if constexpr (B::thread_safe) {
            B memory{threads * capacity_each};
            for (unsigned round = 0; round < 3; ++round) {
                std::vector<std::vector<block>> by_thread(threads);
                team.run([&](unsigned worker) {
                    by_thread[worker] = make_all(memory, worker * 64 + round);
                });
                std::vector<block> all;
                for (const auto& mine : by_thread) all.insert(all.end(), mine.begin(), mine.end());
                EXPECT_NO_THROW(expect_intact(all));
                team.run([&](unsigned worker) { drop_all(memory, by_thread[worker]); });
                memory.finish_round();
            }
        }
    });
}

/// What is dropped must come back, or a hundred rounds would need a hundred times the memory.
TEST(backends, use_memory_again) {
    for_each_usable_backend([]<backend B>() {
        B memory{capacity_each};
        std::set<const void*> places;
        std::size_t in_all = 0;
        for (unsigned round = 0; round < 100; ++round) {
            std::vector<block> blocks;
            for (int i = 0; i < 100; ++i) {
                void* const place = memory.allocate(64, alignment);
                blocks.push_back({static_cast<std::byte*>(place), 64, std::byte{}});
                places.insert(place);
                ++in_all;
            }
            drop_all(memory, blocks);
            memory.finish_round();
        }
        EXPECT_LT(places.size(), in_all / 10);
    });
}

TEST(backends, serve_containers) {
    for_each_usable_backend([]<backend B>() {
        B memory{capacity_each};
        {
            using numbers = std::vector<int, typename B::template allocator<int>>;
            numbers all{memory.template get_allocator<int>()};
            for (int i = 0; i < 10'000; ++i) all.push_back(i);
            for (int i = 0; i < 10'000; ++i) ASSERT_EQ(all[static_cast<std::size_t>(i)], i);
        }
        finish_alone(memory);
    });
}

TEST(backends, can_be_made_side_by_side) {
    for_each_usable_backend([]<backend B>() {
        B one{capacity_each};
        B other{capacity_each};
        std::vector<block> mine = make_all(one, 1);
        const std::vector<block> others = make_all(other, 101);
        std::vector<block> both = mine;
        both.insert(both.end(), others.begin(), others.end());
        EXPECT_NO_THROW(expect_intact(both));
        drop_all(one, mine);
        one.finish_round();
        EXPECT_NO_THROW(expect_intact(others));
        drop_all(other, others);
        other.finish_round();
    });
}

TEST(backends, have_names_of_their_own_the_arena_first) {
    std::vector<std::string> names;
    for_each_backend([&]<backend B>() {
        names.emplace_back(B::name);
        EXPECT_LE(B::name.size(), 14U) << B::name << " is wider than its column";
        EXPECT_FALSE(B::label.empty()) << B::name;
    });
    ASSERT_FALSE(names.empty());
    EXPECT_EQ(names.front(), "arena");
    EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), names.size());
}

TEST(backends, are_either_usable_or_missing_for_a_reason) {
    std::set<std::string> usable;
    for (const std::string& name : backend_names()) usable.insert(name);
    for (const missing_peer& each : missing_peers()) {
        EXPECT_FALSE(usable.contains(each.name)) << each.name;
        EXPECT_FALSE(each.why.empty()) << each.name;
    }
    for (const char* built_in : {"arena", "cpu_arena", "malloc", "monotonic"}) {
        EXPECT_TRUE(usable.contains(built_in)) << built_in;
    }
}

}  // namespace
}  // namespace arena_bench
