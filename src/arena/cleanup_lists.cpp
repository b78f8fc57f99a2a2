#include "arena/cleanup_lists.hpp"

#include <memory_arena/detail/lane_index.hpp>

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

namespace {

/// Tells threads apart.
const void* this_thread() noexcept { return &lane_offset; }

/// Runs the list that `newest()` is the head of, down to `until` (not run), newest first. What a
/// destructor registers on this very list comes next, before the older ones: it may use them. By
/// splicing, not by recursion: a chain of such destructors has no bound. Returns the head up to
/// which all have run.
template <class Newest>
cleanup_record* run_list(Newest newest, const cleanup_record* until) noexcept {
    cleanup_record* top = newest();
    cleanup_record* record = top;
    while (record != until) {
        cleanup_record* next = record->next;
        record->run(record);
        cleanup_record* const head = newest();
        if (head != top) {
            cleanup_record* oldest_new = head;
            while (oldest_new->next != top) {
                oldest_new = oldest_new->next;
            }
            oldest_new->next = next;
            top = next = head;
        }
        record = next;
    }
    return top;
}

}  // namespace

cleanup_lists::cleanup_lists(const geometry& shape, std::byte* base,
                             atomic_word& generation) noexcept
    : position_bits_(shape.granule_bits() + 1),
      field_(shape, position_bits_),
      base_(base),
      generation_(generation) {}

void cleanup_lists::add(lane* mine, cleanup_record* record) noexcept {
    if (mine == nullptr) {
        add_shared(record);
        return;
    }
    mark_registered(mine->generation.load(std::memory_order_relaxed));
    record->next = mine->cleanups.load(std::memory_order_relaxed);
    // Release: whoever finds the record by it also finds the object.
    mine->cleanups.store(record, std::memory_order_release);
}

void cleanup_lists::mark_registered(std::uint64_t generation) noexcept {
    std::uint64_t known = registered_in_.load(std::memory_order_relaxed);
    while (known < generation &&
           !registered_in_.compare_exchange_weak(
               known, generation, std::memory_order_release, std::memory_order_relaxed)) {
    }
}

cleanup_record* cleanup_lists::newest_shared(std::uint64_t generation) const noexcept {
    // Acquire: with the record comes the object.
    const std::uint64_t word = shared_.load(std::memory_order_acquire);
    const std::uint64_t position = word & ((std::uint64_t{1} << position_bits_) - 1);
    if (!field_.is_of(word, generation) || position == 0) {
        return nullptr;
    }
    return reinterpret_cast<cleanup_record*>(base_ + (position - 1) * granule);
}

void cleanup_lists::add_shared(cleanup_record* record) noexcept {
    const auto offset = static_cast<std::size_t>(reinterpret_cast<std::byte*>(record) - base_);
    for (;;) {
        std::uint64_t word = shared_.load(std::memory_order_acquire);
        // The word first, the generation second (see frontier::load). No reset overlaps a typed
        // call, so this is the generation of the record's bytes.
        const std::uint64_t generation = generation_.load(std::memory_order_acquire);
        mark_registered(generation);
        const std::uint64_t before = word & ((std::uint64_t{1} << position_bits_) - 1);
        const bool current = field_.is_of(word, generation) && before != 0;
        record->next =
            current ? reinterpret_cast<cleanup_record*>(base_ + (before - 1) * granule) : nullptr;
        if (shared_.compare_exchange_weak(word, field_.pack(generation) | (offset / granule + 1),
                                          std::memory_order_acq_rel, std::memory_order_relaxed)) {
            return;
        }
    }
}

bool cleanup_lists::begin_run(std::uint64_t generation) noexcept {
    std::uint64_t before = run_for_.load(std::memory_order_acquire);
    while (before < generation) {
        if (run_for_.compare_exchange_weak(before, generation, std::memory_order_acq_rel)) {
            runner_.store(this_thread(), std::memory_order_relaxed);
            return true;
        }
    }
    // Relaxed: a thread finds itself here only if it stored itself.
    if (runner_.load(std::memory_order_relaxed) != this_thread()) {
        generation_.wait(generation, std::memory_order_acquire);
    }
    return false;
}

bool cleanup_lists::run_lane(lane& any, std::uint64_t generation) noexcept {
    if (any.generation.load(std::memory_order_acquire) != generation) {
        return false;
    }
    auto newest = [&any]() noexcept { return any.cleanups.load(std::memory_order_acquire); };
    cleanup_record* const until = any.destroyed.load(std::memory_order_relaxed);
    if (newest() == until) {
        return false;
    }
    any.destroyed.store(run_list(newest, until), std::memory_order_relaxed);
    return true;
}

bool cleanup_lists::run(std::uint64_t generation, const lane_table& lanes) noexcept {
    if (!begin_run(generation)) {
        return false;
    }
    cleanup_record* shared_until = nullptr;
    for (bool moved = true; moved;) {
        auto newest = [this, generation]() noexcept { return newest_shared(generation); };
        moved = newest() != shared_until;
        shared_until = run_list(newest, shared_until);
        for (std::size_t index = 0; index < lanes.count; ++index) {
            if (lanes.first + index != lanes.own) {
                moved = run_lane(lanes.first[index], generation) || moved;
            }
        }
        for (std::size_t number = 0; number < lanes.leases->ever_taken(); ++number) {
            moved = run_lane((*lanes.leases)[number], generation) || moved;
        }
        if (lanes.own != nullptr) {
            moved = run_lane(*lanes.own, generation) || moved;
        }
    }
    runner_.store(nullptr, std::memory_order_relaxed);
    return true;
}

void cleanup_lists::renew() noexcept {
    for (;;) {
        std::uint64_t word = shared_.load(std::memory_order_acquire);
        const std::uint64_t generation = generation_.load(std::memory_order_acquire);
        if (!field_.is_old(word, generation) ||
            shared_.compare_exchange_strong(word, field_.pack(generation),
                                            std::memory_order_acq_rel, std::memory_order_relaxed)) {
            return;
        }
    }
}

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
