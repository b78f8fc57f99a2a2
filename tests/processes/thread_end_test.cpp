#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <optional>
#include <ostream>
#include <string>
#include <thread>
#include <tuple>
#include <type_traits>

#include <gtest/gtest.h>
#include <pthread.h>

#include <memory_arena/arena.hpp>
#include <memory_arena/lease.hpp>
#include <memory_arena/memory_resource.hpp>

#include "support/live_ranges.hpp"
#include "support/scale.hpp"

/// \file
/// Threads that end after each of the things that can be done with an arena, in each of the ways in
/// which a thread ends; with a lease and an open scope in other hands, and in the middle of the
/// making of an object. Whoever comes after them finds everything in order.

namespace {

using memory_arena::arena;
using memory_arena::arena_lease;
using memory_arena::cpu_arena;
using namespace test_support;

enum class way : unsigned char { returning, exiting, cancelled };

std::string name_of(way chosen) {
    const char* const names[] = {"returning", "exiting", "cancelled"};
    return names[static_cast<std::size_t>(chosen)];
}

struct counted {
    explicit counted(std::size_t& count) : destroyed(&count) {}
    counted(const counted&) = delete;
    counted& operator=(const counted&) = delete;
    ~counted() { ++*destroyed; }
    std::size_t* destroyed;
};

/// Its making ends the thread: its bytes are taken, and its destructor isn't registered.
struct ends_its_thread {
    ends_its_thread() { pthread_exit(nullptr); }
    ends_its_thread(const ends_its_thread&) = delete;
    ends_its_thread& operator=(const ends_its_thread&) = delete;
    ~ends_its_thread() { ADD_FAILURE() << "destroyed, and never made"; }
    std::uint64_t word = 0;
};

/// An open scope that can be kept in an optional.
struct kept_scope {
    explicit kept_scope(arena_lease& lease) : scope(lease.scope()) {}
    memory_arena::lease_scope scope;
};

/// What a thread does, one step after another, and what it leaves behind.
template <class Arena>
class work {
public:
    static constexpr std::size_t steps = 15;
    static constexpr bool is_per_thread = std::is_same_v<Arena, arena>;

    explicit work(Arena& source) : source_(source) {}

    void do_step(std::size_t step) {
        switch (step) {
            case 0: take(source_, 24); break;
            case 1: make_counted(source_); break;
            case 2:
                source_.on_reset([this] { ++destroyed_; });
                ++registered_;
                break;
            case 3: take_many(source_); break;
            case 4: take(source_, 40'000); break;
            case 5: take(source_, 300'000); break;
            case 6: static_cast<void>(source_.resource()->allocate(100)); break;
            case 7: lease_.emplace(source_.lease()); break;
            case 8: take(*lease_, 24); break;
            case 9: make_counted(*lease_); break;
            case 10: scope_.emplace(*lease_); break;
            case 11: take_many(*lease_); break;
            case 12: make_counted(*lease_); break;
            case 13: scope_.reset(); break;
            default:
                used_before_end_ = source_.used_bytes();
                static_cast<void>(source_.template new_object<ends_its_thread>());
                break;
        }
    }

    /// By another thread: goes on with the lease, ends its scope, and looks at everything.
    void inherit() {
        if (used_before_end_ && is_per_thread) {  // else the CPU may have changed
            EXPECT_EQ(source_.used_bytes(), *used_before_end_);
        }
        if (lease_) {
            static_cast<void>(lease_->try_allocate_bytes(5000));
            const std::size_t before = destroyed_;
            scope_.reset();
            EXPECT_LE(destroyed_ - before, 1U);
            take(*lease_, 100);
            lease_.reset();
        }
        std::thread([this] { take_many(source_); }).join();
        live_ranges ranges;
        ranges.merge(log_);
        if (!took_in_scope_) {
            expect_sound(ranges, source_);
        }
        EXPECT_LE(source_.usage().used, source_.capacity());
        source_.reset();
        EXPECT_EQ(destroyed_, registered_);
        EXPECT_EQ(source_.used_bytes(), 0U);
    }

private:
    template <class Source>
    void take(Source& from, std::size_t bytes) {
        log_.add_filled(from.allocate_bytes(bytes, 8), bytes, 8, 1);
    }

    template <class Source>
    void take_many(Source& from) {
        took_in_scope_ = took_in_scope_ || scope_;
        for (std::size_t count = 0; count < 2000; ++count) {
            take(from, 8 + count % 200);
        }
    }

    template <class Source>
    void make_counted(Source& from) {
        static_cast<void>(from.template new_object<counted>(destroyed_));
        ++registered_;
    }

    Arena& source_;
    range_log log_;
    std::optional<arena_lease> lease_;
    std::optional<kept_scope> scope_;
    std::optional<std::size_t> used_before_end_;
    bool took_in_scope_ = false;  ///< what was logged may be gone
    std::size_t registered_ = 0;
    std::size_t destroyed_ = 0;
};

/// The first `count` steps of a work, and then the end.
template <class Arena>
struct life {
    work<Arena>* mine;
    std::size_t count;
    way end;

    static void* run(void* context) {
        const life& self = *static_cast<life*>(context);
        for (std::size_t step = 0; step < self.count; ++step) {
            self.mine->do_step(step);
        }
        if (self.end == way::exiting) {
            pthread_exit(nullptr);
        }
        if (self.end == way::cancelled) {
            pthread_cancel(pthread_self());
            pthread_testcancel();
        }
        return nullptr;
    }
};

template <class Arena>
void end_after(std::size_t count, way end) {
    Arena source(std::size_t{16} << 20);
    for (std::size_t round = 0; round < 3; ++round) {
        work<Arena> mine(source);
        life<Arena> it{&mine, count, end};
        pthread_t thread{};
        ASSERT_EQ(pthread_create(&thread, nullptr, life<Arena>::run, &it), 0);
        ASSERT_EQ(pthread_join(thread, nullptr), 0);
        if (work<Arena>::is_per_thread) {
            EXPECT_LE(source.usage().lanes, 2U);  // the thread's, and the lease's
        }
        mine.inherit();
        EXPECT_EQ(source.generation(), round + 2);
    }
}

class thread_that_ends : public testing::TestWithParam<std::tuple<std::size_t, way>> {};

TEST_P(thread_that_ends, leaves_everything_in_order) {
    const auto [count, end] = GetParam();
    if (end == way::cancelled && work_divisor != 1) {
        GTEST_SKIP() << "AddressSanitizer trips over a stack that was left by a cancellation";
    }
    end_after<arena>(count, end);
    end_after<cpu_arena>(count, end);
}

INSTANTIATE_TEST_SUITE_P(
    after_each_step, thread_that_ends,
    testing::Combine(testing::Range<std::size_t>(0, work<arena>::steps + 1),
                     testing::Values(way::returning, way::exiting, way::cancelled)),
    [](const auto& chosen) {
        return "after_" + std::to_string(std::get<0>(chosen.param)) + "_" +
               name_of(std::get<1>(chosen.param));
    });

}  // namespace
