// What becomes of an arena's pages at reset, and at trim.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include <memory_arena/arena.hpp>
#include <memory_arena/lease.hpp>

#include "support/arena_types.hpp"
#include "support/own_pages.hpp"

namespace {

using memory_arena::arena;
using memory_arena::arena_options;
using memory_arena::retain;
using namespace test_support;

constexpr std::size_t kib = 1024;
constexpr std::size_t mib = 1024 * kib;

/// What an arena holds besides the pages of its reserve.
constexpr std::size_t control = 32 * kib;

/// Takes `bytes` in all, and writes to each.
template <class Arena>
void use(Arena& source, std::size_t bytes) {
    constexpr std::size_t piece = 4 * kib;
    for (std::size_t taken = 0; taken < bytes; taken += piece) {
        std::memset(source.allocate_bytes(piece), 0x5a, piece);
    }
}

/// An arena whose resident pages can be counted.
template <class Arena>
class watched_arena {
public:
    explicit watched_arena(const arena_options& options)
        : pages_([&] { source_.emplace(options); }) {
        do_without_huge_pages();
    }
    Arena& operator*() { return *source_; }
    Arena* operator->() { return &*source_; }
    [[nodiscard]] std::size_t resident() const { return pages_.resident(); }

private:
    std::optional<Arena> source_;
    own_pages pages_;
};

template <class Arena>
class retention : public testing::Test {};

TYPED_TEST_SUITE(retention, arena_types, arena_names);

TYPED_TEST(retention, all_keeps_every_page) {
    watched_arena<TypeParam> source({.capacity = 64 * mib});
    use(*source, 32 * mib);
    const auto before = source->usage();
    source->reset();
    EXPECT_GE(source.resident(), 32 * mib);
    EXPECT_EQ(source->usage().committed, before.committed);
    use(*source, mib);
    EXPECT_EQ(source->usage().committed, before.committed);
}

TYPED_TEST(retention, none_gives_every_page_back) {
    watched_arena<TypeParam> source({.capacity = 64 * mib});
    use(*source, 32 * mib);
    EXPECT_GE(source.resident(), 32 * mib);
    source->reset(retain::none);
    EXPECT_LE(source.resident(), control);
    const auto after = source->usage();
    EXPECT_EQ(after.committed, 0U);
    EXPECT_EQ(after.used, 0U);
    EXPECT_GE(after.peak, 32 * mib);
    EXPECT_EQ(after.generation, 2U);
    EXPECT_EQ(after.refused, 0U);
    // As new memory: zeros, and committed as it is used.
    EXPECT_EQ(*static_cast<const unsigned char*>(source->allocate_bytes(1)), 0U);
    use(*source, mib);
    EXPECT_GE(source->usage().committed, mib);
    EXPECT_LE(source->usage().committed, 2 * mib);
}

TYPED_TEST(retention, up_to_gives_back_what_lies_above) {
    watched_arena<TypeParam> source({.capacity = 64 * mib});
    use(*source, 32 * mib);
    source->reset(retain::up_to(4 * mib));
    EXPECT_GE(source.resident(), 4 * mib);
    EXPECT_LE(source.resident(), 4 * mib + 4 * kib + control);
    EXPECT_EQ(source->usage().committed, 4 * mib);
    // Less than that: nothing is given back.
    use(*source, mib);
    source->reset(retain::up_to(4 * mib));
    EXPECT_EQ(source->usage().committed, 4 * mib);
    source->reset(retain::up_to(~std::size_t{0}));
    EXPECT_EQ(source->usage().committed, 4 * mib);
    source->reset(retain::up_to(1));
    EXPECT_LE(source.resident(), 8 * kib + control);
}

TYPED_TEST(retention, committed_is_the_highest_frontier_since_pages_went_back) {
    TypeParam source(64 * mib);
    EXPECT_EQ(source.usage().committed, 0U);
    use(source, 8 * mib);
    const std::size_t first = source.usage().committed;
    EXPECT_GE(first, 8 * mib);
    source.reset();
    use(source, 2 * mib);
    EXPECT_EQ(source.usage().committed, first);
    source.reset(retain::up_to(3 * mib));
    EXPECT_EQ(source.usage().committed, 3 * mib);
    EXPECT_EQ(source.usage().peak, first);
    use(source, 5 * mib);
    const std::size_t second = source.usage().committed;
    EXPECT_GE(second, 5 * mib);
    EXPECT_LT(second, first);
    source.reset();
    EXPECT_EQ(source.usage().committed, second);
    source.reset();
    EXPECT_EQ(source.usage().committed, second);
}

TYPED_TEST(retention, adaptive_lets_go_of_a_spike_within_sixteen_resets) {
    watched_arena<TypeParam> source({.capacity = 512 * mib});
    constexpr std::size_t steady = mib;
    for (int cycle = 0; cycle < 3; ++cycle) {
        use(*source, steady);
        source->reset(retain::adaptive);
    }
    const std::size_t before = source.resident();
    use(*source, 100 * steady);
    source->reset(retain::adaptive);
    EXPECT_GE(source.resident(), 100 * steady);
    for (int cycle = 0; cycle < 16; ++cycle) {
        use(*source, steady);
        source->reset(retain::adaptive);
    }
    EXPECT_LE(source.resident(), before + steady / 2);
    EXPECT_GE(source.resident(), steady);
}

TYPED_TEST(retention, adaptive_keeps_what_an_alternating_workload_needs) {
    TypeParam source(512 * mib);
    for (int cycle = 0; cycle < 40; ++cycle) {
        use(source, cycle % 7 == 0 ? 20 * mib : mib);
        source.reset(retain::adaptive);
        EXPECT_GE(source.usage().committed, 20 * mib) << "cycle " << cycle;
    }
}

TYPED_TEST(retention, adaptive_forgets_what_was_before_it_was_asked_for) {
    TypeParam source(512 * mib);
    use(source, 100 * mib);
    source.reset();
    use(source, mib);
    source.reset(retain::adaptive);
    EXPECT_LE(source.usage().committed, 3 * mib / 2);
}

TYPED_TEST(retention, of_a_callers_buffer_is_all) {
    std::vector<std::byte> memory(mib);
    TypeParam source(arena_options{.buffer = memory});
    use(source, 512 * kib);
    for (const retain kept : {retain::none, retain::up_to(kib), retain::adaptive}) {
        source.reset(kept);
        source.trim(0);
        EXPECT_EQ(memory[256 * kib], std::byte{0x5a});
    }
    EXPECT_EQ(source.generation(), 4U);
}

TYPED_TEST(retention, runs_destructors_before_the_pages_go) {
    struct reader {
        const unsigned char* read;
        unsigned* sum;
        reader(const unsigned char* from, unsigned* to) : read(from), sum(to) {}
        ~reader() { *sum += *read; }
    };
    unsigned sum = 0;
    TypeParam source(64 * mib);
    auto bytes = source.template new_span<unsigned char>(mib, 7);
    static_cast<void>(source.template new_object<reader>(&bytes.back(), &sum));
    source.reset(retain::none);
    EXPECT_EQ(sum, 7U);
}

TYPED_TEST(retention, within_a_destructor_does_nothing) {
    if (memory_arena::detail::is_checked) {
        GTEST_SKIP() << "a checked build reports it";
    }
    std::size_t committed = 0;
    TypeParam source(64 * mib);
    use(source, mib);
    source.on_reset([&] {
        source.reset(retain::none);
        committed = source.usage().committed;
    });
    source.reset();
    EXPECT_GE(committed, mib);
    EXPECT_EQ(source.generation(), 2U);
}

TYPED_TEST(retention, wiping_leaves_zeros_behind) {
    std::vector<std::byte> memory(mib);
    {
        TypeParam source(arena_options{.buffer = memory, .wipe_at_reset = true});
        use(source, 512 * kib);
        source.reset();
        EXPECT_EQ(std::count(memory.begin(), memory.end(), std::byte{0}), mib);
        use(source, 256 * kib);
        EXPECT_NE(std::count(memory.begin(), memory.end(), std::byte{0}), mib);
    }
    EXPECT_EQ(std::count(memory.begin(), memory.end(), std::byte{0}), mib) << "at destruction";
    for (const std::size_t keep : {std::size_t{0}, 300 * kib + 8, 4 * mib}) {
        TypeParam source(arena_options{.capacity = 8 * mib, .wipe_at_reset = true});
        auto bytes = source.template new_span<unsigned char>(2 * mib, 7);
        const unsigned char* const first = bytes.data();
        source.reset(retain::up_to(keep));
        EXPECT_EQ(std::count(first, first + 2 * mib, 0), 2 * mib) << keep;
    }
}

TYPED_TEST(retention, trim_gives_back_what_no_generation_uses_now) {
    watched_arena<TypeParam> source({.capacity = 64 * mib});
    use(*source, 40 * mib);
    source->reset();
    auto live = source->template new_span<unsigned char>(2 * mib, 9);
    source->trim(0);
    EXPECT_LE(source.resident(), 2 * mib + 512 * kib);
    EXPECT_EQ(std::count(live.begin(), live.end(), 9), 2 * mib);
    EXPECT_LE(source->usage().committed, 2 * mib + 512 * kib);
    EXPECT_GE(source->usage().committed, source->usage().used + source->usage().slack);
    EXPECT_EQ(source->generation(), 2U);
    use(*source, 20 * mib);
    source->reset();
    source->trim(8 * mib);
    EXPECT_EQ(source->usage().committed, 8 * mib);
    EXPECT_GE(source.resident(), 8 * mib);
    EXPECT_LE(source.resident(), 8 * mib + 4 * kib + control);
    source->trim(64 * mib);
    source->trim(8 * mib);
    EXPECT_EQ(source->usage().committed, 8 * mib);
    source->trim(0);
    EXPECT_EQ(source->usage().committed, 0U);
    EXPECT_LE(source.resident(), control);
    use(*source, 64 * mib - 2 * mib);  // nothing was lost
}

TYPED_TEST(retention, trim_leaves_open_scopes_alone) {
    TypeParam source(64 * mib);
    use(source, 40 * mib);
    source.reset();
    auto lease = source.lease();
    const auto scope = lease.scope();
    auto live = lease.template new_span<unsigned char>(3 * mib, 9);
    source.trim(0);
    EXPECT_EQ(std::count(live.begin(), live.end(), 9), 3 * mib);
}

}  // namespace
