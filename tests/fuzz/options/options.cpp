// arena_options made of bytes: each combination makes an arena that works, or gives the error that
// is documented; and nothing stays mapped.

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <memory_arena/arena.hpp>
#include <memory_arena/inspect.hpp>
#include <memory_arena/lease.hpp>

#include "fuzz/input.hpp"
#include "fuzz/require.hpp"
#include "fuzz/system_calls.hpp"
#include "fuzz/target.hpp"

namespace {

using namespace memory_arena;
using fuzz::input;

/// What the callbacks saw.
struct calls {
    std::size_t soft_limit = 0;
    std::uint64_t told_in = 0;
    std::size_t prefaulted = 0;
    bool told_twice = false;
    bool went_back = false;
};

/// Options, and what they point to.
struct request {
    static constexpr std::size_t most_buffer = 20'000;

    arena_options options;
    std::string name;
    std::vector<std::byte> buffer;
    calls seen;
};

void note_soft_limit(void* context, const arena_usage& now) noexcept {
    calls& seen = *static_cast<calls*>(context);
    ++seen.soft_limit;
    seen.told_twice |= seen.told_in == now.generation;
    seen.told_in = now.generation;
}

void note_prefault(void* context, std::size_t done, std::size_t all) noexcept {
    calls& seen = *static_cast<calls*>(context);
    seen.went_back |= done < seen.prefaulted || done > all;
    seen.prefaulted = done;
}

void read_sizes(request& what, input& choices) {
    arena_options& options = what.options;
    options.capacity = choices.size(std::size_t{1} << 20);
    const std::uint8_t given = choices.byte();
    if ((given & 1U) != 0) {
        options.shard_count = choices.size(64);
    }
    if ((given & 2U) != 0) {
        options.max_tlab_bytes = choices.size(std::size_t{128} << 10);
    }
    if ((given & 4U) != 0) {
        options.lane_count = choices.size(4096);
    }
    if ((given & 8U) != 0) {
        options.budget = choices.size(options.capacity);
    }
    if ((given & 16U) != 0) {
        options.soft_limit = choices.size(options.capacity);
    }
    if ((given & 32U) != 0) {
        options.on_soft_limit = &note_soft_limit;
        options.soft_limit_context = &what.seen;
    }
    if ((given & 64U) != 0) {
        what.name.assign(choices.byte() / 2, static_cast<char>(choices.byte()));
        options.name = what.name;
    }
    if ((given & 128U) != 0) {
        const std::size_t skipped = choices.byte() % 32;
        what.buffer.resize(std::min(choices.size(4096), request::most_buffer) + 32);
        options.buffer =
            std::span(what.buffer).subspan(skipped, what.buffer.size() - 32 + skipped % 2);
        if (choices.byte() < 0xc0) {
            options.capacity = 0;
        }
    }
}

void read_pages(request& what, input& choices) {
    arena_options& options = what.options;
    const std::uint8_t given = choices.byte();
    const std::uint8_t kinds = choices.byte();
    if ((given & 1U) != 0) {
        options.pages = static_cast<page_kind>(kinds & 3U);
    }
    if ((given & 2U) != 0) {
        options.numa = static_cast<numa_placement>((kinds >> 2) & 3U);
    }
    if ((given & 4U) != 0) {
        options.numa_nodes = choices.number((kinds >> 4) & 8U);
        options.numa_nodes |= (kinds >> 5) & 1U;
    }
    options.exclude_from_core_dumps = (given & 8U) != 0;
    options.named_mappings = (given & 16U) != 0;
    options.wipe_at_reset = (given & 32U) != 0;
    options.listed = (given & 64U) != 0;
    if ((given & 128U) != 0) {
        // Above the capacity it is the capacity: what that commits should fit this machine.
        constexpr std::size_t most = std::size_t{4} << 20;
        options.prefault_bytes = choices.size(options.capacity);
        if (options.capacity > most) {
            options.prefault_bytes = std::min(options.prefault_bytes, most);
        }
        options.on_prefault = &note_prefault;
        options.prefault_context = &what.seen;
    }
}

/// The bytes between the buffer's 16-byte boundaries.
std::size_t usable_bytes(std::span<const std::byte> buffer) {
    const auto begin = reinterpret_cast<std::uintptr_t>(buffer.data());
    const std::uintptr_t first = (begin + 15) / 16 * 16;
    const std::uintptr_t end = (begin + buffer.size()) / 16 * 16;
    return end > first ? end - first : 0;
}

/// What the header says of each option's range.
bool are_valid(const arena_options& options) {
    const bool has_buffer = options.buffer.data() != nullptr;
    const bool names_nodes = options.numa_nodes != 0;
    if (options.shard_count < 1 || options.shard_count > 64 || options.max_tlab_bytes < 1024 ||
        options.max_tlab_bytes > 131'072 || options.lane_count < 1 || options.lane_count > 4096 ||
        options.pages > page_kind::explicit_huge || options.numa > numa_placement::bind ||
        names_nodes == (options.numa == numa_placement::first_touch)) {
        return false;
    }
    if (!has_buffer) {
        return options.capacity >= 1 && options.capacity <= max_capacity;
    }
    return options.capacity == 0 && usable_bytes(options.buffer) != 0 &&
           options.pages == page_kind::standard && options.prefault_bytes == 0 && !names_nodes &&
           !options.exclude_from_core_dumps && !options.named_mappings;
}

template <class Arena>
bool is_listed(const Arena& source) {
    std::size_t found = 0;
    for_each_arena([&](const listed_arena& one) {
        FUZZ_REQUIRE(one.name() == source.name());
        ++found;
    });
    FUZZ_REQUIRE(found <= 1);
    return found == 1;
}

template <class Arena>
void require_as_asked(const Arena& source, const request& what) {
    const arena_options& options = what.options;
    const bool has_buffer = !options.buffer.empty();
    const std::size_t capacity =
        has_buffer ? usable_bytes(options.buffer) : (options.capacity + 15) / 16 * 16;
    FUZZ_REQUIRE(source.capacity() == capacity);
    FUZZ_REQUIRE(source.name() == std::string_view(what.name).substr(0, 63));
    const arena_usage now = source.usage();
    FUZZ_REQUIRE(now.used == 0 && now.slack == 0 && now.generation == 1 && now.peak == 0);
    FUZZ_REQUIRE(now.committed <= capacity);
    FUZZ_REQUIRE(now.pages <= options.pages);
    FUZZ_REQUIRE(now.budget <= capacity);
    FUZZ_REQUIRE(options.budget == 0 || now.budget <= options.budget);
    FUZZ_REQUIRE((options.budget != 0 && options.budget < capacity) || now.budget == capacity);
    FUZZ_REQUIRE(is_listed(source) == options.listed);
    FUZZ_REQUIRE(!what.seen.went_back);
    FUZZ_REQUIRE(what.seen.prefaulted <= std::min(options.prefault_bytes, capacity));
}

/// Takes from both ends of what can be had, in a few generations.
template <class Arena>
void use(Arena& source, const request& what) {
    for (int turn = 0; turn < 3; ++turn) {
        for (const std::size_t bytes :
             {std::size_t{1}, std::size_t{40}, std::size_t{1000}, std::size_t{70'000}}) {
            void* const place = source.try_allocate_bytes(bytes, 16);
            // What a build adds to an allocation for checks of its own is far less.
            FUZZ_REQUIRE(place != nullptr || source.remaining_bytes() < std::size_t{1} << 20);
            if (place != nullptr) {
                FUZZ_REQUIRE(source.contains(place));
                std::memset(place, turn + 1, bytes);
            }
        }
        arena_lease lease = source.lease();
        const auto scope = lease.scope();
        // What is wiped has to be there.
        const std::size_t most = what.options.wipe_at_reset ? std::size_t{1} << 20 : max_capacity;
        while (lease.try_allocate_bytes(std::min(source.capacity(), most) / 16 + 1, 8) != nullptr &&
               source.used_bytes() < most) {
        }
        const arena_usage now = source.usage();
        FUZZ_REQUIRE(now.used + now.slack <= now.budget && now.peak <= now.reserved);
        FUZZ_REQUIRE(what.seen.soft_limit == 0 || what.options.soft_limit != 0);
        source.reset(turn == 1 ? retain::none : retain::all);
        FUZZ_REQUIRE(source.used_bytes() == 0);
    }
    FUZZ_REQUIRE(!what.seen.told_twice);
}

template <class Arena>
std::unique_ptr<Arena> make(const request& what, bool throwing, std::error_code& error) {
    if (!throwing) {
        return try_make_arena<Arena>(what.options, error);
    }
    try {
        return std::make_unique<Arena>(what.options);
    } catch (const std::invalid_argument&) {
        error = std::make_error_code(std::errc::invalid_argument);
    } catch (const std::system_error& failure) {
        error = failure.code();
        FUZZ_REQUIRE(std::strstr(failure.what(), "mmap") != nullptr);
    }
    return nullptr;
}

template <class Arena>
void try_out(const request& what, bool throwing, std::uint8_t plan) {
    const std::size_t before = fuzz::mapped_bytes();
    std::error_code error;
    fuzz::refusals refused(plan);
    const std::unique_ptr<Arena> made = make<Arena>(what, throwing, error);
    const std::size_t refusals = refused.end();
    if (made != nullptr) {
        FUZZ_REQUIRE(!error && are_valid(what.options));
        // Two that a choice of huge pages makes have another way, and aren't counted.
        const std::size_t uncounted = what.options.pages == page_kind::standard ? 0 : 2;
        FUZZ_REQUIRE(made->usage().refused + uncounted >= refusals);
        require_as_asked(*made, what);
        use(*made, what);
    } else if (error == std::errc::invalid_argument) {
        FUZZ_REQUIRE(!are_valid(what.options) && refusals == 0);
    } else {
        FUZZ_REQUIRE(error == std::errc::not_enough_memory && are_valid(what.options));
        // Refused by us, or by a system that hasn't so much address space.
        FUZZ_REQUIRE(refusals != 0 || what.options.capacity > std::size_t{1} << 28);
        FUZZ_REQUIRE(fuzz::mapped_bytes() == before);
    }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    input choices(std::span(data, size));
    request what;
    const std::uint8_t how = choices.byte();
    read_sizes(what, choices);
    read_pages(what, choices);
    const std::uint8_t plan = (how & 0x30U) == 0x30 ? choices.byte() : std::uint8_t{0};
    const std::size_t before = fuzz::mapped_bytes();
    (how & 1U) != 0 ? try_out<cpu_arena>(what, (how & 2U) != 0, plan)
                    : try_out<arena>(what, (how & 2U) != 0, plan);
    FUZZ_REQUIRE(fuzz::mapped_bytes() == before);
    return 0;
}
