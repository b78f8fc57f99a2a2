#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include <memory_arena/arena.hpp>
#include <memory_arena/lease.hpp>

#include "fuzz/input.hpp"
#include "fuzz/operations/living.hpp"
#include "fuzz/operations/tracked.hpp"
#include "fuzz/operations/workers.hpp"

/// \file
/// An arena under test, and what the model knows of it.

namespace fuzz {

/// A managed object.
struct object_note {
    std::uint32_t number = 0;
    std::span<unsigned char> bytes;
};

/// What one thread, or one lease, made in an arena.
struct holder {
    /// A scope, and what there was when it began.
    struct level {
        level(memory_arena::arena_lease& lease, std::size_t objects_before)
            : scope(lease.scope()), objects(objects_before), generation(lease.generation()) {}
        memory_arena::lease_scope scope;
        std::vector<std::size_t> block_sizes;
        std::size_t objects;
        std::uint64_t generation;
    };

    std::optional<memory_arena::arena_lease> lease;
    std::list<level> scopes;
    std::vector<block> blocks;
    std::vector<object_note> objects;  ///< oldest first
    bool is_lease = false;
};

class subject {
public:
    static constexpr std::size_t leases = 3;

    /// Makes an arena as `choices` say, if the system and the options let it.
    explicit subject(input& choices);
    subject(const subject&) = delete;
    subject& operator=(const subject&) = delete;
    /// All is whole to the end, and destroyed with the arena.
    ~subject();

    /// Whether a byte of memory without an owner may read so where the arena wipes.
    [[nodiscard]] static bool is_clean(unsigned char byte) noexcept {
        return byte == 0 || byte == std::to_integer<unsigned char>(untouched);
    }

    [[nodiscard]] bool exists() const noexcept { return thread_ != nullptr || cpu_ != nullptr; }

    /// `call` with the arena.
    template <class Call>
    decltype(auto) with_arena(Call call) const {
        return thread_ != nullptr ? call(*thread_) : call(*cpu_);
    }

    /// `call` with what `who` allocates from.
    template <class Call>
    decltype(auto) with_source(holder& who, Call call) const {
        return who.lease ? call(*who.lease) : with_arena(call);
    }

    [[nodiscard]] memory_arena::arena_usage usage() const {
        return with_arena([](auto& source) { return source.usage(); });
    }
    [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }
    [[nodiscard]] bool is_per_cpu() const noexcept { return cpu_ != nullptr; }
    [[nodiscard]] bool owns_pages() const noexcept { return buffer_.empty(); }
    [[nodiscard]] bool wipes() const noexcept { return wipes_; }

    [[nodiscard]] holder& of_thread(std::size_t worker) noexcept { return threads_[worker]; }
    [[nodiscard]] holder& of_lease(std::size_t index) noexcept { return leases_[index]; }
    [[nodiscard]] living& alive() noexcept { return alive_; }
    [[nodiscard]] life_log& log() noexcept { return log_; }
    [[nodiscard]] std::uint32_t next_number() noexcept {
        return next_number_.fetch_add(1, std::memory_order_relaxed);
    }

    /// The thread has exited, or the lease has ended: what it made lives on. What comes after it in
    /// the same holder is in no order with it.
    void hand_on(holder& who);

    /// What the model and the arena's figures say, at rest.
    void require_sound();

    /// Resets it by `reset`, which may be several threads' at once.
    template <class Reset>
    void reset(Reset reset_now) {
        require_all_intact();
        with_arena(reset_now);
        forget_all();
    }

    /// For ending::call: takes from the arena, and registers one object more.
    static void take_at_the_end(void* context);
    /// For ending::call, with a holder: uses its lease, if there is one, in a scope.
    static void scope_at_the_end(void* context);

private:
    void make(const memory_arena::arena_options& options, bool per_cpu, bool throwing,
              input& choices);
    void require_all_intact();
    void forget_all();
    template <class Call>
    void for_each_holder(Call call);
    static void listen(void* context, const memory_arena::arena_usage& now) noexcept;

    /// What a caller's buffer holds where the arena has handed nothing out.
    static constexpr std::byte untouched{0xa5};

    std::vector<std::byte> buffer_;
    bool wipes_ = false;
    std::size_t soft_limit_ = 0;
    std::size_t capacity_ = 0;
    std::uint64_t told_in_ = 0;  ///< the generation of the soft limit's last call
    living alive_;
    life_log log_;
    std::atomic<std::uint32_t> next_number_{0};
    std::array<holder, workers::count> threads_;
    std::array<holder, leases> leases_;
    std::mutex mutex_;         ///< of the next three
    std::vector<block> kept_;  ///< of those who are gone
    std::vector<std::vector<object_note>> their_objects_;
    std::vector<std::uint32_t> late_;  ///< objects that destructors registered
    std::unique_ptr<memory_arena::arena> thread_;
    std::unique_ptr<memory_arena::cpu_arena> cpu_;
};

}  // namespace fuzz
