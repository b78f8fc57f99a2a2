#include "os/memory_checker.hpp"

#include <atomic>

#if defined(MEMORY_ARENA_KNOWS_VALGRIND)
#include <valgrind/memcheck.h>
#endif

// Weak: there where a sanitizer's run-time library is part of the program, else null.
// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming): the sanitizers' names
extern "C" {
[[gnu::weak]] void __asan_poison_memory_region(const volatile void* begin, std::size_t bytes);
[[gnu::weak]] void __asan_unpoison_memory_region(const volatile void* begin, std::size_t bytes);
[[gnu::weak]] void __msan_allocated_memory(const volatile void* begin, std::size_t bytes);
[[gnu::weak]] void __msan_poison(const volatile void* begin, std::size_t bytes);
[[gnu::weak]] void __msan_unpoison(const volatile void* begin, std::size_t bytes);
}
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)

namespace memory_arena::inline MEMORY_ARENA_ABI::os {

namespace {

constinit std::atomic<bool> ignored{false};

bool has_asan() noexcept { return __asan_poison_memory_region != nullptr; }
bool has_msan() noexcept { return __msan_allocated_memory != nullptr; }

/// memcheck's client requests: nothing where it isn't at work, or the library doesn't know it.
namespace memcheck {

#if defined(MEMORY_ARENA_KNOWS_VALGRIND)
bool is_at_work() noexcept { return RUNNING_ON_VALGRIND != 0; }
void forbid(const void* begin, std::size_t bytes) noexcept {
    VALGRIND_MAKE_MEM_NOACCESS(begin, bytes);
}
void permit(const void* begin, std::size_t bytes) noexcept {
    VALGRIND_MAKE_MEM_DEFINED(begin, bytes);
}
void permit_unwritten(const void* begin, std::size_t bytes) noexcept {
    VALGRIND_MAKE_MEM_UNDEFINED(begin, bytes);
}
void open_pool(const void* pool, std::size_t behind_each) noexcept {
    VALGRIND_CREATE_MEMPOOL(pool, behind_each, 0);
}
void close_pool(const void* pool) noexcept { VALGRIND_DESTROY_MEMPOOL(pool); }
void allocated(const void* pool, const void* block, std::size_t bytes) noexcept {
    VALGRIND_MEMPOOL_ALLOC(pool, block, bytes);
}
void freed(const void* pool, const void* block) noexcept { VALGRIND_MEMPOOL_FREE(pool, block); }
void resized(const void* pool, const void* block, std::size_t now) noexcept {
    VALGRIND_MEMPOOL_CHANGE(pool, block, block, now);
}
#else
bool is_at_work() noexcept { return false; }
void forbid(const void* /*begin*/, std::size_t /*bytes*/) noexcept {}
void permit(const void* /*begin*/, std::size_t /*bytes*/) noexcept {}
void permit_unwritten(const void* /*begin*/, std::size_t /*bytes*/) noexcept {}
void open_pool(const void* /*pool*/, std::size_t /*behind_each*/) noexcept {}
void close_pool(const void* /*pool*/) noexcept {}
void allocated(const void* /*pool*/, const void* /*block*/, std::size_t /*bytes*/) noexcept {}
void freed(const void* /*pool*/, const void* /*block*/) noexcept {}
void resized(const void* /*pool*/, const void* /*block*/, std::size_t /*now*/) noexcept {}
#endif

}  // namespace memcheck

const void* behind(const void* block, std::size_t bytes) noexcept {
    return static_cast<const std::byte*>(block) + bytes;
}

/// Bytes that a sanitizer is to see as allocated and not written.
void permit_unwritten(const void* begin, std::size_t bytes) noexcept {
    if (has_asan()) {
        __asan_unpoison_memory_region(begin, bytes);
    } else if (has_msan()) {
        __msan_allocated_memory(begin, bytes);
    }
}

}  // namespace

bool has_memory_checker() noexcept {
    return !ignored.load(std::memory_order_relaxed) &&
           (has_asan() || has_msan() || memcheck::is_at_work());
}

void ignore_memory_checker() noexcept { ignored.store(true, std::memory_order_relaxed); }

void open_pool(const void* begin, std::size_t behind_each) noexcept {
    memcheck::open_pool(begin, behind_each);
}

void close_pool(const void* begin) noexcept { memcheck::close_pool(begin); }

void empty_pool(const void* begin, std::size_t behind_each) noexcept {
    memcheck::close_pool(begin);
    memcheck::open_pool(begin, behind_each);
}

void forbid(const void* begin, std::size_t bytes) noexcept {
    if (has_asan()) {
        __asan_poison_memory_region(begin, bytes);
    } else if (has_msan()) {
        __msan_poison(begin, bytes);
    }
    memcheck::forbid(begin, bytes);
}

void permit(const void* begin, std::size_t bytes) noexcept {
    if (has_asan()) {
        __asan_unpoison_memory_region(begin, bytes);
    } else if (has_msan()) {
        __msan_unpoison(begin, bytes);
    }
    memcheck::permit(begin, bytes);
}

void note_allocated(const void* pool, const void* block, std::size_t bytes) noexcept {
    permit_unwritten(block, bytes);
    if (pool != nullptr) {
        memcheck::allocated(pool, block, bytes);
    } else {
        memcheck::permit_unwritten(block, bytes);
    }
}

void note_freed(const void* pool, const void* block, std::size_t bytes) noexcept {
    if (pool != nullptr) {
        memcheck::freed(pool, block);
    }
    forbid(block, bytes);
}

void note_resized(const void* pool, const void* block, std::size_t before,
                  std::size_t now) noexcept {
    if (pool != nullptr) {
        memcheck::resized(pool, block, now);
    }
    if (now < before) {
        // From the first byte on: a sanitizer sees granules, whose last bytes alone it can't
        // forbid.
        if (has_asan()) {
            __asan_poison_memory_region(block, before);
            __asan_unpoison_memory_region(block, now);
        } else {
            forbid(behind(block, now), before - now);
        }
    } else if (has_asan()) {
        __asan_unpoison_memory_region(block, now);
    } else if (has_msan()) {
        __msan_allocated_memory(behind(block, before), now - before);
    } else {
        memcheck::permit_unwritten(behind(block, before), now - before);
    }
}

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::os
