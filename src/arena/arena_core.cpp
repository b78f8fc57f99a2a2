#include "arena/arena_core.hpp"

#include <algorithm>
#include <new>
#include <utility>

#include "arena/contract.hpp"
#include "arena/page_options_of.hpp"
#include "lanes/lane_ledger.hpp"
#include "lanes/lane_registry.hpp"
#include "os/advice.hpp"
#include "os/memory_checker.hpp"
#include "os/rseq.hpp"

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

namespace {

/// Arenas made by this process so far.
constinit std::atomic<std::uint64_t> arenas_made{0};

/// Lane tables, and reserves, of different arenas start at different places within a page: else a
/// thread that uses many arenas in turn finds all its lanes, and all its new objects, in one set of
/// the L1 cache.
constexpr std::size_t colours = 4096 / isolation;

std::size_t colour_of(std::uint64_t serial) noexcept {
    return static_cast<std::size_t>(serial % colours) * isolation;
}

/// Where the parts of an arena's control pages begin.
struct control_layout {
    static constexpr std::size_t lanes_size = lane_table_size * sizeof(lane);

    std::size_t shards = round_up(sizeof(arena_core), isolation);
    std::size_t lanes = 0;
    std::size_t bytes = 0;

    control_layout(std::size_t shard_count, std::uint64_t serial) noexcept {
        const std::size_t behind_shards = round_up(shards + shard_count * sizeof(shard), 4096);
        lanes = behind_shards + colour_of(serial);
        bytes = behind_shards + colours * isolation + lanes_size;
    }
};

const char* complaint_about(const arena_options& options) noexcept {
    if (options.buffer.data() != nullptr || !options.buffer.empty()) {
        if (options.capacity != 0) {
            return "arena_options: capacity must be 0 where a buffer is given";
        }
        if (usable_part(options.buffer).empty()) {
            return "arena_options: the buffer is too small";
        }
        if (usable_part(options.buffer).size() > max_capacity) {
            return "arena_options: the buffer is larger than max_capacity";
        }
    } else if (options.capacity == 0) {
        return "arena_options: capacity is 0";
    } else if (options.capacity > max_capacity) {
        return "arena_options: capacity is above max_capacity";
    } else if (const char* const complaint = complaint_about_quarantine(options)) {
        return complaint;
    }
    if (options.shard_count < 1 || options.shard_count > shard_set::max_shards) {
        return "arena_options: shard_count is not within 1 to 64";
    }
    if (options.max_tlab_bytes < 1024 || options.max_tlab_bytes > std::size_t{128} << 10) {
        return "arena_options: max_tlab_bytes is not within 1 KiB to 128 KiB";
    }
    if (options.lane_count < 1 || options.lane_count > max_lane_count) {
        return "arena_options: lane_count is not within 1 to 4096";
    }
    return complaint_about_pages(options);
}

}  // namespace

std::error_code arena_core::open(arena_face& face, lane_kind kind, const arena_options& options,
                                 const char*& complaint) noexcept {
    complaint = complaint_about(options);
    if (options.listed && walks_the_list()) {
        complaint = "arena_options: listed, within for_each_arena";
    }
    if (complaint != nullptr) {
        return std::make_error_code(std::errc::invalid_argument);
    }
    const std::uint64_t serial = arenas_made.fetch_add(1, std::memory_order_relaxed);
    reserve region;
    if (options.buffer.empty()) {
        if (const std::error_code error =
                region.map(options.capacity, colour_of(serial), page_options_of(options))) {
            return error;
        }
    } else {
        region.borrow(options.buffer);
    }
    os::pages control;
    const std::size_t empty_table = os::has_memory_checker() ? control_layout::lanes_size : 0;
    if (const std::error_code error =
            control.map(control_layout(options.shard_count, 0).bytes + empty_table)) {
        return error;
    }
    if constexpr (is_checked) {
        if (!open_contract(face.contract, options.name)) {
            return std::make_error_code(std::errc::not_enough_memory);
        }
    }
    const bool unnamed =
        options.named_mappings && os::name_pages(control.begin(), control.bytes(), options.name);
    region.prefault(options.prefault_bytes, options.on_prefault, options.prefault_context);
    std::byte* const place = control.begin();
    auto* const core = ::new (place)
        arena_core(face, kind, options, serial, std::move(control), std::move(region));
    if (unnamed) {
        core->count_refusal();
    }
    if (options.listed) {
        add_to_list(core->in_list_, face, kind);
    }
    return {};
}

arena_core::arena_core(arena_face& face, lane_kind kind, const arena_options& options,
                       std::uint64_t serial, os::pages control, reserve region) noexcept
    : face_(face),
      kind_(kind),
      control_(std::move(control)),
      region_(std::move(region)),
      shape_(region_.capacity(), 64, region_.regions()),
      lane_count_(options.lane_count),
      refused_(region_.refused_by_map()),
      name_length_(std::min(options.name.size(), max_name_length)),
      wipes_(options.wipe_at_reset),
      closes_regions_(options.quarantine != 0),
      plainly_reset_(!wipes_ && region_.regions().count == 1),
      soft_limit_(options.soft_limit),
      on_soft_limit_(options.soft_limit != 0 ? options.on_soft_limit : nullptr),
      soft_limit_context_(options.soft_limit_context),
      shards_(shape_, {options.shard_count, options.max_tlab_bytes},
              reinterpret_cast<shard*>(control_.begin() + control_layout(0, 0).shards),
              region_.begin(), face.generation),
      cleanups_(shape_, region_.begin(), face.generation) {
    auto* table = reinterpret_cast<lane*>(
        control_.begin() + control_layout(options.shard_count, serial).lanes);
    lanes_ = table + first_lane;
    std::copy_n(options.name.data(), name_length_, name_.data());
    if (options.budget != 0) {
        set_budget(options.budget);
    }
    shards_.edge().note_touched(region_.prefaulted_bytes());
    // Looks at every shard: else a reset does so later (renew_words), and faults a page.
    static_cast<void>(shards_.direct_bytes(0));
    const std::uint64_t quarter =
        std::min({shards_.edge().field().quarter(), shards_.run_field().quarter(),
                  cleanups_.field().quarter()});
    renewals_per_reset_ += static_cast<std::size_t>((shards_.renewable_words() + 1) / quarter);
    face.lanes = kind == lane_kind::cpu ? lanes_ : table;
    face.location = os::rseq().location;
    face.core = this;
    if (os::has_memory_checker()) {
        if (kind == lane_kind::thread) {
            face.lanes = reinterpret_cast<lane*>(
                control_.begin() + control_layout(options.shard_count, 0).bytes);
        }
        begin_watch();
    }
    // Arenas never share generations: what remembers one of an arena that is gone finds no match in
    // another at its address.
    face.generation_base = serial << 32;
    face.generation.store(face.generation_base + 1, std::memory_order_relaxed);
}

void arena_core::close(arena_face& face) noexcept {
    arena_core* const core = face.core;
    take_from_list(core->in_list_);  // first: who walks the list finds arenas that are whole
    const std::uint64_t generation = core->now();
    if (core->cleanups_.any_in(generation)) {
        static_cast<void>(core->run_cleanups(generation));
    }
    if (core->wipes_) {
        const frontier& edge = core->shards_.edge();
        core->wipe(edge.region_begin(generation), edge.bytes(generation));
    }
    if (face.is_watched()) {
        core->end_watch();
    }
    // The core lies in the pages that it owns: they go last.
    const os::pages control = std::move(core->control_);
    core->~arena_core();
    face.core = nullptr;
}

lane* arena_core::own_lane() const noexcept {
    if (kind_ == lane_kind::cpu) {
        return nullptr;
    }
    const std::size_t index = assigned_lane();
    return index < lane_count_ ? lanes_ + index : nullptr;
}

std::size_t arena_core::lanes_in_use() const noexcept {
    // Relaxed: who knows of an allocation knows of it by what orders this, too.
    return kind_ == lane_kind::cpu ? cpus_seen_.load(std::memory_order_relaxed)
                                   : std::min(lane_count_, lanes_ever_assigned());
}

void* arena_core::allocate(std::size_t bytes, std::size_t alignment) noexcept {
    if (bytes > region_.capacity()) {
        return nullptr;
    }
    if (bytes > shape_.large_bytes() && kind_ == lane_kind::thread && !face_.is_watched()) {
        // A thread that has allocated in this generation, and whom nobody is in the way of: most
        // large requests are served by this one compare-and-swap.
        lane& mine = detail::own_lane(lanes_ - first_lane);
        const std::uint64_t generation = mine.generation.load(std::memory_order_relaxed);
        const shard_set::bytes_range got =
            shards_.take_large(home_of(mine), bytes, alignment, generation);
        if (got.end != 0) {
            hold_.pass(got.end);
            return serve_beside_tlab(mine, got.begin, bytes, alignment, true);
        }
    }
    return kind_ == lane_kind::cpu ? allocate_on_cpu(bytes, alignment)
                                   : allocate_on_thread(bytes, alignment);
}

/// Serves the request from the beginning of `got`, past any lane, and gives the rest of it back;
/// null, and all of it given back, where that is too little (an extension of a TLAB that is gone).
void* arena_core::serve_directly(const grant& got, std::size_t home, std::size_t bytes,
                                 std::size_t alignment) noexcept {
    if (got.what == grant::kind::none) {
        return nullptr;
    }
    const std::uintptr_t begin = address_of(got.begin);
    const std::size_t padding = padding_to(begin, alignment);
    const std::size_t room = got.end - got.begin;
    if (padding > room || bytes > room - padding) {
        shards_.give_back(home, got.begin, got.end, got.generation);
        return nullptr;
    }
    const std::size_t used = padding + round_up(bytes, granule);
    shards_.give_back(home, got.begin + round_up(used, tlab_boundary), got.end, got.generation);
    shards_.count_direct(home, used, got.generation);
    return reinterpret_cast<void*>(begin + padding);  // NOLINT(performance-no-int-to-ptr)
}

void arena_core::register_cleanup(cleanup_record* record, std::uint64_t stamp) noexcept {
    lane* const mine = own_lane();
    // The caller of a watched arena sees a lane that has no stamp.
    if (kind_ == lane_kind::cpu || mine == nullptr || face_.is_watched() ||
        mine->generation.load(std::memory_order_relaxed) == stamp) {
        cleanups_.add(mine, record);
    }
}

void arena_core::register_cleanup(lease_lane& mine, cleanup_record* record,
                                  std::uint64_t stamp) noexcept {
    if (face_.is_watched() || mine.generation.load(std::memory_order_relaxed) == stamp) {
        cleanups_.add(&mine, record);
    }
}

bool arena_core::run_cleanups(std::uint64_t generation) noexcept {
    return cleanups_.run(generation, {lanes_, lanes_in_use(), own_lane(), &leases_});
}

std::size_t arena_core::used_in_generation(std::uint64_t generation) const noexcept {
    std::size_t used = shards_.direct_bytes(generation);
    for_each_lane([&](const lane& any) noexcept { used += used_by(any, generation); });
    return used;
}

std::size_t arena_core::used_bytes() const noexcept {
    for (;;) {
        const std::uint64_t generation = now();
        const std::size_t used = used_in_generation(generation);
        if (now() == generation) {
            return std::min(used, capacity());
        }
    }
}

std::size_t arena_core::remaining_bytes() const noexcept {
    const std::size_t most = shards_.edge().budget();
    return most - std::min(most, used_bytes());
}

void arena_core::compare_with_soft_limit() noexcept {
    const std::uint64_t generation = now();
    // Relaxed: who finds the number of this generation has nothing to do, and acts on nothing else.
    std::uint64_t told = soft_limit_told_in_.load(std::memory_order_relaxed);
    if (told != generation && shards_.edge().bytes(generation) > soft_limit_ &&
        soft_limit_told_in_.compare_exchange_strong(told, generation, std::memory_order_relaxed)) {
        on_soft_limit_(soft_limit_context_, usage());
    }
}

void arena_core::describe_path(arena_usage& result) const noexcept {
    if (kind_ == lane_kind::cpu) {
        const os::rseq_support& support = face_.is_watched() ? os::watched_rseq() : os::rseq();
        result.path = support.numbering == os::cpu_numbering::mm_cid ? lane_path::mm_cid
                      : support.numbering == os::cpu_numbering::cpu_id
                          ? lane_path::cpu_id
                          : lane_path::shards;
        result.path_reason = support.why;
    }
}

arena_usage arena_core::usage() const noexcept {
    for (;;) {
        const std::uint64_t generation = now();
        arena_usage result;
        describe_path(result);
        result.generation = generation - face_.generation_base;
        result.reserved = capacity();
        result.refused = refused_.load(std::memory_order_relaxed);
        result.used = shards_.direct_bytes(generation);
        for_each_lane([&](const lane& any) noexcept {
            const lane_figures one = figures_of(any);
            if (one.generation == generation) {
                result.used += one.used;
                result.refills += one.refills;
                result.lanes += 1;
            }
        });
        // After used: what was used by then is below the frontier by now.
        const std::size_t edge = shards_.edge().bytes(generation);
        result.used = std::min(result.used, edge);  // a lease's scope may have been counted twice
        result.slack = edge - result.used;
        result.peak = shards_.edge().peak();
        result.pages = kind_of(region_.pages());
        result.committed =
            std::min(round_up(shards_.edge().touched(), region_.page_bytes()), capacity());
        result.budget = shards_.edge().budget();
        if (now() == generation) {
            return result;
        }
    }
}

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
