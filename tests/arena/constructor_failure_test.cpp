// Constructors that throw: what is destroyed, what goes back, what stays.

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <thread>
#include <vector>

#include <memory_arena/arena.hpp>

#include "support/figures.hpp"
#include "support/logged.hpp"

namespace {

using memory_arena::arena;
using memory_arena::arena_usage;
using test_support::destruction_log;
using test_support::logged;

constexpr std::size_t mebibyte = std::size_t{1} << 20;

/// What a constructor throws here: no other exception is mistaken for it.
struct refusal {
    int number;
};

template <bool Managed>
struct refusing {
    explicit refusing(int number) { throw refusal{number}; }
    refusing(const refusing&) { throw refusal{1}; }
    refusing& operator=(const refusing&) = delete;
    ~refusing() requires Managed {}
    ~refusing() requires(!Managed) = default;
    std::size_t room[3] = {};
};

/// Its k-th object can't be made.
struct counted {
    static inline int made = 0;
    static inline int limit = 0;
    static inline destruction_log* log = nullptr;

    counted() : number(made) {
        if (made == limit) {
            throw refusal{made};
        }
        ++made;
    }
    counted(const counted& /*other*/) : counted() {}
    counted& operator=(const counted&) = delete;
    ~counted() { log->push_back(number); }

    static void allow(int count, destruction_log& destroyed) {
        made = 0;
        limit = count;
        log = &destroyed;
        destroyed.clear();
    }

    int number;
};

TEST(new_object, gives_back_bytes_when_constructor_throws) {
    arena a(mebibyte);
    for (int round = 0; round < 2; ++round) {
        const std::size_t before = a.used_bytes();
        EXPECT_THROW(static_cast<void>(a.new_object<refusing<false>>(1)), refusal);
        EXPECT_THROW(static_cast<void>(a.try_new_object<refusing<false>>(1)), refusal);
        EXPECT_EQ(a.used_bytes(), before);
        static_cast<void>(a.allocate_bytes(24, 8));
        EXPECT_EQ(a.used_bytes(), before + 24);
    }
}

TEST(new_object, gives_back_bytes_and_record_when_constructor_throws) {
    arena a(mebibyte);
    for (int round = 0; round < 2; ++round) {
        const std::size_t before = a.used_bytes();
        EXPECT_THROW(static_cast<void>(a.new_object<refusing<true>>(1)), refusal);
        EXPECT_THROW(static_cast<void>(a.try_new_object<refusing<true>>(1)), refusal);
        EXPECT_THROW(static_cast<void>(a.new_unmanaged<refusing<true>>(1)), refusal);
        EXPECT_EQ(a.used_bytes(), before);
        static_cast<void>(a.allocate_bytes(24, 8));
        EXPECT_EQ(a.used_bytes(), before + 24);
    }
    a.reset();
}

TEST(new_object, serves_the_same_place_after_a_constructor_threw) {
    arena a(mebibyte);
    auto* first = static_cast<std::byte*>(a.allocate_bytes(16, 8));
    EXPECT_THROW(static_cast<void>(a.new_object<refusing<true>>(1)), refusal);
    EXPECT_EQ(a.allocate_bytes(16, 8), first + 16);
}

TEST(new_object, takes_nothing_for_a_hundred_thousand_constructors_that_throw) {
    arena a(64 << 10);
    for (int attempt = 0; attempt < 100'000; ++attempt) {
        ASSERT_THROW(static_cast<void>(a.new_object<refusing<true>>(1)), refusal);
    }
    EXPECT_EQ(a.used_bytes(), 0U);
}

TEST(new_object, passes_the_constructors_exception_on) {
    arena a(mebibyte);
    try {
        static_cast<void>(a.new_object<refusing<true>>(77));
        FAIL();
    } catch (const refusal& caught) {
        EXPECT_EQ(caught.number, 77);
    }
}

TEST(new_object, registers_nothing_when_constructor_throws) {
    destruction_log destroyed;
    arena a(mebibyte);
    static_cast<void>(a.new_object<logged>(destroyed, 1));
    counted::allow(0, destroyed);
    EXPECT_THROW(static_cast<void>(a.new_object<counted>()), refusal);
    a.reset();
    EXPECT_EQ(destroyed, destruction_log{1});
}

TEST(new_object, leaves_bytes_used_where_something_newer_stands_behind_them) {
    struct busy {
        explicit busy(arena& source) {
            number = source.new_object<int>(5);
            throw refusal{0};
        }
        ~busy() {}
        int* number = nullptr;
    };
    arena a(mebibyte);
    EXPECT_THROW(static_cast<void>(a.new_object<busy>(a)), refusal);
    EXPECT_EQ(a.used_bytes(), 8 + 3 * sizeof(void*) + (sizeof(void*) == 4 ? 4 : 0));
    static_cast<void>(a.new_object<int>(6));
    a.reset();
    EXPECT_EQ(a.used_bytes(), 0U);
}

TEST(new_object, gives_back_the_outer_bytes_after_an_inner_constructor_threw) {
    struct outer {
        explicit outer(arena& source) { inner = source.new_object<refusing<true>>(2); }
        ~outer() {}
        void* inner = nullptr;
    };
    arena a(mebibyte);
    EXPECT_THROW(static_cast<void>(a.new_object<outer>(a)), refusal);
    EXPECT_EQ(a.used_bytes(), 0U);
}

TEST(new_object, keeps_its_figures_when_a_constructor_throws_at_every_place_of_a_tlab) {
    arena a(mebibyte);
    std::size_t expected = 0;
    for (int round = 0; round < 20'000; ++round) {
        ASSERT_THROW(static_cast<void>(a.new_object<refusing<true>>(1)), refusal);
        ASSERT_EQ(a.used_bytes(), expected);
        static_cast<void>(a.allocate_bytes(8, 8));
        expected += 8;
    }
    const arena_usage figures = a.usage();
    EXPECT_EQ(figures.used + figures.slack, figures.peak);
}

TEST(new_object, keeps_the_arena_whole_when_large_constructors_throw) {
    struct large {
        large() { throw refusal{0}; }
        ~large() {}
        std::byte room[200 << 10];
    };
    arena a(4 * mebibyte);
    auto* before = a.new_object<std::string>("before");
    EXPECT_THROW(static_cast<void>(a.new_object<large>()), refusal);
    EXPECT_THROW(static_cast<void>(a.new_object<large>()), refusal);
    const arena_usage figures = a.usage();
    EXPECT_EQ(figures.used + figures.slack, figures.peak);
    EXPECT_EQ(*before, "before");
}

TEST(new_span, destroys_what_it_made_in_reverse_and_gives_the_bytes_back) {
    destruction_log destroyed;
    arena a(mebibyte);
    const counted value = (counted::allow(1, destroyed), counted());
    const auto expect_undone = [&](auto make) {
        const arena_usage before = a.usage();
        counted::allow(3, destroyed);
        EXPECT_THROW(static_cast<void>(make()), refusal);
        EXPECT_EQ(destroyed, (destruction_log{2, 1, 0}));
        EXPECT_EQ(a.used_bytes(), before.used);
    };
    std::vector<counted> source;
    counted::allow(10, destroyed);
    source.resize(5);
    expect_undone([&] { return a.new_span<counted>(5); });
    expect_undone([&] { return a.new_span<counted>(5, value); });
    expect_undone([&] { return a.new_span_for_overwrite<counted>(5); });
    expect_undone([&] { return a.copy_span(source); });
    expect_undone([&] { return a.try_new_span<counted>(5); });
    expect_undone([&] { return a.try_new_span<counted>(5, value); });
    expect_undone([&] { return a.try_new_span_for_overwrite<counted>(5); });
    expect_undone([&] { return a.try_copy_span(source); });
    destroyed.clear();
    a.reset();
    EXPECT_EQ(destroyed, destruction_log{});
}

TEST(new_span, gives_the_bytes_back_when_the_first_element_throws) {
    destruction_log destroyed;
    arena a(mebibyte);
    counted::allow(0, destroyed);
    EXPECT_THROW(static_cast<void>(a.new_span<counted>(100)), refusal);
    EXPECT_EQ(destroyed, destruction_log{});
    EXPECT_EQ(a.used_bytes(), 0U);
}

TEST(on_reset, gives_the_bytes_back_when_copying_the_callable_throws) {
    struct callable {
        callable() = default;
        callable(const callable& /*other*/) { throw refusal{0}; }
        callable& operator=(const callable&) = delete;
        ~callable() = default;
        void operator()() const {}
    };
    arena a(mebibyte);
    const callable source;
    EXPECT_THROW(a.on_reset(source), refusal);
    EXPECT_THROW(static_cast<void>(a.try_on_reset(source)), refusal);
    EXPECT_EQ(a.used_bytes(), 0U);
    a.reset();
}

TEST(new_object, gives_back_bytes_on_a_thread_of_its_own) {
    arena a(mebibyte);
    static_cast<void>(a.allocate_bytes(8));
    std::thread([&a] {
        EXPECT_THROW(static_cast<void>(a.new_object<refusing<true>>(1)), refusal);
        EXPECT_EQ(a.used_bytes(), 8U);
    }).join();
}

}  // namespace
