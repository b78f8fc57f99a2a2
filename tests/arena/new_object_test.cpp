// new_object, new_unmanaged: what they construct, how, and where.

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include <memory_arena/arena.hpp>

#include "support/figures.hpp"

namespace {

using memory_arena::arena;
using test_support::in_granules;
using test_support::is_aligned;

constexpr std::size_t mebibyte = std::size_t{1} << 20;

struct point {
    int x;
    int y = 7;
};

struct segment {
    point from;
    point to;
    const char* label = "none";
};

/// Tells which of its constructors ran.
struct chooser {
    chooser(int, int) : by_list(false) {}
    chooser(std::initializer_list<int>) : by_list(true) {}
    bool by_list;
};

struct immovable {
    explicit immovable(int given) : value(given) {}
    immovable(const immovable&) = delete;
    immovable& operator=(const immovable&) = delete;
    int value;
};

/// Everything that a class can do to get between an allocator and its objects.
struct unhelpful {
    static void* operator new(std::size_t) = delete;
    static void* operator new(std::size_t, void*) = delete;
    static void* operator new[](std::size_t) = delete;
    static void operator delete(void*) = delete;
    void operator&() const = delete;
    void operator,(int) const = delete;
    int value = 5;
};

struct indestructible {
    indestructible() = default;
    ~indestructible() = delete;
    int value = 6;
};

template <std::size_t Alignment>
struct alignas(Alignment) aligned {
    char character = 'a';
};

template <std::size_t Alignment>
struct alignas(Alignment) aligned_managed {
    explicit aligned_managed(int& count) : destroyed(&count) {}
    ~aligned_managed() { ++*destroyed; }
    int* destroyed;
};

TEST(new_object, constructs_a_number_of_the_value) {
    arena a(mebibyte);
    int* value = a.new_object<int>(42);
    EXPECT_EQ(*value, 42);
    EXPECT_TRUE(a.contains(value));
    EXPECT_EQ(*a.new_object<const char*>("text"), std::string("text"));
}

TEST(new_object, value_initialises_without_arguments_also_in_memory_used_before) {
    arena a(mebibyte);
    std::memset(a.allocate_bytes(4096), 0xff, 4096);
    a.reset();
    EXPECT_EQ(*a.new_object<int>(), 0);
    EXPECT_EQ(*a.new_object<void*>(), nullptr);
    EXPECT_EQ((*a.new_object<std::array<int, 4>>()), (std::array<int, 4>{}));
    EXPECT_EQ(*a.new_unmanaged<int>(), 0);
}

TEST(new_object, prefers_parentheses_to_braces) {
    arena a(mebibyte);
    EXPECT_EQ(a.new_object<std::vector<int>>(3U, 1)->size(), 3U);
    EXPECT_FALSE(a.new_object<chooser>(3, 1)->by_list);
    EXPECT_FALSE(a.new_unmanaged<chooser>(3, 1)->by_list);
}

TEST(new_object, falls_back_to_braces) {
    arena a(mebibyte);
    EXPECT_TRUE(a.new_object<chooser>(3, 1, 2)->by_list);
    EXPECT_EQ((*a.new_object<std::array<int, 3>>(1, 2, 3)), (std::array<int, 3>{1, 2, 3}));
}

TEST(new_object, constructs_aggregates) {
    arena a(mebibyte);
    const point* full = a.new_object<point>(1, 2);
    EXPECT_EQ(full->x, 1);
    EXPECT_EQ(full->y, 2);
    const point* partly = a.new_object<point>(1);
    EXPECT_EQ(partly->x, 1);
    EXPECT_EQ(partly->y, 7);
    const segment* nested = a.new_object<segment>(point{1, 2}, point{3, 4});
    EXPECT_EQ(nested->to.y, 4);
    EXPECT_STREQ(nested->label, "none");
    EXPECT_EQ(a.new_object<segment>(*nested)->from.x, 1);
}

TEST(new_object, constructs_what_cannot_be_moved) {
    arena a(mebibyte);
    EXPECT_EQ(a.new_object<immovable>(3)->value, 3);
    EXPECT_EQ(a.new_object<std::atomic<int>>(4)->load(), 4);
    const std::lock_guard<std::mutex> held(*a.new_object<std::mutex>());
}

TEST(new_object, forwards_its_arguments) {
    arena a(mebibyte);
    auto source = std::make_unique<int>(8);
    auto* moved = a.new_object<std::unique_ptr<int>>(std::move(source));
    EXPECT_EQ(**moved, 8);
    EXPECT_EQ(source, nullptr);

    int number = 1;
    a.new_object<std::reference_wrapper<int>>(number)->get() = 2;
    EXPECT_EQ(number, 2);
}

TEST(new_object, ignores_operators_that_a_class_overloads) {
    arena a(mebibyte);
    EXPECT_EQ(a.new_object<unhelpful>()->value, 5);
    EXPECT_EQ(a.new_span<unhelpful>(2)[1].value, 5);
}

template <std::size_t Alignment>
void expect_aligned_objects() {
    SCOPED_TRACE(Alignment);
    int destroyed = 0;
    arena a(8 * mebibyte);
    for (int round = 0; round < 2; ++round) {
        static_cast<void>(a.new_object<char>('c'));
        auto* plain = a.new_object<aligned<Alignment>>();
        EXPECT_TRUE(is_aligned(plain, Alignment));
        EXPECT_TRUE(a.contains(plain));
        EXPECT_EQ(plain->character, 'a');
        static_cast<void>(a.new_object<char>('c'));
        EXPECT_TRUE(is_aligned(a.new_object<aligned_managed<Alignment>>(destroyed), Alignment));
        for (const auto& element : a.new_span<aligned<Alignment>>(2)) {
            EXPECT_TRUE(is_aligned(&element, Alignment));
        }
    }
    a.reset();
    EXPECT_EQ(destroyed, 2);
}

TEST(new_object, aligns_types_of_any_alignment) {
    expect_aligned_objects<8>();
    expect_aligned_objects<16>();
    expect_aligned_objects<64>();
    expect_aligned_objects<4096>();
    expect_aligned_objects<8192>();    // larger than a page
    expect_aligned_objects<131072>();  // larger than any TLAB
}

TEST(new_object, takes_a_large_type_from_past_the_tlab) {
    arena a(8 * mebibyte);
    auto* large = a.new_object<std::array<char, 3 * mebibyte>>();
    EXPECT_TRUE(a.contains(&large->back()));
    auto* managed = a.new_object<std::pair<std::string, std::array<char, mebibyte>>>();
    EXPECT_TRUE(managed->first.empty());
}

TEST(new_object, takes_no_record_for_what_needs_no_destructor) {
    arena a(mebibyte);
    static_cast<void>(a.new_object<std::uint64_t>(1U));
    EXPECT_EQ(a.used_bytes(), 8U);
    static_cast<void>(a.new_unmanaged<std::vector<int>>());
    EXPECT_EQ(a.used_bytes(), 8 + in_granules(sizeof(std::vector<int>)));
    static_cast<void>(a.new_object<std::vector<int>>());
    EXPECT_EQ(a.used_bytes(), 8 + 2 * in_granules(sizeof(std::vector<int>)) + 2 * sizeof(void*));
}

TEST(new_unmanaged, constructs_what_cannot_be_destroyed) {
    arena a(mebibyte);
    EXPECT_EQ(a.new_unmanaged<indestructible>()->value, 6);
    EXPECT_EQ(a.try_new_unmanaged<indestructible>()->value, 6);
}

TEST(new_unmanaged, may_be_destroyed_by_hand) {
    arena a(mebibyte);
    int destroyed = 0;
    auto* object = a.new_unmanaged<aligned_managed<8>>(destroyed);
    std::destroy_at(object);
    EXPECT_EQ(destroyed, 1);
    a.reset();
    EXPECT_EQ(destroyed, 1);
}

TEST(new_object, may_construct_from_what_lies_in_the_same_arena) {
    arena a(mebibyte);
    auto* text = a.new_object<std::string>("long enough to be on the heap: 0123456789");
    std::string* newest = text;
    for (int copies = 0; copies < 1000; ++copies) {
        newest = a.new_object<std::string>(*newest);
    }
    EXPECT_EQ(*newest, *text);
}

TEST(new_object, serves_constructors_that_allocate_from_the_same_arena) {
    struct node {
        node(arena& source, int depth)
            : next(depth > 0 ? source.new_object<node>(source, depth - 1) : nullptr),
              text(std::to_string(depth)) {}
        node* next;
        std::string text;
    };
    arena a(mebibyte);
    const node* newest = a.new_object<node>(a, 500);
    for (int depth = 500; depth >= 0; --depth) {
        ASSERT_EQ(newest->text, std::to_string(depth));
        newest = newest->next;
    }
    EXPECT_EQ(newest, nullptr);
}

}  // namespace
