#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <system_error>

#include <memory_arena/arena.hpp>
#include <memory_arena/lease.hpp>

#include "arena/arena_list.hpp"
#include "arena/cleanup_lists.hpp"
#include "arena/recent_peaks.hpp"
#include "arena/show_parts.hpp"
#include "lanes/lane_ledger.hpp"
#include "lanes/lease_table.hpp"
#include "os/virtual_memory.hpp"
#include "reserve/page_hold.hpp"
#include "reserve/reserve.hpp"
#include "shards/request.hpp"
#include "shards/shard_set.hpp"

/// \file
/// The compiled half of an arena: all that the bump doesn't need (rank 4).

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

/// Lives at the beginning of the arena's control pages, before its shards and its lane table:
///
///     [arena_core | shards | colour | lanes | lanes that stay empty, of a watched arena]
///
/// Everything behind the core is kernel-fresh zero bytes, which are shards and lanes that hold
/// nothing: it is committed only as it is used.
class arena_core {
public:
    /// Makes an arena of `options` behind `face`. What is wrong, if something is, and then nothing
    /// was made; an error of the generic category comes from the options, which `complaint` then
    /// explains, one of the system category from the call os::map_call.
    [[nodiscard]] static std::error_code open(arena_face& face, lane_kind kind,
                                              const arena_options& options,
                                              const char*& complaint) noexcept;

    /// Runs what is registered, then gives everything back.
    static void close(arena_face& face) noexcept;

    arena_core(const arena_core&) = delete;
    arena_core& operator=(const arena_core&) = delete;

    /// `bytes` (not 0) at `alignment` (a power of two) that the bump had no room for; null when
    /// exhausted.
    [[nodiscard]] void* allocate(std::size_t bytes, std::size_t alignment) noexcept;

    /// The block that ends at `end` goes on for `more` bytes: whether it does. It is one that the
    /// bump couldn't extend.
    [[nodiscard]] bool extend_in_place(std::uintptr_t end, std::size_t more) noexcept;
    [[nodiscard]] bool extend_in_place(lease_lane& mine, std::uintptr_t end,
                                       std::size_t more) noexcept;

    /// Takes the block at `begin` back, if it went past the TLAB.
    void give_back(std::uintptr_t begin, std::size_t bytes) noexcept;
    void give_back(lease_lane& mine, std::uintptr_t begin, std::size_t bytes) noexcept;

    // The same where a memory checker is told of each block (src/arena/watched.cpp).
    [[nodiscard]] void* allocate_watched(std::size_t bytes, std::size_t alignment) noexcept;
    [[nodiscard]] void* allocate_watched(lease_lane& mine, std::size_t bytes,
                                         std::size_t alignment) noexcept;
    [[nodiscard]] bool grow_watched(const block_change& block) noexcept;
    [[nodiscard]] bool grow_watched(lease_lane& mine, const block_change& block) noexcept;
    void shrink_watched(const block_change& block) noexcept;
    void shrink_watched(lease_lane& mine, const block_change& block) noexcept;
    void give_back_watched(std::uintptr_t begin, std::size_t bytes) noexcept;
    void give_back_watched(lease_lane& mine, std::uintptr_t begin, std::size_t bytes) noexcept;

    /// A lane for a lease; null, and why, where the system has no memory for it.
    [[nodiscard]] lease_lane* open_lease(std::error_code& error) noexcept;
    void close_lease(lease_lane& mine) noexcept;

    /// allocate() for a lease.
    [[nodiscard]] void* allocate_on_lease(lease_lane& mine, std::size_t bytes,
                                          std::size_t alignment) noexcept;

    /// Those of this generation.
    [[nodiscard]] std::size_t open_scopes(const lease_lane& mine) const noexcept {
        return mine.book_generation == now() ? mine.open_scopes : 0;
    }
    [[nodiscard]] scope_mark open_scope(lease_lane& mine) noexcept;
    void close_scope(lease_lane& mine, const scope_mark& mark) noexcept;

    /// Registers the first destructor of a lease in a generation or a scope. `stamp` as below.
    void register_cleanup(lease_lane& mine, cleanup_record* record, std::uint64_t stamp) noexcept;

    /// Registers the first destructor of this thread in a generation, and those of threads without
    /// a lane. `stamp` is the lane's generation when the record was allocated: if a reset (of a
    /// caller that breaks the contract) has ended it since, the record is lost.
    void register_cleanup(cleanup_record* record, std::uint64_t stamp) noexcept;

    void reset(retain kept) noexcept;
    void trim(std::size_t keep) noexcept;
    void set_budget(std::size_t bytes) noexcept { shards_.edge().set_budget(bytes); }

    /// At the end of a refill: tells of the soft limit, if the frontier has passed it, and nobody
    /// has in this generation. In a call that `tries`, which of a cpu_arena may be in a signal
    /// handler, not then.
    void watch_soft_limit(bool tries) noexcept {
        if (on_soft_limit_ != nullptr && (!tries || kind_ != lane_kind::cpu)) [[unlikely]] {
            compare_with_soft_limit();
        }
    }

    /// The system refused what the arena asked it for, and the arena goes on without.
    void count_refusal() noexcept { refused_.fetch_add(1, std::memory_order_relaxed); }

    [[nodiscard]] arena_usage usage() const noexcept;
    /// Shows `viewer` all shards, and all lanes of this generation (src/arena/show_parts.cpp). The
    /// figures beside them.
    [[nodiscard]] arena_usage show_parts(part_viewer& viewer) const;
    [[nodiscard]] std::size_t used_bytes() const noexcept;
    [[nodiscard]] std::size_t remaining_bytes() const noexcept;
    /// How far the frontier has come in this generation, and in any since pages were given back.
    [[nodiscard]] std::size_t reached() const noexcept { return shards_.edge().bytes(now()); }
    [[nodiscard]] std::size_t touched() const noexcept { return shards_.edge().touched(); }
    [[nodiscard]] lane_kind kind() const noexcept { return kind_; }
    [[nodiscard]] std::size_t block_bytes() const noexcept { return shape_.block_bytes(); }
    [[nodiscard]] std::size_t capacity() const noexcept { return region_.capacity(); }
    [[nodiscard]] bool contains(const void* pointer) const noexcept {
        return region_.contains(pointer, shards_.edge().region_begin(now()));
    }
    [[nodiscard]] std::string_view name() const noexcept { return {name_.data(), name_length_}; }

    /// Where the arena's memory resource is made, once (src/adaptors/memory_resource.cpp).
    struct resource_slot {
        std::once_flag once;
        alignas(void*) std::array<std::byte, 2 * sizeof(void*)> storage{};
    };
    [[nodiscard]] resource_slot& resource() noexcept { return resource_; }

private:
    arena_core(arena_face& face, lane_kind kind, const arena_options& options, std::uint64_t serial,
               os::pages control, reserve region) noexcept;
    ~arena_core() = default;

    [[nodiscard]] std::uint64_t now() const noexcept {
        return face_.generation.load(std::memory_order_acquire);
    }
    [[nodiscard]] lane* own_lane() const noexcept;
    [[nodiscard]] std::size_t lanes_in_use() const noexcept;
    /// Those of threads, or of CPUs, and those of leases.
    template <class Visit>
    void for_each_lane(Visit visit) const noexcept {
        const std::size_t count = lanes_in_use();
        for (std::size_t index = 0; index < count; ++index) {
            visit(lanes_[index]);
        }
        const std::size_t leases = leases_.ever_taken();
        for (std::size_t number = 0; number < leases; ++number) {
            visit(leases_[number]);
        }
    }
    [[nodiscard]] std::size_t used_in_generation(std::uint64_t generation) const noexcept;
    [[nodiscard]] held_tlab tlab_of(const lane& mine) const noexcept;
    [[nodiscard]] void* allocate_on_thread(std::size_t bytes, std::size_t alignment) noexcept;
    [[nodiscard]] void* allocate_on_cpu(std::size_t bytes, std::size_t alignment) noexcept;
    [[nodiscard]] void* serve_directly(const grant& got, std::size_t home, std::size_t bytes,
                                       std::size_t alignment) noexcept;
    [[nodiscard]] std::uintptr_t address_of(std::size_t position) const noexcept {
        return reinterpret_cast<std::uintptr_t>(region_.begin()) + position;
    }
    [[nodiscard]] void* refill_lane(lane& mine, std::size_t home, std::size_t bytes,
                                    std::size_t alignment) noexcept;
    [[nodiscard]] void* serve_from_tlab(lane& mine, std::size_t bytes,
                                        std::size_t alignment) noexcept;
    /// Serves the request at `position`, which was claimed for it alone.
    [[nodiscard]] void* serve_beside_tlab(lane& mine, std::size_t position, std::size_t bytes,
                                          std::size_t alignment, bool whole_blocks) const noexcept {
        const std::uintptr_t begin = address_of(position);
        const std::size_t padding = padding_to(begin, alignment);
        const std::size_t used = padding + round_up(bytes, granule);
        settle(mine, used);
        note_beside(mine, {begin + used, whole_blocks});
        return reinterpret_cast<void*>(begin + padding);  // NOLINT(performance-no-int-to-ptr)
    }
    [[nodiscard]] std::size_t home_of(const lane& mine) const noexcept {
        return shards_.home_of(static_cast<std::uint64_t>(&mine - lanes_));
    }
    [[nodiscard]] std::size_t home_of(const lease_lane& mine) const noexcept;
    template <class Allocate>
    [[nodiscard]] bool extend_tlab(lane& mine, std::size_t home, std::uintptr_t end,
                                   std::size_t more, Allocate allocate) noexcept;
    [[nodiscard]] bool extend_block(lane& mine, std::size_t home, std::uintptr_t end,
                                    std::size_t more) noexcept;
    [[nodiscard]] bool extend_on_cpu_lane(std::uintptr_t end, std::size_t more) noexcept;
    void give_back_block(lane& mine, std::size_t home, std::uintptr_t begin,
                         std::size_t bytes) noexcept;
    [[nodiscard]] chunk tlab_as_chunk(const lane& mine) const noexcept;
    [[nodiscard]] bool fits(const chunk& free, std::size_t bytes,
                            std::size_t alignment) const noexcept;
    [[nodiscard]] void* serve_from_kept(lease_lane& mine, std::size_t index, std::size_t bytes,
                                        std::size_t alignment) noexcept;
    [[nodiscard]] void* allocate_in_scope(lease_lane& mine, std::size_t bytes,
                                          std::size_t alignment) noexcept;
    [[nodiscard]] std::size_t most_to_hold(const lease_lane& mine, std::size_t used) const noexcept;
    [[nodiscard]] std::size_t useful_chunk_bytes(lease_lane& mine, std::size_t needed) noexcept;
    void shed_chunks(lease_lane& mine) noexcept;
    [[nodiscard]] void* serve_in_scope(lease_lane& mine, std::size_t index, std::size_t bytes,
                                       std::size_t alignment) noexcept;
    [[nodiscard]] bool shelve(const lease_lane& mine, chunk& unneeded) noexcept;
    [[nodiscard]] bool make_room_on_tape(lease_lane& mine) noexcept;
    [[nodiscard]] bool run_cleanups(std::uint64_t generation) noexcept;
    void describe_path(arena_usage& result) const noexcept;
    void compare_with_soft_limit() noexcept;
    [[nodiscard]] std::size_t bytes_to_keep(retain kept, std::uint64_t generation) noexcept;
    [[nodiscard]] std::uint64_t reset_cleaning(std::size_t keep) noexcept;
    /// Ends the generation, and has the next one begin in another region (of a quarantine).
    [[nodiscard]] std::uint64_t reset_in_regions() noexcept;
    [[nodiscard]] bool discard(std::size_t begin, std::size_t end) noexcept;
    void renew_words(std::uint64_t turn) noexcept;
    /// What was just claimed isn't being given back to the system, or no longer.
    [[nodiscard]] grant passed(grant got) noexcept {
        hold_.pass(got.end);
        if (face_.is_watched()) [[unlikely]] {
            forbid(got.begin, got.end);
        }
        return got;
    }
    void begin_watch() noexcept;
    void end_watch() noexcept;
    void forbid(std::size_t begin, std::size_t end) const noexcept;
    void forbid_all(std::uint64_t generation) const noexcept;
    void forbid_undone(lease_lane& mine, const scope_mark& mark) const noexcept;
    void wipe(std::size_t begin, std::size_t bytes) const noexcept;

    static constexpr std::size_t max_name_length = 63;

    arena_face& face_;
    lane_kind kind_;
    os::pages control_;
    reserve region_;
    geometry shape_;
    lane* lanes_ = nullptr;  ///< the first that a thread, or a CPU, can have
    std::size_t lane_count_;
    std::atomic<std::size_t> cpus_seen_{0};  ///< one more than the highest CPU number in a refill
    std::atomic<std::size_t> refused_;
    std::size_t renewals_per_reset_ = 1;
    std::size_t name_length_;
    std::array<char, max_name_length + 1> name_{};
    resource_slot resource_;
    list_entry in_list_;
    lease_table leases_;
    bool wipes_;
    bool closes_regions_;  ///< those of generations that have ended: arena_options::quarantine
    bool plainly_reset_;   ///< where all pages are kept, a reset has nothing to do with them
    std::size_t soft_limit_;
    soft_limit_callback on_soft_limit_;
    void* soft_limit_context_;
    std::atomic<std::uint64_t> soft_limit_told_in_{0};  ///< the last generation
    recent_peaks peaks_;
    page_hold hold_;
    alignas(isolation) shard_set shards_;
    alignas(isolation) cleanup_lists cleanups_;
};

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
