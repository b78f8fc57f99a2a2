#include "fuzz/operations/subject.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>
#include <system_error>

#include "fuzz/require.hpp"
#include "fuzz/system_calls.hpp"

namespace fuzz {

using memory_arena::arena;
using memory_arena::arena_options;
using memory_arena::arena_usage;
using memory_arena::cpu_arena;

namespace {

/// Beside the buffer, and within it where boundaries cut something off.
constexpr std::size_t margin = 16;

std::vector<std::uint32_t> numbers_of(const std::vector<object_note>& objects) {
    std::vector<std::uint32_t> numbers;
    numbers.reserve(objects.size());
    for (const object_note& one : objects) {
        numbers.push_back(one.number);
    }
    return numbers;
}

std::size_t some_capacity(input& choices) {
    constexpr std::array<std::size_t, 12> capacities{
        16, 100, 600, 1040, 3000, 5000, 16'384, 40'000, 100'000, 300'000, 1U << 20, 2U << 20};
    const std::uint8_t kind = choices.byte();
    return kind < 0xe0 ? capacities[kind % capacities.size()]
                       : 16 + static_cast<std::size_t>(choices.number(3)) % (4U << 20);
}

}  // namespace

subject::subject(input& choices) {
    const std::uint8_t what = choices.byte();
    const std::size_t capacity = some_capacity(choices);
    arena_options options{.capacity = capacity};
    if ((what & 1U) != 0) {
        const std::size_t skipped = choices.below(margin);
        buffer_.assign(capacity + 3 * margin, untouched);
        options.buffer = std::span(buffer_).subspan(margin + skipped, capacity + margin);
        options.capacity = 0;
    }
    if ((what & 2U) != 0) {
        constexpr std::array<std::size_t, 4> shard_counts{1, 2, 3, 64};
        const std::uint8_t sizes = choices.byte();
        options.shard_count = shard_counts[sizes & 3U];
        options.max_tlab_bytes = std::size_t{1024} << ((sizes >> 2) & 7U);
        options.lane_count = (sizes & 0x20U) != 0 ? 1 : 1024;
        wipes_ = options.wipe_at_reset = (sizes & 0x40U) != 0;
    }
    if ((what & 4U) != 0) {
        options.budget = choices.size(capacity);
    }
    if ((what & 8U) != 0) {
        soft_limit_ = options.soft_limit = choices.size(capacity);
        options.on_soft_limit = &subject::listen;
        options.soft_limit_context = this;
    }
    for (holder& one : leases_) {
        one.is_lease = true;
    }
    make(options, (what & 0x10U) != 0, (what & 0x20U) != 0, choices);
    capacity_ = exists() ? with_arena([](auto& source) { return source.capacity(); }) : 0;
}

void subject::make(const arena_options& options, bool per_cpu, bool throwing, input& choices) {
    const std::uint8_t plan = (choices.byte() & 15U) == 0 ? choices.byte() : std::uint8_t{0};
    const std::size_t before = mapped_bytes();
    refusals refused(plan);
    std::error_code error;
    try {
        if (!throwing) {
            per_cpu ? static_cast<void>(cpu_ = cpu_arena::try_make(options, error))
                    : static_cast<void>(thread_ = arena::try_make(options, error));
        } else if (per_cpu) {
            cpu_ = std::make_unique<cpu_arena>(options);
        } else {
            thread_ = std::make_unique<arena>(options);
        }
    } catch (const std::system_error& failure) {
        error = failure.code();
    }
    if (exists()) {
        FUZZ_REQUIRE(!error);
        return;
    }
    // Every option here is within its range.
    FUZZ_REQUIRE(error == std::errc::not_enough_memory);
    FUZZ_REQUIRE(refused.end() != 0);
    FUZZ_REQUIRE(mapped_bytes() == before);
}

subject::~subject() {
    if (!exists()) {
        return;
    }
    require_all_intact();
    require_sound();
    for_each_holder([](holder& one) {
        while (!one.scopes.empty()) {
            one.scopes.pop_back();  // what was made in them ends here, and the lists say so below
        }
    });
    for (holder& one : leases_) {
        one.lease.reset();
    }
    const std::size_t used_up = usage().peak;
    thread_ = nullptr;
    cpu_ = nullptr;
    forget_all();
    if (!buffer_.empty()) {
        const auto is_untouched = [](std::byte one) { return one == untouched; };
        const auto behind = static_cast<std::ptrdiff_t>(3 * margin + used_up);
        FUZZ_REQUIRE(std::all_of(buffer_.begin(), buffer_.begin() + margin, is_untouched));
        FUZZ_REQUIRE(behind >= std::ssize(buffer_) ||
                     std::all_of(buffer_.begin() + behind, buffer_.end(), is_untouched));
    }
}

template <class Call>
void subject::for_each_holder(Call call) {
    std::for_each(threads_.begin(), threads_.end(), call);
    std::for_each(leases_.begin(), leases_.end(), call);
}

void subject::hand_on(holder& who) {
    const std::lock_guard lock(mutex_);
    kept_.insert(kept_.end(), who.blocks.begin(), who.blocks.end());
    their_objects_.push_back(who.objects);
    who.blocks.clear();
    who.objects.clear();
}

void subject::require_all_intact() {
    const auto is_intact = [](const block& one) { one.require_intact(); };
    const auto is_alive = [this](const object_note& one) {
        FUZZ_REQUIRE(!log_.has_ended(one.number));
    };
    for_each_holder([&](holder& one) {
        std::for_each(one.blocks.begin(), one.blocks.end(), is_intact);
        std::for_each(one.objects.begin(), one.objects.end(), is_alive);
    });
    std::for_each(kept_.begin(), kept_.end(), is_intact);
    for (const auto& objects : their_objects_) {
        std::for_each(objects.begin(), objects.end(), is_alive);
    }
}

/// After a reset, or after the arena's end: nothing is left, and everything was destroyed.
void subject::forget_all() {
    alive_.clear();
    for_each_holder([this](holder& one) {
        log_.require_ended_newest_first(numbers_of(one.objects));
        one.objects.clear();
        one.blocks.clear();
    });
    for (const auto& objects : their_objects_) {
        log_.require_ended_newest_first(numbers_of(objects));
    }
    their_objects_.clear();
    kept_.clear();
    for (const std::uint32_t number : late_) {
        FUZZ_REQUIRE(log_.has_ended(number));
    }
    late_.clear();
}

void subject::require_sound() {
    const arena_usage now = usage();
    FUZZ_REQUIRE(now.used == with_arena([](auto& source) { return source.used_bytes(); }));
    FUZZ_REQUIRE(alive_.total() <= now.used);
    FUZZ_REQUIRE(now.used + now.slack <= now.peak);
    FUZZ_REQUIRE(now.peak <= now.reserved);
    FUZZ_REQUIRE(now.committed <= now.reserved);
    FUZZ_REQUIRE(now.reserved == capacity_);
    FUZZ_REQUIRE(now.budget <= capacity_);
    FUZZ_REQUIRE(now.generation == with_arena([](auto& source) { return source.generation(); }));
    const std::size_t remaining = with_arena([](auto& source) { return source.remaining_bytes(); });
    FUZZ_REQUIRE(remaining == now.budget - std::min(now.budget, now.used));
}

void subject::listen(void* context, const arena_usage& now) noexcept {
    subject& self = *static_cast<subject*>(context);
    FUZZ_REQUIRE(self.soft_limit_ != 0);
    FUZZ_REQUIRE(now.generation > self.told_in_);
    FUZZ_REQUIRE(now.used + now.slack > self.soft_limit_);
    self.told_in_ = now.generation;
}

void subject::take_at_the_end(void* context) {
    subject& self = *static_cast<subject*>(context);
    const auto take = [&self](auto& source) {
        constexpr std::size_t bytes = 200;
        if (void* const place = source.try_allocate_bytes(bytes, 32)) {
            self.alive_.require_apart({static_cast<unsigned char*>(place), bytes});
            std::memset(place, 0x77, bytes);
        }
        const std::uint32_t number = self.next_number();
        if (source.template try_new_object<tracked>(self.log_, number, false) != nullptr) {
            const std::lock_guard lock(self.mutex_);
            self.late_.push_back(number);
        }
    };
    // Not from the arena's own end: its unique_ptr is null by then.
    if (self.exists()) {
        self.with_arena(take);
    }
}

void subject::scope_at_the_end(void* context) {
    holder& who = *static_cast<holder*>(context);
    if (who.lease) {
        const auto scope = who.lease->scope();
        constexpr std::size_t bytes = 700;
        if (void* const place = who.lease->try_allocate_bytes(bytes, 8)) {
            std::memset(place, 0x66, bytes);
        }
    }
}

}  // namespace fuzz
