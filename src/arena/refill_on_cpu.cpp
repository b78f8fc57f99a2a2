#include <memory_arena/detail/cpu_lane.hpp>
#include <memory_arena/detail/lane_policy.hpp>

#include "arena/arena_core.hpp"
#include "lanes/lane_ledger.hpp"
#include "os/rseq.hpp"

/// \file
/// The refill of a `cpu_arena`: the lane of the CPU that the thread is on, which may be another one
/// at every instruction. Nothing here waits or takes a lock, so that a signal handler may come here
/// on top of any of it.

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

namespace {

/// How often a refill tries to get its TLAB into a lane: other threads may be in its way each time.
constexpr int install_attempts = 4;

/// The TLAB of a lane that others may be changing: a guess, checked by the sequence that acts on
/// it.
held_tlab guess_tlab(const lane& any, std::uintptr_t base) noexcept {
    held_tlab held;
    held.generation = any.generation.load(std::memory_order_acquire);
    // The limit before the cursor: an install sets the cursor first.
    const std::uintptr_t limit = any.limit.load(std::memory_order_acquire);
    if (limit != 0) {
        held.limit = limit - base;
        held.cursor = any.cursor.load(std::memory_order_relaxed) - base;
    }
    held.used = used_by(any, held.generation);
    return held;
}

void raise_to(std::atomic<std::size_t>& highest, std::size_t value) noexcept {
    std::size_t known = highest.load(std::memory_order_relaxed);
    while (known < value &&
           !highest.compare_exchange_weak(known, value, std::memory_order_relaxed)) {
    }
}

}  // namespace

void* arena_core::allocate_on_cpu(std::size_t bytes, std::size_t alignment) noexcept {
    std::size_t home = shards_.home_of(os::thread_mark());
    for (int attempt = 0; attempt < install_attempts; ++attempt) {
        // First, and after each attempt: a bump that was merely interrupted needs no TLAB.
        void* result = nullptr;
        if (per_cpu::bump(face_, bytes, alignment, result)) {
            return result;
        }
        const int index = os::current_index(face_.location);
        if (index < 0 || static_cast<std::size_t>(index) >= max_lane_count) {
            break;
        }
        lane& here = lanes_[index];
        raise_to(cpus_seen_, static_cast<std::size_t>(index) + 1);
        home = shards_.home_of(static_cast<std::uint64_t>(index));
        held_tlab held = guess_tlab(here, address_of(0));
        // What went past the lane counts as well: else one that only ever saw blocks too large for
        // its first TLAB would never get a larger one.
        if (const std::uint64_t generation = now(); held.generation != generation) {
            held = {};
            held.generation = generation;
        }
        held.used += shards_.direct_bytes_at(home, held.generation);
        const grant got = passed(shards_.claim(home, {bytes, alignment, &held}));
        bool in_lane = false;
        if (got.what == grant::kind::extension) {
            in_lane = extend_on_cpu(
                lanes_, face_.location, got.generation, address_of(got.begin), address_of(got.end));
        } else if (got.what == grant::kind::tlab) {
            in_lane = install_on_cpu(lanes_, face_.location, face_.generation, got.generation,
                                     address_of(got.begin), address_of(got.end), here);
        } else {
            return serve_directly(got, home, bytes, alignment);
        }
        if (!in_lane) {
            // The lane has moved on, or holds more: the run serves this request alone.
            result = serve_directly(got, home, bytes, alignment);
            if (result != nullptr) {
                return result;
            }
            continue;
        }
        here.refills.fetch_add(1, std::memory_order_relaxed);
    }
    void* result = nullptr;
    if (per_cpu::bump(face_, bytes, alignment, result)) {
        return result;
    }
    const grant got = passed(shards_.claim(home, {bytes, alignment, nullptr}));
    return serve_directly(got, home, bytes, alignment);
}

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
