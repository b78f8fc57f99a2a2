// No successful call takes anything from the heap, once the arena is made.

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <memory_resource>
#include <new>
#include <string>
#include <thread>
#include <vector>

#include <memory_arena.hpp>

#include "heap/heap_counter.hpp"
#include "support/team.hpp"

namespace {

using heap_counter::taken_by;
using memory_arena::arena;
using memory_arena::arena_allocator;
using memory_arena::arena_exhausted;
using memory_arena::arena_options;
using memory_arena::arena_resource;

constexpr std::size_t mebibyte = std::size_t{1} << 20;

#define SKIP_UNLESS_THE_HEAP_IS_COUNTED()                                                   \
    if (!heap_counter::counts) {                                                            \
        GTEST_SKIP() << "a sanitizer, or a C library other than glibc, has its own malloc"; \
    }                                                                                       \
    static_assert(true)

/// Needs its destructor, and takes nothing from the heap itself.
struct managed {
    managed() noexcept {}
    managed(const managed& /*other*/) noexcept {}
    managed& operator=(const managed&) = delete;
    ~managed() { number = 0; }
    int number = 1;
};

struct named_call {
    const char* name;
    void (*run)(arena&);
};

/// Every public call of an arena and of its adaptors.
const named_call calls[] = {
    {"allocate_bytes", [](arena& a) { static_cast<void>(a.allocate_bytes(100)); }},
    {"allocate_bytes, aligned", [](arena& a) { static_cast<void>(a.allocate_bytes(1, 4096)); }},
    {"allocate_bytes, none", [](arena& a) { static_cast<void>(a.allocate_bytes(0)); }},
    {"allocate_bytes, medium", [](arena& a) { static_cast<void>(a.allocate_bytes(20'000)); }},
    {"allocate_bytes, large", [](arena& a) { static_cast<void>(a.allocate_bytes(mebibyte)); }},
    {"allocate_bytes, through many refills",
     [](arena& a) {
         for (int request = 0; request < 20'000; ++request) {
             static_cast<void>(a.allocate_bytes(64));
         }
     }},
    {"try_allocate_bytes", [](arena& a) { static_cast<void>(a.try_allocate_bytes(100)); }},
    {"try_allocate_bytes, exhausted",
     [](arena& a) { static_cast<void>(a.try_allocate_bytes(1024 * mebibyte)); }},
    {"try_allocate_bytes, misaligned",
     [](arena& a) { static_cast<void>(a.try_allocate_bytes(1, 3)); }},
    {"new_object", [](arena& a) { static_cast<void>(a.new_object<int>(1)); }},
    {"new_object, managed", [](arena& a) { static_cast<void>(a.new_object<managed>()); }},
    {"try_new_object", [](arena& a) { static_cast<void>(a.try_new_object<managed>()); }},
    {"new_unmanaged", [](arena& a) { static_cast<void>(a.new_unmanaged<managed>()); }},
    {"try_new_unmanaged", [](arena& a) { static_cast<void>(a.try_new_unmanaged<managed>()); }},
    {"new_span", [](arena& a) { static_cast<void>(a.new_span<int>(100)); }},
    {"new_span, managed", [](arena& a) { static_cast<void>(a.new_span<managed>(100)); }},
    {"new_span of a value", [](arena& a) { static_cast<void>(a.new_span<int>(100, 1)); }},
    {"new_span_for_overwrite",
     [](arena& a) { static_cast<void>(a.new_span_for_overwrite<int>(100)); }},
    {"try_new_span", [](arena& a) { static_cast<void>(a.try_new_span<managed>(100)); }},
    {"try_new_span of a value", [](arena& a) { static_cast<void>(a.try_new_span<int>(100, 1)); }},
    {"try_new_span_for_overwrite",
     [](arena& a) { static_cast<void>(a.try_new_span_for_overwrite<int>(100)); }},
    {"copy_span", [](arena& a) { static_cast<void>(a.copy_span(std::array<int, 100>())); }},
    {"copy_span, managed",
     [](arena& a) { static_cast<void>(a.copy_span(std::array<managed, 10>())); }},
    {"try_copy_span", [](arena& a) { static_cast<void>(a.try_copy_span(std::array<int, 9>())); }},
    {"copy_string", [](arena& a) { static_cast<void>(a.copy_string("a text to be copied")); }},
    {"try_copy_string", [](arena& a) { static_cast<void>(a.try_copy_string(U"a text")); }},
    {"on_reset", [](arena& a) { a.on_reset([&a] { static_cast<void>(a.allocate_bytes(8)); }); }},
    {"try_on_reset", [](arena& a) { static_cast<void>(a.try_on_reset([] {})); }},
    {"lease, and a scope of it",
     [](arena& a) {
         memory_arena::arena_lease lease = a.lease();
         const auto scope = lease.scope();
         static_cast<void>(lease.new_object<managed>());
         for (int request = 0; request < 1000; ++request) {
             static_cast<void>(lease.allocate_bytes(100));
         }
     }},
    {"usage", [](arena& a) { static_cast<void>(a.usage()); }},
    {"used_bytes", [](arena& a) { static_cast<void>(a.used_bytes()); }},
    {"remaining_bytes", [](arena& a) { static_cast<void>(a.remaining_bytes()); }},
    {"capacity", [](arena& a) { static_cast<void>(a.capacity()); }},
    {"generation", [](arena& a) { static_cast<void>(a.generation()); }},
    {"contains", [](arena& a) { static_cast<void>(a.contains(&a)); }},
    {"name", [](arena& a) { static_cast<void>(a.name()); }},
    {"resource", [](arena& a) { static_cast<void>(a.resource()); }},
    {"resource()->allocate",
     [](arena& a) {
         void* block = a.resource()->allocate(100);
         a.resource()->deallocate(block, 100);
     }},
    {"arena_resource",
     [](arena& a) {
         arena_resource own(a);
         std::pmr::vector<int> numbers(100, 1, &own);
         static_cast<void>(own == *a.resource());
     }},
    {"arena_allocator", [](arena& a) { std::vector<int, arena_allocator<int>>(100, 1, a); }},
    {"reset, with destructors to run", [](arena& a) { a.reset(); }},
    {"reset", [](arena& a) { a.reset(); }},
    {"allocate_bytes after reset", [](arena& a) { static_cast<void>(a.allocate_bytes(8)); }},
    {"new_object after reset", [](arena& a) { static_cast<void>(a.new_object<managed>()); }},
};

/// Runs every call, twice, and says which took something from the heap.
void expect_no_call_takes_from_the_heap(arena& a) {
    for (int round = 0; round < 2; ++round) {
        for (const named_call& call : calls) {
            EXPECT_EQ(taken_by([&] { call.run(a); }), 0U) << call.name << ", round " << round;
        }
    }
}

TEST(heap, is_counted) {
    SKIP_UNLESS_THE_HEAP_IS_COUNTED();
    static void* volatile block;
    const auto take = [](void* taken) {
        block = taken;
        std::free(block);
    };
    EXPECT_EQ(taken_by([&] { take(std::malloc(10)); }), 1U);
    EXPECT_EQ(taken_by([&] { take(std::calloc(10, 1)); }), 1U);
    EXPECT_EQ(taken_by([&] { take(std::realloc(nullptr, 10)); }), 1U);
    EXPECT_EQ(taken_by([&] { take(std::aligned_alloc(64, 64)); }), 1U);
    EXPECT_EQ(taken_by([&] { take(::operator new(10)); }), 1U);
    EXPECT_EQ(taken_by([&] { take(::operator new(64, std::align_val_t(64))); }), 1U);
    EXPECT_EQ(taken_by([&] { take(new (std::nothrow) char[10]); }), 1U);
    EXPECT_EQ(taken_by([] {
                  std::string text(100, 'x');
                  block = text.data();
              }),
              1U);
}

TEST(heap, gives_nothing_to_any_call_on_the_main_thread) {
    SKIP_UNLESS_THE_HEAP_IS_COUNTED();
    arena warm(4096);
    static_cast<void>(warm.allocate_bytes(8));  // the C library's record for the exit hook
    arena a(arena_options{.capacity = 64 * mebibyte, .name = "heap"});
    expect_no_call_takes_from_the_heap(a);
}

TEST(heap, gives_nothing_to_any_call_on_a_thread_that_has_allocated) {
    SKIP_UNLESS_THE_HEAP_IS_COUNTED();
    arena a(64 * mebibyte);
    std::thread([&a] {
        static_cast<void>(a.allocate_bytes(8));
        expect_no_call_takes_from_the_heap(a);
        arena another(64 * mebibyte);
        expect_no_call_takes_from_the_heap(another);
    }).join();
}

TEST(heap, gives_one_record_to_the_first_call_of_a_thread) {
    SKIP_UNLESS_THE_HEAP_IS_COUNTED();
    arena a(mebibyte);
    std::thread([&a] {
        EXPECT_LE(taken_by([&a] { static_cast<void>(a.allocate_bytes(8)); }), 1U);
    }).join();
}

TEST(heap, gives_nothing_to_threads_without_a_lane) {
    SKIP_UNLESS_THE_HEAP_IS_COUNTED();
    arena a(arena_options{.capacity = 256 * mebibyte, .lane_count = 1});
    for (int thread = 0; thread < 2; ++thread) {  // this one, or the main one, has the lane
        std::thread([&a] {
            static_cast<void>(a.allocate_bytes(8));
            expect_no_call_takes_from_the_heap(a);
        }).join();
    }
}

TEST(heap, gives_nothing_to_threads_that_allocate_at_once) {
    SKIP_UNLESS_THE_HEAP_IS_COUNTED();
    arena a(64 * mebibyte);
    test_support::run_team(4, [&a](std::size_t index) {
        static_cast<void>(a.allocate_bytes(8));
        const std::size_t taken = taken_by([&] {
            for (int request = 0; request < 10'000; ++request) {
                static_cast<void>(a.allocate_bytes(64 + index * 8));
            }
        });
        EXPECT_EQ(taken, 0U);
    });
}

TEST(heap, gives_nothing_to_the_making_and_copying_of_arena_exhausted) {
    SKIP_UNLESS_THE_HEAP_IS_COUNTED();
    EXPECT_EQ(taken_by([] {
                  const arena_exhausted made("name", 1, 2, memory_arena::arena_usage{});
                  const arena_exhausted copied(made);
                  static_cast<void>(copied.what());
              }),
              0U);
}

TEST(heap, gives_nothing_to_the_destruction_of_an_arena) {
    SKIP_UNLESS_THE_HEAP_IS_COUNTED();
    auto a = std::make_unique<arena>(mebibyte);
    static_cast<void>(a->new_object<managed>());
    EXPECT_EQ(taken_by([&a] { a.reset(); }), 0U);
}

}  // namespace
