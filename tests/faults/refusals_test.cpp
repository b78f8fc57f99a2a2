#include <gtest/gtest.h>

#include <csignal>
#include <cstddef>
#include <ostream>
#include <string>
#include <tuple>
#include <vector>

#include <memory_arena/arena.hpp>

#include "faults/life.hpp"
#include "faults/system.hpp"

/// \file
/// Every call that the library makes of the system is refused in turn: each one alone, with all of
/// its kind that follow, and with everything that follows; with each of the codes that it may be
/// refused with; in the life of an arena of each type, with each option. (docs/design.md, *How it
/// is checked*, says how calls come to be refused.)

namespace {

using memory_arena::arena_options;
using memory_arena::numa_placement;
using memory_arena::page_kind;
using namespace faults;

constexpr std::size_t mib = std::size_t{1} << 20;

struct scenario {
    const char* name;
    arena_options options;
};

void PrintTo(const scenario& that, std::ostream* out) { *out << that.name; }

std::vector<std::byte> lent(2 * mib);

arena_options everything_of(page_kind pages) {
    return {.capacity = 5 * mib,
            .name = "everything",
            .pages = pages,
            .prefault_bytes = 5 * mib,
            .numa = numa_placement::bind,
            .numa_nodes = 1,
            .exclude_from_core_dumps = true,
            .named_mappings = true,
            .wipe_at_reset = true,
            .listed = true};
}

std::vector<scenario> scenarios() {
    return {
        {"usual", {.capacity = 2 * mib}},
        {"transparent_huge_pages", {.capacity = 2 * mib, .pages = page_kind::transparent_huge}},
        {"explicit_huge_pages", {.capacity = 2 * mib, .pages = page_kind::explicit_huge}},
        {"prefault", {.capacity = 9 * mib, .prefault_bytes = 9 * mib}},
        {"bound", {.capacity = 2 * mib, .numa = numa_placement::bind, .numa_nodes = 1}},
        {"interleaved", {.capacity = 2 * mib, .numa = numa_placement::interleave, .numa_nodes = 3}},
        {"named", {.capacity = 2 * mib, .name = "some", .named_mappings = true}},
        {"out_of_core_dumps", {.capacity = 2 * mib, .exclude_from_core_dumps = true}},
        {"wiped", {.capacity = 2 * mib, .wipe_at_reset = true}},
        {"listed", {.capacity = 2 * mib, .name = "listed", .listed = true}},
        {"in_a_buffer", {.buffer = lent, .wipe_at_reset = true}},
        {"with_one_lane_and_shard", {.capacity = 2 * mib, .shard_count = 1, .lane_count = 1}},
        {"quarantined", {.capacity = 2 * mib, .quarantine = 2}},
        {"quarantined_and_wiped", {.capacity = 2 * mib, .wipe_at_reset = true, .quarantine = 1}},
        {"everything", everything_of(page_kind::transparent_huge)},
        {"everything_explicit", everything_of(page_kind::explicit_huge)},
    };
}

void expect_nothing_is_left() {
    const outstanding left = not_given_back();
    EXPECT_EQ(left.bytes, 0U);
    EXPECT_EQ(left.files, 0U);
    EXPECT_EQ(left.threads, 0U);
    EXPECT_TRUE(left.stuck_bytes == 0 || refused(call::unmap) != 0);
    // What can't be unmapped is address space alone, unless that is refused, too.
    EXPECT_TRUE(left.stuck_with_pages == 0 || refused(call::give_back) != 0);
    clean_up();
}

/// Whether the call of the plan was made.
template <class Arena>
bool live_under(const plan& chosen, const arena_options& options, bool tries) {
    SCOPED_TRACE(text_of(chosen));
    follow(chosen);
    life<Arena>(options, tries).run();
    expect_nothing_is_left();
    return was_reached();
}

/// Another mask than the usual one, so that one that is lost shows.
class unusual_signals {
public:
    unusual_signals() {
        sigset_t one{};
        sigaddset(&one, SIGUSR2);
        pthread_sigmask(SIG_BLOCK, &one, &before_);
    }
    unusual_signals(const unusual_signals&) = delete;
    unusual_signals& operator=(const unusual_signals&) = delete;
    ~unusual_signals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

private:
    sigset_t before_{};
};

class every_refusal : public testing::TestWithParam<std::tuple<scenario, bool>> {
protected:
    /// How many calls were refused.
    template <class Arena>
    static std::size_t try_all(const plan& first, const arena_options& options, bool tries) {
        plan chosen = first;
        while (!HasFailure() && live_under<Arena>(chosen, options, tries)) {
            ++chosen.nth;
        }
        return chosen.nth;
    }
};

TEST_P(every_refusal, leaves_an_arena_whole_or_unmade_and_nothing_behind) {
    const auto& [chosen, tries] = GetParam();
    const unusual_signals here;
    std::size_t count = 0;
    for (std::size_t kind = 0; kind < call_count; ++kind) {
        const call what{static_cast<unsigned char>(kind)};
        for (const int error : errors_of(what)) {
            for (const reach how_far : {reach::one_call, reach::its_kind, reach::any_kind}) {
                const plan first = {what, 0, error, how_far};
                count += try_all<memory_arena::arena>(first, chosen.options, tries);
                count += try_all<memory_arena::cpu_arena>(first, chosen.options, tries);
            }
        }
    }
    EXPECT_GT(count, 0U);
    RecordProperty("refusals", static_cast<int>(count));
}

INSTANTIATE_TEST_SUITE_P(
    every_option, every_refusal, testing::Combine(testing::ValuesIn(scenarios()), testing::Bool()),
    [](const auto& chosen) {
        return std::string(std::get<0>(chosen.param).name) +
               (std::get<1>(chosen.param) ? "_by_try_make_arena" : "_by_constructor");
    });

/// Else the tests above would find nothing wrong with a call that they never refuse.
TEST(refusals, reach_every_kind_of_call) {
    for (std::size_t kind = 0; kind < call_count; ++kind) {
        const call what{static_cast<unsigned char>(kind)};
        // How many processors there are is asked only where the set of the usable ones is refused.
        const call first = what == call::processors ? call::affinity : what;
        const plan chosen = {first, 0, errors_of(first)[0], reach::any_kind};
        std::size_t count = 0;
        for (const page_kind pages : {page_kind::transparent_huge, page_kind::explicit_huge}) {
            arena_options options = everything_of(pages);
            options.quarantine = pages == page_kind::explicit_huge ? 0 : 1;
            static_cast<void>(live_under<memory_arena::arena>(chosen, options, true));
            count += refused(what);
        }
        EXPECT_NE(count, 0U) << name_of(what);
    }
}

}  // namespace
