#include "arena/contract.hpp"

#if defined(MEMORY_ARENA_CHECKED)

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <new>
#include <unordered_set>

#include "os/process.hpp"

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

/// A typed call announces itself before it looks for resets, a reset before it looks for calls, all
/// in one order (seq_cst): of two that overlap, one sees the other.
struct contract_record {
    std::atomic<std::uint64_t> process{os::process_id()};  ///< that the next two are of
    std::atomic<std::size_t> calls{0};                     ///< typed calls under way
    std::atomic<std::size_t> resets{0};                    ///< resets under way
    std::atomic<std::size_t> leases{0};                    ///< alive
    std::atomic<std::uint64_t> generation{1};              ///< advanced by the end of a reset
    std::atomic<bool> is_gone{false};
    std::atomic<const char*> reset_file{""};  ///< where the last reset was called
    std::atomic<unsigned> reset_line{0};
    std::array<char, 64> name{};

    std::mutex noted_blocks_mutex;
    /// Blocks of this generation whose allocator was made in an earlier one.
    std::unordered_set<const void*> noted_blocks;
};

namespace {

constinit std::atomic<std::uint64_t> scopes_begun{0};

constinit thread_local const reset_guard* innermost_reset = nullptr;

/// Whether a destructor calls that a reset, or the destruction, of this arena runs.
bool resets_here(const contract_record& record) noexcept {
    const reset_guard* guard = innermost_reset;
    while (guard != nullptr && &guard->record() != &record) {
        guard = guard->outer();
    }
    return guard != nullptr;
}

/// In the child of a fork: the calls and resets of its parent's other threads aren't under way.
void forget_parents_calls(contract_record& record) noexcept {
    const std::uint64_t here = os::process_id();
    if (record.process.load() != here) {
        record.calls.store(0);
        record.resets.store(0);
        record.process.store(here);
    }
}

void note_site(contract_record& record, const call_site& site) noexcept {
    record.reset_file.store(site.file, std::memory_order_relaxed);
    record.reset_line.store(site.line, std::memory_order_release);  // with the file
}

[[noreturn]] void report(const contract_record& record, const char* what,
                         const char* rest = "") noexcept {
    static_cast<void>(
        std::fprintf(stderr, "memory_arena: arena \"%s\": %s%s", record.name.data(), what, rest));
    const unsigned line = record.reset_line.load(std::memory_order_acquire);
    if (line != 0) {
        static_cast<void>(std::fprintf(stderr, " (its last reset: %s:%u)",
                                       record.reset_file.load(std::memory_order_relaxed), line));
    }
    static_cast<void>(std::fputs("\n", stderr));
    std::abort();
}

}  // namespace

bool open_contract(contract_handle& contract, std::string_view name) noexcept {
    contract = new (std::nothrow) contract_record;
    if (contract == nullptr) {
        return false;
    }
    std::copy_n(
        name.data(), std::min(name.size(), contract->name.size() - 1), contract->name.data());
    return true;
}

void require_unused(contract_handle contract) noexcept {
    forget_parents_calls(*contract);
    if (contract->resets.load() != 0) {
        report(*contract, "it is destroyed while it is reset");
    }
    if (contract->calls.load() != 0) {
        report(*contract, "it is destroyed while a typed call is under way");
    }
    if (contract->leases.load() != 0) {
        report(*contract, "a lease outlives it");
    }
}

void close_contract(contract_handle contract) noexcept { contract->is_gone.store(true); }

void count_lease(contract_handle contract) noexcept { contract->leases.fetch_add(1); }

void discount_lease(contract_handle contract, std::size_t open_scopes) noexcept {
    if (open_scopes != 0) {
        report(*contract, "a scope outlives its lease");
    }
    contract->leases.fetch_sub(1);
}

void require_innermost(contract_handle contract, std::size_t depth, std::size_t open) noexcept {
    if (depth != open) {
        report(*contract, "a lease's scope ends that is not the one begun last");
    }
}

void enter_call(contract_record& record) noexcept {
    if (record.is_gone.load()) {
        report(record, "it is used after its destruction");
    }
    if (resets_here(record)) {
        return;
    }
    forget_parents_calls(record);
    record.calls.fetch_add(1);
    if (record.resets.load() != 0) {
        report(record, "a typed call overlaps a reset");
    }
}

void leave_call(contract_record& record) noexcept {
    // None is counted where the call has forked.
    if (!resets_here(record) && record.calls.load() != 0) {
        record.calls.fetch_sub(1);
    }
}

reset_guard::reset_guard(contract_record* record, call_site site) noexcept
    : record_(*record), site_(site), outer_(innermost_reset) {
    if (resets_here(record_)) {
        report(record_, "a destructor that its reset runs resets it");
    }
    forget_parents_calls(record_);
    record_.resets.fetch_add(1);
    if (record_.calls.load() != 0) {
        note_site(record_, site_);
        report(record_, "a reset overlaps a typed call");
    }
    innermost_reset = this;
}

reset_guard::~reset_guard() {
    innermost_reset = outer_;
    if (site_.line != 0) {
        note_site(record_, site_);
    }
    {
        const std::lock_guard lock(record_.noted_blocks_mutex);
        record_.noted_blocks.clear();
    }
    record_.generation.fetch_add(1);
    record_.resets.fetch_sub(1);
}

void scope_serials::begin(std::size_t depth) noexcept {
    if (depth <= most) {
        open_[depth - 1].store(
            scopes_begun.fetch_add(1, std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    }
}

void scope_serials::end(std::size_t depth) noexcept {
    if (depth <= most) {
        open_[depth - 1].store(0, std::memory_order_relaxed);
    }
}

lifetime_mark::lifetime_mark(contract_record* record) noexcept
    : record_(record), generation_(record->generation.load()) {}

lifetime_mark::lifetime_mark(contract_record* record, const scope_serials& scopes,
                             std::size_t depth) noexcept
    : record_(record),
      generation_(record->generation.load()),
      scopes_(&scopes),
      depth_(std::min(depth, scope_serials::most)),
      scope_(scopes.at(depth_)) {}

void lifetime_mark::require_alive(const char* what) const noexcept {
    if (record_ == nullptr) {
        return;
    }
    if (record_->is_gone.load()) {
        report(*record_, what, " outlives it");
    }
    if (record_->generation.load() != generation_) {
        report(*record_, what, " outlives its generation");
    }
    // The scopes lie in the arena, which is there.
    if (scopes_ != nullptr && scopes_->at(depth_) != scope_) {
        report(*record_, what, " outlives its lease's scope");
    }
}

void lifetime_mark::note_block(const void* block) const noexcept {
    if (record_ != nullptr && record_->generation.load() != generation_) {
        const std::lock_guard lock(record_->noted_blocks_mutex);
        record_->noted_blocks.insert(block);
    }
}

void lifetime_mark::require_alive_block(const void* block) const noexcept {
    if (record_ == nullptr) {
        return;
    }
    if (record_->is_gone.load()) {
        report(*record_, "a container outlives it");
    }
    if (record_->generation.load() != generation_) {
        const std::lock_guard lock(record_->noted_blocks_mutex);
        if (record_->noted_blocks.erase(block) == 0) {
            report(*record_, "a container outlives its generation");
        }
    }
}

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail

#endif
