#include "arena/page_options_of.hpp"

#include "os/memory_checker.hpp"
#include "os/virtual_memory.hpp"
#include "reserve/reserve.hpp"

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

namespace {

// The lower rank doesn't know the public names, and each is the other's number.
static_assert(static_cast<int>(page_kind::standard) == static_cast<int>(page_size::standard));
static_assert(static_cast<int>(page_kind::transparent_huge) ==
              static_cast<int>(page_size::transparent_huge));
static_assert(static_cast<int>(page_kind::explicit_huge) ==
              static_cast<int>(page_size::explicit_huge));
static_assert(static_cast<int>(numa_placement::first_touch) ==
              static_cast<int>(os::numa_policy::none));
static_assert(static_cast<int>(numa_placement::interleave) ==
              static_cast<int>(os::numa_policy::interleave));
static_assert(static_cast<int>(numa_placement::bind) == static_cast<int>(os::numa_policy::bind));

const char* complaint_beside_a_buffer(const arena_options& options) noexcept {
    if (options.pages != page_kind::standard) {
        return "arena_options: pages can't be chosen for a buffer";
    }
    if (options.prefault_bytes != 0) {
        return "arena_options: prefault_bytes must be 0 where a buffer is given";
    }
    if (options.numa != numa_placement::first_touch) {
        return "arena_options: numa can't be chosen for a buffer";
    }
    if (options.exclude_from_core_dumps) {
        return "arena_options: a buffer can't be excluded from core dumps";
    }
    if (options.named_mappings) {
        return "arena_options: the mapping of a buffer can't be named";
    }
    if (options.quarantine != 0) {
        return "arena_options: quarantine must be 0 where a buffer is given";
    }
    return nullptr;
}

bool fit(const region_table& regions) noexcept {
    return regions.stride <= max_capacity / regions.count;
}

/// Under a memory checker generations have memory in turn, whether they were asked to or not: what
/// the next one allocates isn't permitted where a stale pointer leads to.
std::size_t quarantine_of(const arena_options& options) noexcept {
    constexpr std::size_t watched = 3;
    if (options.quarantine != 0 || !os::has_memory_checker() || !options.buffer.empty() ||
        options.pages == page_kind::explicit_huge) {
        return options.quarantine;
    }
    // No capacity is another one for that: regions are whole pages.
    const bool whole_pages = options.capacity % os::page_bytes() == 0;
    return whole_pages && fit(reserve::table_of(options.capacity, 1 + watched)) ? watched : 0;
}

}  // namespace

const char* complaint_about_pages(const arena_options& options) noexcept {
    if (options.pages > page_kind::explicit_huge) {
        return "arena_options: pages is no page_kind";
    }
    if (options.numa > numa_placement::bind) {
        return "arena_options: numa is no numa_placement";
    }
    if (options.numa == numa_placement::first_touch && options.numa_nodes != 0) {
        return "arena_options: numa_nodes are for interleave and bind only";
    }
    if (options.numa != numa_placement::first_touch && options.numa_nodes == 0) {
        return "arena_options: interleave and bind need numa_nodes";
    }
    return options.buffer.empty() ? nullptr : complaint_beside_a_buffer(options);
}

const char* complaint_about_quarantine(const arena_options& options) noexcept {
    if (options.quarantine > max_quarantine) {
        return "arena_options: quarantine is above max_quarantine";
    }
    if (options.quarantine != 0 && options.pages == page_kind::explicit_huge) {
        return "arena_options: explicit huge pages can't be quarantined";
    }
    if (!fit(reserve::table_of(options.capacity, 1 + options.quarantine))) {
        return "arena_options: capacity and its quarantine are above max_capacity";
    }
    return nullptr;
}

page_options page_options_of(const arena_options& options) noexcept {
    return {.size = static_cast<page_size>(options.pages),
            .policy = static_cast<os::numa_policy>(options.numa),
            .nodes = options.numa_nodes,
            .exclude_from_core_dumps = options.exclude_from_core_dumps,
            .is_named = options.named_mappings,
            .name = options.name,
            .quarantine = quarantine_of(options)};
}

page_kind kind_of(page_size size) noexcept { return static_cast<page_kind>(size); }

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
