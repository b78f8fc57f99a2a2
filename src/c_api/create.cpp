#include <limits>
#include <new>
#include <string_view>
#include <system_error>

#include <memory_arena/memory_arena.h>
#include <memory_arena/arena.hpp>
#include <memory_arena/arena_options.hpp>

#include "c_api/handle.hpp"
#include "c_api/sized_struct.hpp"
#include "c_api/usage.hpp"

/// \file
/// Arenas for C: made from the options as C has them, and destroyed.

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

namespace {

template <class Enum>
constexpr auto number_of(Enum value) noexcept {
    return static_cast<unsigned>(value);
}

static_assert(MEMORY_ARENA_PAGES_TRANSPARENT_HUGE == number_of(page_kind::transparent_huge) &&
              MEMORY_ARENA_PAGES_EXPLICIT_HUGE == number_of(page_kind::explicit_huge) &&
              MEMORY_ARENA_NUMA_INTERLEAVE == number_of(numa_placement::interleave) &&
              MEMORY_ARENA_NUMA_BIND == number_of(numa_placement::bind));

constexpr std::uint32_t known_flags =
    MEMORY_ARENA_LANES_PER_CPU | MEMORY_ARENA_EXCLUDE_FROM_CORE_DUMPS |
    MEMORY_ARENA_NAMED_MAPPINGS | MEMORY_ARENA_WIPE_AT_RESET | MEMORY_ARENA_LISTED;

bool are_known(const memory_arena_options_t& given) noexcept {
    return given.pages <= MEMORY_ARENA_PAGES_EXPLICIT_HUGE &&
           given.numa <= MEMORY_ARENA_NUMA_BIND && (given.flags & ~known_flags) == 0 &&
           given.reserved == 0 &&
           // Calls that throw make it there, and there are none in C.
           ((given.flags & MEMORY_ARENA_LANES_PER_CPU) == 0 || given.on_soft_limit == nullptr) &&
           (given.buffer != nullptr || given.buffer_bytes == 0);
}

void tell_of_soft_limit(void* context, const arena_usage& now) noexcept {
    const auto& handle = *static_cast<const memory_arena_s*>(context);
    const memory_arena_usage_t figures = c_usage(now);
    handle.on_soft_limit(handle.soft_limit_context, &figures);
}

void tell_of_prefault(void* context, std::size_t done, std::size_t all) noexcept {
    const auto& handle = *static_cast<const memory_arena_s*>(context);
    handle.on_prefault(handle.prefault_context, done, all);
}

void replace_unless_0(std::size_t& value, std::size_t given) noexcept {
    if (given != 0) {
        value = given;
    }
}

/// Expects options that are known. A C program's soft limit without a callback does nothing, as it
/// does in C++.
arena_options options_of(const memory_arena_options_t& given, memory_arena_s& handle) noexcept {
    const auto has = [&given](std::uint32_t flag) { return (given.flags & flag) != 0; };
    arena_options options;
    options.capacity = given.capacity;
    if (given.name != nullptr) {
        options.name = given.name;
    }
    replace_unless_0(options.shard_count, given.shard_count);
    replace_unless_0(options.max_tlab_bytes, given.max_tlab_bytes);
    replace_unless_0(options.lane_count, given.lane_count);
    options.buffer = {static_cast<std::byte*>(given.buffer), given.buffer_bytes};
    options.budget = given.budget;
    options.soft_limit = given.soft_limit;
    if (given.on_soft_limit != nullptr) {
        handle.on_soft_limit = given.on_soft_limit;
        handle.soft_limit_context = given.soft_limit_context;
        options.on_soft_limit = &tell_of_soft_limit;
        options.soft_limit_context = &handle;
    }
    options.pages = static_cast<page_kind>(given.pages);
    options.prefault_bytes = given.prefault_bytes;
    if (given.on_prefault != nullptr) {
        handle.on_prefault = given.on_prefault;
        handle.prefault_context = given.prefault_context;
        options.on_prefault = &tell_of_prefault;
        options.prefault_context = &handle;
    }
    options.numa = static_cast<numa_placement>(given.numa);
    options.numa_nodes = given.numa_nodes;
    options.exclude_from_core_dumps = has(MEMORY_ARENA_EXCLUDE_FROM_CORE_DUMPS);
    options.named_mappings = has(MEMORY_ARENA_NAMED_MAPPINGS);
    options.wipe_at_reset = has(MEMORY_ARENA_WIPE_AT_RESET);
    options.listed = has(MEMORY_ARENA_LISTED);
    options.quarantine = given.quarantine;
    return options;
}

memory_arena_status status_of(const std::error_code& error) noexcept {
    // The options' own complaint; the system's EINVAL is of the other category.
    if (error == std::make_error_code(std::errc::invalid_argument)) {
        return MEMORY_ARENA_INVALID_ARGUMENT;
    }
    return -static_cast<memory_arena_status>(error.value());
}

std::unique_ptr<memory_arena_s> create(const memory_arena_options_t* options,
                                       memory_arena_status& status) noexcept {
    memory_arena_options_t given;
    status = MEMORY_ARENA_INVALID_ARGUMENT;
    if (options == nullptr || !copy_in(given, *options) || !are_known(given)) {
        return nullptr;
    }
    std::error_code error = std::make_error_code(std::errc::not_enough_memory);
    std::unique_ptr<memory_arena_s> handle(new (std::nothrow) memory_arena_s);
    if (handle != nullptr) {
        const arena_options wanted = options_of(given, *handle);
        if ((given.flags & MEMORY_ARENA_LANES_PER_CPU) != 0) {
            handle->by_cpu = cpu_arena::try_make(wanted, error);
        } else {
            handle->by_thread = arena::try_make(wanted, error);
        }
    }
    status = status_of(error);
    if (error) {
        handle.reset();
    }
    return handle;
}

}  // namespace

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail

extern "C" {

memory_arena_t* memory_arena_create(const memory_arena_options_t* options,
                                    memory_arena_status* status) noexcept {
    memory_arena_status became = MEMORY_ARENA_OK;
    memory_arena_t* const result = memory_arena::detail::create(options, became).release();
    if (status != nullptr) {
        *status = became;
    }
    return result;
}

void memory_arena_destroy(memory_arena_t* arena) noexcept { delete arena; }

}  // extern "C"
