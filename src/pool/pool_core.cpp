#include "pool/pool_core.hpp"

#include <algorithm>
#include <limits>
#include <new>
#include <optional>

#include <memory_arena/detail/exceptions.hpp>

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

pool_core::pool_core(const arena_pool_options& options)
    : name_(options.arena.name),
      arena_options_(options.arena),
      count_(options.arena_count),
      slots_(std::make_unique<pool_slot[]>(count_)),  // NOLINT(*-avoid-c-arrays)
      kept_(options.kept),
      budget_(options.arena.budget != 0 ? options.arena.budget
                                        : std::numeric_limits<std::size_t>::max()) {
    arena_options_.name = name_;
    // The first goes out first.
    for (auto number = static_cast<std::uint32_t>(count_); number-- > 0;) {
        slots_[number].pool = this;
        unmade_.give_back(number, next_of());
    }
}

template <class Visit>
void pool_core::for_each_made(Visit visit) const noexcept {
    for (std::size_t number = 0; number < count_; ++number) {
        const pool_slot& slot = slots_[number];
        if (pool_arena* const its = slot.made.load(std::memory_order_acquire)) {
            visit(slot, *its);
        }
    }
}

pool_core::~pool_core() {
    for (std::size_t number = 0; number < count_; ++number) {
        if (slots_[number].is_out.load(std::memory_order_relaxed)) {
            fail("memory_arena: a pool is destroyed while an arena of it is in use");
        }
    }
    for_each_made([](const pool_slot& /*slot*/, pool_arena& its) { delete &its; });
}

void pool_core::prepare(std::size_t count) {
    for (std::size_t made = 0; made < count; ++made) {
        const std::uint32_t number = unmade_.take(next_of());
        slots_[number].made.store(new pool_arena(arena_options_), std::memory_order_release);
        free_.give_back(number, next_of());
    }
}

check_out pool_core::wait_for_one(const waiting_room::clock::time_point* deadline,
                                  std::error_code& error) {
    waits_.fetch_add(1, std::memory_order_relaxed);
    const auto take = [this] {
        std::uint32_t found = free_.take(next_of());
        if (found == free_list::none) {
            found = unmade_.take(next_of());
        }
        return found != free_list::none ? std::optional(found) : std::nullopt;
    };
    const std::optional<std::uint32_t> number = room_.wait(take, deadline);
    return number ? out_or_made(slots_[*number], error) : check_out{};
}

check_out pool_core::try_another(std::error_code& error) noexcept {
    const std::uint32_t number = unmade_.take(next_of());
    return number != free_list::none ? out_or_made(slots_[number], error) : check_out{};
}

/// What can't be made is made by the next one, perhaps; one that has come back meanwhile does, too.
check_out pool_core::out_or_made(pool_slot& slot, std::error_code& error) noexcept {
    if (slot.made.load(std::memory_order_relaxed) == nullptr) {
        error = make_in(slot);
        if (error) {
            put_back(unmade_, slot);
            const std::uint32_t number = free_.take(next_of());
            if (number == free_list::none) {
                return {};
            }
            error.clear();
            return out(slots_[number]);
        }
    }
    return out(slot);
}

std::error_code pool_core::make_in(pool_slot& slot) noexcept {
    std::unique_ptr<pool_arena> made(new (std::nothrow) pool_arena);
    const std::error_code error =
        made != nullptr ? made->open(arena_options_)
                        : std::make_error_code(std::errc::not_enough_memory);
    if (!error) {
        slot.made.store(made.release(), std::memory_order_release);
    }
    return error;
}

void pool_core::give_back(pool_slot& slot) noexcept {
    pool_arena& its = *slot.made.load(std::memory_order_relaxed);
    const std::size_t used = its.core().reached();
    const std::size_t keep = kept();
    its.reset(its.core().touched() <= keep ? retain::all : retain::up_to(keep));
    its.core().set_budget(budget_);  // its holder may have set another one
    slot.is_out.store(false, std::memory_order_relaxed);
    const std::uint32_t turn = put_back(free_, slot);
    if (keeps_usual() && usual_.note(turn, used)) [[unlikely]] {
        look_at_next();
    }
}

/// From then on the slot is somebody else's.
std::uint32_t pool_core::put_back(free_list& into, const pool_slot& slot) noexcept {
    const std::uint32_t number =
        into.give_back(static_cast<std::uint32_t>(&slot - slots_.get()), next_of());
    room_.came_back();
    return number;
}

/// The arenas at the bottom of the stack don't come back, and may have kept what was usual once.
void pool_core::look_at_next() noexcept {
    const std::size_t number = next_look_.fetch_add(1, std::memory_order_relaxed) % count_;
    pool_arena* const its = slots_[number].made.load(std::memory_order_acquire);
    const std::size_t keep = kept();
    if (its != nullptr && its->core().touched() > keep) {
        its->trim(keep);
    }
}

void pool_core::trim(std::size_t keep) noexcept {
    for_each_made([keep](const pool_slot& /*slot*/, pool_arena& its) { its.trim(keep); });
}

arena_pool_usage pool_core::usage() const noexcept {
    arena_pool_usage result;
    result.arenas = count_;
    for_each_made([&result](const pool_slot& slot, const pool_arena& its) {
        ++result.made;
        result.in_use += std::size_t{slot.is_out.load(std::memory_order_relaxed)};
        result.check_outs += slot.check_outs.load(std::memory_order_relaxed);
        result.committed += its.core().touched();
    });
    result.waits = waits_.load(std::memory_order_relaxed);
    result.refusals = refusals_.load(std::memory_order_relaxed);
    result.kept = std::min(kept(), arena_options_.capacity);
    return result;
}

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
