#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include <sys/mman.h>
#include <unistd.h>

#include "lanes/lane_ledger.hpp"
#include "os/rseq.hpp"
#include "sequences/watched.hpp"

/// \file
/// Forces a restart at every instruction of every sequence. A breakpoint replaces the instruction;
/// reaching it delivers a signal, at which the kernel aborts the sequence, as it would for any
/// signal, preemption or migration there. The handler puts the instruction back and, on top of the
/// interrupted sequence, works on the same lane.

namespace {

using memory_arena::detail::lane;

struct block {
    std::uintptr_t begin;
    std::uintptr_t end;
};

/// One arena as far as its lanes know it: positions without memory, a generation, and a record of
/// what was handed out.
class lane_world {
public:
    lane_world() : lanes_(std::make_unique<std::array<lane, 4>>()) {}

    void bump() {
        std::uintptr_t at = 0;
        if (sequences::bump(lanes(), generation_, 24, at)) {
            note(at, 24, 0);
        }
    }
    void bump_aligned() {
        const std::uintptr_t cursor = here().cursor;
        std::uintptr_t at = 0;
        if (sequences::bump_aligned(lanes(), generation_, 16, at)) {
            EXPECT_EQ(at % sequences::wide_alignment, 0U);
            note(at, 16, std::min<std::uintptr_t>(at - cursor, 63));
        }
    }
    void extend() {
        const std::uintptr_t limit = here().limit;
        // As a refill would have it: the run that begins at the limit, if that is the newest.
        if (limit == newest_end_) {
            newest_end_ += 128;
            static_cast<void>(sequences::extend(lanes(), generation_, limit, newest_end_));
        }
    }
    void install(std::uintptr_t bytes) {
        const std::uintptr_t start = newest_end_ + 4096;  // runs don't touch
        newest_end_ = start + bytes;
        static_cast<void>(
            sequences::install(lanes(), generation_, generation_, start, newest_end_, here()));
    }
    void retract() {
        std::vector<block>& mine = handed_out_[generation_];
        if (mine.empty()) {
            return;
        }
        const block newest = mine.back();
        if (sequences::retract(lanes(), generation_, newest.begin, newest.end)) {
            used_[generation_] -= newest.end - newest.begin;
            std::erase_if(mine, [&](const block& one) { return one.begin == newest.begin; });
        }
    }
    /// Leaves the lane as an install does that is aborted in the middle, for ever.
    void strand() {
        lane& mine = here();
        if (mine.revision % 2 == 0) {
            mine.limit = 0;
            mine.announced_used = memory_arena::detail::used_by(mine, mine.generation);
            mine.announced_generation = mine.generation.load();
            ++mine.revision;
        }
    }
    void reset() { ++generation_; }

    /// What the lane says that it used, against what was handed out.
    void check() const {
        auto lane_used = std::uintptr_t{0};
        for (const lane& one : *lanes_) {
            lane_used += memory_arena::detail::used_by(one, generation_);
        }
        const auto known = used_.find(generation_);
        ASSERT_EQ(lane_used, known == used_.end() ? 0 : known->second);
        for (const auto& [generation, blocks] : handed_out_) {
            std::vector<block> sorted = blocks;
            std::sort(sorted.begin(), sorted.end(),
                      [](const block& a, const block& b) { return a.begin < b.begin; });
            for (std::size_t index = 1; index < sorted.size(); ++index) {
                ASSERT_LE(sorted[index - 1].end, sorted[index].begin);
            }
        }
    }

private:
    lane* lanes() { return lanes_->data(); }
    lane& here() {
        return (*lanes_)[static_cast<std::size_t>(
            memory_arena::os::current_index(memory_arena::os::rseq().location))];
    }
    void note(std::uintptr_t at, std::uintptr_t bytes, std::uintptr_t padding) {
        handed_out_[generation_].push_back({at, at + bytes});
        used_[generation_] += bytes + padding;
    }

    std::unique_ptr<std::array<lane, 4>> lanes_;
    std::atomic<std::uint64_t> generation_{1};
    std::uintptr_t newest_end_ = 1U << 20;  ///< where the newest run ends
    std::map<std::uint64_t, std::vector<block>> handed_out_;
    std::map<std::uint64_t, std::uintptr_t> used_;
};

/// What the signal handler does on top of the sequence that it interrupted.
const std::vector<std::function<void(lane_world&)>> adversaries{
    [](lane_world&) {},
    [](lane_world& world) { world.bump(); },
    [](lane_world& world) { world.install(64); },
    [](lane_world& world) { world.install(8192); },
    [](lane_world& world) {
        world.install(256);
        world.bump();
        world.bump_aligned();
    },
    [](lane_world& world) { world.extend(); },
    [](lane_world& world) { world.retract(); },
    [](lane_world& world) { world.reset(); },
    [](lane_world& world) {
        world.reset();
        world.install(256);
        world.bump();
    },
};

/// Every way through every sequence, also on what an aborted one left behind.
void live(lane_world& world, const std::function<void()>& arm) {
    for (int life = 0; life < 3; ++life) {
        arm();
        world.install(256);
        world.bump();
        world.bump_aligned();
        world.retract();
        world.bump();
        world.extend();
        world.install(8192);  // more room than is left
        world.bump();
        world.install(64);  // less
        for (int count = 0; count < 20; ++count) {
            world.bump();
        }
        arm();
        world.strand();
        world.bump();
        world.extend();
        world.install(96);
        world.install(8192);
        world.bump();
        world.retract();
        world.check();
        world.reset();
        world.bump();
        world.install(512);
        world.bump();
        world.check();
        world.strand();
        world.reset();
        arm();
        world.install(256);
        world.bump();
        world.check();
        world.reset();
    }
}

struct injection {
    unsigned char* at = nullptr;
    unsigned char saved = 0;
    int left = 0;
    int forced = 0;
    lane_world* world = nullptr;
    const std::function<void(lane_world&)>* adversary = nullptr;
};
injection current;

void patch(unsigned char code) {
    *current.at = code;
    __builtin___clear_cache(
        reinterpret_cast<char*>(current.at), reinterpret_cast<char*>(current.at) + 1);
}

void on_breakpoint(int /*signal*/) {
    patch(current.saved);
    ++current.forced;
    (*current.adversary)(*current.world);
    if (--current.left > 0) {
        patch(0xCC);  // again, when it restarts
    }
}

void make_writable(std::uintptr_t address) {
    const auto page = static_cast<std::uintptr_t>(getpagesize());
    const std::uintptr_t begin = address / page * page;
    ASSERT_EQ(
        mprotect(reinterpret_cast<void*>(begin), 2 * page, PROT_READ | PROT_WRITE | PROT_EXEC), 0);
}

}  // namespace

/// A thread that has gone to another CPU since it looked: queries don't know of a lane there yet.
TEST(restartable_sequences, install_only_into_the_lane_that_is_known) {
    if (memory_arena::os::rseq().numbering == memory_arena::os::cpu_numbering::none) {
        GTEST_SKIP() << memory_arena::os::rseq().why;
    }
    // One thread's dense number stays what it is; by CPU number it may change at any time.
    std::vector<lane> lanes(4096);
    const std::atomic<std::uint64_t> generation{1};
    const lane elsewhere;
    EXPECT_FALSE(sequences::install(lanes.data(), generation, 1, 4096, 8192, elsewhere));
    for (const lane& one : lanes) {
        EXPECT_EQ(one.generation.load(), 0U);
        EXPECT_EQ(one.limit.load(), 0U);
    }
}

TEST(restartable_sequences, survive_a_restart_at_each_instruction_of_each) {
    if (memory_arena::os::rseq().numbering == memory_arena::os::cpu_numbering::none) {
        GTEST_SKIP() << memory_arena::os::rseq().why;
    }
    const std::vector<std::uintptr_t> addresses = sequences::instructions();
    if (addresses.empty()) {
        GTEST_SKIP() << "no disassembler here";
    }
    struct sigaction action {};
    action.sa_handler = on_breakpoint;
    struct sigaction before {};
    ASSERT_EQ(sigaction(SIGTRAP, &action, &before), 0);
    int forced = 0;
    for (const std::uintptr_t address : addresses) {
        make_writable(address);
        int reached = 0;
        for (const auto& adversary : adversaries) {
            for (const int times : {1, 2, 5}) {
                lane_world world;
                auto* const at = reinterpret_cast<unsigned char*>(address);
                current = {at, *at, times, 0, &world, &adversary};
                live(world, [&] {
                    current.left = times;
                    patch(0xCC);
                });
                patch(current.saved);
                world.check();
                ASSERT_FALSE(HasFailure()) << "at instruction " << std::hex << address;
                reached += current.forced;
            }
        }
        EXPECT_GT(reached, 0) << "never reached " << std::hex << address;
        forced += reached;
    }
    sigaction(SIGTRAP, &before, nullptr);
    RecordProperty("instructions", static_cast<int>(addresses.size()));
    RecordProperty("forced restarts", forced);
    std::printf("%zu instructions, %d forced restarts\n", addresses.size(), forced);
}
