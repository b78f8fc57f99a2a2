#include "os/rseq.hpp"

#include <cstdint>
#include <cstring>

#include <sys/auxv.h>

#if __has_include(<sys/rseq.h>)
#include <sys/rseq.h>
#define MEMORY_ARENA_C_LIBRARY_REGISTERS 1
#else
#define MEMORY_ARENA_C_LIBRARY_REGISTERS 0
#endif

namespace memory_arena::inline MEMORY_ARENA_ABI::os {

namespace {

/// Stands in for the area where the C library has none: never registered, on no CPU.
struct alignas(32) unregistered_area {
    std::uint32_t cpu_id_start = 0;
    std::int32_t cpu_id = -1;
    std::uint64_t rseq_cs = 0;
    std::uint32_t flags = 0;
    std::uint32_t node_id = 0;
    std::uint32_t mm_cid = 0;
    std::uint32_t rest = 0;
};
static_assert(offsetof(unregistered_area, cpu_id) == detail::rseq_cpu_id_offset);
static_assert(offsetof(unregistered_area, rseq_cs) == detail::rseq_cs_offset);
static_assert(offsetof(unregistered_area, mm_cid) == detail::rseq_mm_cid_offset);

[[maybe_unused]] MEMORY_ARENA_TLS_MODEL constinit thread_local unregistered_area no_area{};

std::byte* thread_pointer() noexcept { return static_cast<std::byte*>(__builtin_thread_pointer()); }

std::int32_t read(std::ptrdiff_t offset) noexcept {
    std::int32_t value = 0;
    std::memcpy(&value, thread_pointer() + offset, sizeof(value));
    return value;
}

rseq_support without(const char* why) noexcept {
    rseq_support result;
    result.why = why;
    if constexpr (detail::has_fixed_tls) {
        result.location.area = reinterpret_cast<std::byte*>(&no_area) - thread_pointer();
        result.location.index =
            result.location.area + static_cast<std::ptrdiff_t>(detail::rseq_cpu_id_offset);
    }
    return result;
}

rseq_support find() noexcept {
    if (!detail::has_cpu_sequences) {
        return without("this build has no restartable sequences (not x86-64, or ThreadSanitizer)");
    }
#if MEMORY_ARENA_C_LIBRARY_REGISTERS
    const std::ptrdiff_t area = __rseq_offset;
    if (__rseq_size == 0 ||
        read(area + static_cast<std::ptrdiff_t>(detail::rseq_cpu_id_offset)) < 0) {
        return without(
            "the C library registered no restartable sequences (kernel, seccomp or tunable)");
    }
    rseq_support result;
    result.location.area = area;
    // The kernel says how far it fills the area; the C library's own size may be older.
    constexpr unsigned long auxv_feature_size = 27;
    const bool dense = getauxval(auxv_feature_size) >= detail::rseq_mm_cid_offset + 4;
    result.numbering = dense ? cpu_numbering::mm_cid : cpu_numbering::cpu_id;
    result.location.index = area + static_cast<std::ptrdiff_t>(dense ? detail::rseq_mm_cid_offset
                                                                     : detail::rseq_cpu_id_offset);
    return result;
#else
    return without("the C library doesn't register restartable sequences");
#endif
}

}  // namespace

const rseq_support& rseq() noexcept {
    static const rseq_support found = find();
    return found;
}

const rseq_support& watched_rseq() noexcept {
    static const rseq_support none = without("a memory checker is told of every allocation");
    return none;
}

std::uintptr_t thread_mark() noexcept { return reinterpret_cast<std::uintptr_t>(thread_pointer()); }

int current_index(const detail::rseq_location& location) noexcept {
    if (!location.has_area()) {
        return -1;
    }
    const auto cpu_id =
        read(location.area + static_cast<std::ptrdiff_t>(detail::rseq_cpu_id_offset));
    return cpu_id < 0 ? cpu_id : read(location.index);
}

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::os
