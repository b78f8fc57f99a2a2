#include <gtest/gtest.h>

#include <cerrno>
#include <cstddef>
#include <new>
#include <string>
#include <vector>

#include <memory_arena/arena.hpp>
#include <memory_arena/inspect.hpp>
#include <memory_arena/lease.hpp>

#include "faults/system.hpp"
#include "support/figures.hpp"

/// \file
/// The calls that take something from the heap, where each piece in turn is refused: they throw
/// what operator new throws, and nothing has changed.

namespace {

using memory_arena::arena;
using memory_arena::arena_inspection;
using memory_arena::arena_options;
using namespace faults;

constexpr arena_options listed = {.capacity = 1 << 20, .name = "listed arena", .listed = true};

struct named_call {
    const char* name;
    void (*run)(const arena& source, const arena_inspection& seen);
};

std::vector<arena_inspection> several(const arena_inspection& seen) { return {seen, seen}; }

const named_call calls[] = {
    {"inspect", [](const arena& a, const arena_inspection&) { static_cast<void>(a.inspect()); }},
    {"to_text",
     [](const arena&, const arena_inspection& seen) { static_cast<void>(to_text(seen)); }},
    {"to_json",
     [](const arena&, const arena_inspection& seen) { static_cast<void>(to_json(seen)); }},
    {"to_svg", [](const arena&, const arena_inspection& seen) { static_cast<void>(to_svg(seen)); }},
    {"to_open_metrics",
     [](const arena&, const arena_inspection& seen) {
         static_cast<void>(memory_arena::to_open_metrics(several(seen)));
     }},
    {"to_open_metrics of the list",
     [](const arena&, const arena_inspection&) {
         static_cast<void>(memory_arena::to_open_metrics());
     }},
    {"for_each_arena",
     [](const arena&, const arena_inspection&) {
         memory_arena::for_each_arena([](const auto& one) { static_cast<void>(one.inspect()); });
     }},
};

/// Whether the call went through.
bool goes_through(const named_call& call, const arena& source, const arena_inspection& seen) {
    try {
        asked([&] { call.run(source, seen); });
    } catch (const std::bad_alloc&) {
        return false;
    }
    return true;
}

/// The list of arenas is whole and unlocked: another one finds its place and leaves it.
void expect_list_works() {
    const arena another(listed);
    std::size_t count = 0;
    memory_arena::for_each_arena([&](const auto& /*one*/) { ++count; });
    EXPECT_EQ(count, 2U);
}

TEST(refused_heap, ends_a_call_by_bad_alloc_and_changes_nothing) {
    arena source(listed);
    static_cast<void>(source.new_object<int>(1));
    auto lease = source.lease();
    static_cast<void>(lease.allocate_bytes(50'000));
    const auto before = source.usage();
    const arena_inspection seen = source.inspect();
    for (const named_call& call : calls) {
        plan chosen = {faults::call::take_from_heap, 0, ENOMEM, reach::one_call};
        for (bool goes_on = true; goes_on; ++chosen.nth) {
            SCOPED_TRACE(std::string(call.name) + ": " + text_of(chosen));
            follow(chosen);
            // A call may do without: std::stable_sort does.
            ASSERT_TRUE(goes_through(call, source, seen) || was_reached());
            goes_on = was_reached();
            test_support::expect_same_usage(before, source.usage());
            expect_list_works();
        }
        EXPECT_GT(chosen.nth, 1U) << call.name << " takes nothing from the heap";
    }
}

}  // namespace
