#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include <memory_arena/detail/compiler.hpp>

/// \file
/// What a checked build (MEMORY_ARENA_CHECKED) keeps about arenas, so that a caller who breaks the
/// contract is told so (rank 0). In other builds all of it is empty, and costs nothing.

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

#if defined(MEMORY_ARENA_CHECKED)

inline constexpr bool is_checked = true;

/// About one arena; it outlives the arena (src/arena/contract.cpp).
struct contract_record;

/// Where a call stands in the caller's source.
struct call_site {
    const char* file = "";
    unsigned line = 0;

    static constexpr call_site here(const char* file = MEMORY_ARENA_FILE_OF_CALL,
                                    unsigned line = MEMORY_ARENA_LINE_OF_CALL) noexcept {
        return {file, line};
    }
};

MEMORY_ARENA_API void enter_call(contract_record& record) noexcept;
MEMORY_ARENA_API void leave_call(contract_record& record) noexcept;

/// A typed call is under way: no reset may be.
class call_guard {
public:
    explicit call_guard(contract_record* record) noexcept : record_(*record) {
        enter_call(record_);
    }
    call_guard(const call_guard&) = delete;
    call_guard& operator=(const call_guard&) = delete;
    ~call_guard() { leave_call(record_); }

private:
    contract_record& record_;
};

/// A reset, or the destruction, is under way: no typed call may be, but those of destructors that
/// it runs.
class MEMORY_ARENA_API reset_guard {
public:
    reset_guard(contract_record* record, call_site site) noexcept;
    reset_guard(const reset_guard&) = delete;
    reset_guard& operator=(const reset_guard&) = delete;
    ~reset_guard();

    [[nodiscard]] const contract_record& record() const noexcept { return record_; }
    [[nodiscard]] const reset_guard* outer() const noexcept { return outer_; }

private:
    contract_record& record_;
    call_site site_;
    const reset_guard* outer_;  ///< of this thread
};

using contract_handle = contract_record*;

/// The serial numbers of a lease's open scopes.
class scope_serials {
public:
    static constexpr std::size_t most = 64;  ///< deeper ones aren't told apart from their outer one

    void begin(std::size_t depth) noexcept;
    void end(std::size_t depth) noexcept;
    /// Of the scope `depth`, counted from 1; 0 where none is open that deep.
    [[nodiscard]] std::uint64_t at(std::size_t depth) const noexcept {
        return depth == 0 ? 0 : open_[depth - 1].load(std::memory_order_relaxed);
    }

private:
    std::array<std::atomic<std::uint64_t>, most> open_{};
};

/// Until when something lives that was made now: the reset, the arena's end, or the scope's.
class MEMORY_ARENA_API lifetime_mark {
public:
    lifetime_mark() noexcept = default;
    explicit lifetime_mark(contract_record* record) noexcept;
    /// Of what is made in the open scope `depth` of a lease; 0 for in none.
    lifetime_mark(contract_record* record, const scope_serials& scopes, std::size_t depth) noexcept;

    /// Aborts, and says why, where `what` is over.
    void require_alive(const char* what) const noexcept;

    /// An allocator with this mark has allocated `block`: noted, if the allocator is older than the
    /// block's generation.
    void note_block(const void* block) const noexcept;

    /// Aborts where `block`, of an allocator with this mark, is of a generation that is over.
    void require_alive_block(const void* block) const noexcept;

private:
    contract_record* record_ = nullptr;
    std::uint64_t generation_ = 0;
    const scope_serials* scopes_ = nullptr;
    std::size_t depth_ = 0;
    std::uint64_t scope_ = 0;
};

#else

inline constexpr bool is_checked = false;

struct call_site {
    static constexpr call_site here() noexcept { return {}; }
};

struct contract_handle {};

class call_guard {
public:
    MEMORY_ARENA_ALWAYS_INLINE explicit call_guard(contract_handle /*none*/) noexcept {}
};

class reset_guard {
public:
    MEMORY_ARENA_ALWAYS_INLINE reset_guard(contract_handle /*none*/, call_site /*none*/) noexcept {}
};

class scope_serials {
public:
    void begin(std::size_t /*depth*/) noexcept {}
    void end(std::size_t /*depth*/) noexcept {}
};

class lifetime_mark {
public:
    lifetime_mark() noexcept = default;
    explicit lifetime_mark(contract_handle /*none*/) noexcept {}
    lifetime_mark(contract_handle /*none*/, const scope_serials& /*none*/,
                  std::size_t /*depth*/) noexcept {}
    void require_alive(const char* /*what*/) const noexcept {}
    void note_block(const void* /*block*/) const noexcept {}
    void require_alive_block(const void* /*block*/) const noexcept {}
};

#endif

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
