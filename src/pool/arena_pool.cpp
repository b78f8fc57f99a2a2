#include <memory_arena/arena_pool.hpp>

#include <memory>
#include <stdexcept>
#include <system_error>

#include <memory_arena/detail/exceptions.hpp>

#include "os/virtual_memory.hpp"
#include "pool/pool_core.hpp"

/// \file
/// The calls of arena_pool.hpp's inlined half on the compiled half.

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

namespace {

void require(bool right, const char* complaint) {
    if (!right) {
        raise(std::invalid_argument(complaint));
    }
}

check_out acquire(pool_core& pool, const waiting_room::clock::time_point* deadline) {
    std::error_code error;
    check_out got = pool.try_acquire(error);
    if (got.slot != nullptr) [[likely]] {
        return got;
    }
    if (!error) {
        got = pool.wait_for_one(deadline, error);
    }
    if (error) {
        raise(std::system_error(error, os::origin_of(error, "memory_arena: a pool's arena")));
    }
    return got;
}

}  // namespace

pool_core& open_pool(const arena_pool_options& options) {
    require(options.arena_count > 0 && options.arena_count <= max_pool_arenas,
            "memory_arena: a pool has 1 to max_pool_arenas arenas");
    require(options.prepared_count > 0 && options.prepared_count <= options.arena_count,
            "memory_arena: a pool prepares 1 to arena_count arenas");
    require(
        options.arena.buffer.empty(), "memory_arena: the arenas of a pool would share the buffer");
    auto core = std::make_unique<pool_core>(options);
    core->prepare(options.prepared_count);
    return *core.release();
}

void close_pool(pool_core& pool) noexcept { delete &pool; }

check_out acquire_from(pool_core& pool) { return acquire(pool, nullptr); }

check_out acquire_from(pool_core& pool, std::chrono::steady_clock::time_point deadline) {
    const check_out got = acquire(pool, &deadline);
    if (got.slot == nullptr) {
        pool.count_refusal();
    }
    return got;
}

check_out try_acquire_from(pool_core& pool) noexcept {
    std::error_code error;
    const check_out got = pool.try_acquire(error);
    if (got.slot == nullptr) {
        pool.count_refusal();
    }
    return got;
}

void return_to_pool(pool_slot& slot) noexcept { slot.pool->give_back(slot); }

void trim_pool(pool_core& pool, std::size_t keep) noexcept { pool.trim(keep); }

arena_pool_usage usage_of(const pool_core& pool) noexcept { return pool.usage(); }

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
