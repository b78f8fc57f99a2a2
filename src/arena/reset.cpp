#include <algorithm>

#include "arena/arena_core.hpp"
#include "reserve/page_return.hpp"

/// \file
/// How a generation ends, and what becomes of its pages.

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

namespace {

/// Who allocates beside a trim waits while at most so many bytes go back.
constexpr std::size_t trim_piece = std::size_t{8} << 20;

}  // namespace

void arena_core::reset(retain kept) noexcept {
    const std::uint64_t generation = now();
    const bool registered = cleanups_.any_in(generation);
    if (registered && !run_cleanups(generation)) {
        // Another reset has ended the generation meanwhile, or runs the destructor that this is
        // called from.
        if (now() != generation && kept.what() == retain::kind::up_to) {
            trim(kept.bytes());
        }
        return;
    }
    if (face_.is_watched()) [[unlikely]] {
        forbid_all(generation);  // before it ends: what is allocated next is not to be among it
    }
    std::uint64_t ended = 0;
    if (kept.what() == retain::kind::all && plainly_reset_) [[likely]] {
        // Release: what was done before the reset is done for whoever takes the memory again.
        // Acquire: the resets' looks at the packed words come in the order of the resets.
        ended = face_.generation.fetch_add(1, std::memory_order_acq_rel);
    } else if (region_.regions().count == 1) {
        ended = reset_cleaning(bytes_to_keep(kept, generation));
    } else {
        ended = reset_in_regions();
    }
    if (registered) {
        face_.generation.notify_all();  // resets that waited for this one
    }
    renew_words(ended - face_.generation_base);
}

/// How many bytes stay committed at the end of `generation`.
std::size_t arena_core::bytes_to_keep(retain kept, std::uint64_t generation) noexcept {
    const frontier& edge = shards_.edge();
    if (kept.what() != retain::kind::adaptive) {
        return std::min(kept.bytes(), capacity());
    }
    peaks_.note(generation, edge.bytes(generation));
    // Memory that comes and goes within a quarter isn't worth a system call, let alone its faults.
    const std::size_t most = peaks_.most(generation);
    return edge.touched() <= most + most / 4 ? capacity() : most + most / 8;
}

/// Ends the generation, having wiped what it used, or given back what lies behind `keep`.
std::uint64_t arena_core::reset_cleaning(std::size_t keep) noexcept {
    frontier& edge = shards_.edge();
    const bool gives_back = region_.owns_pages() && edge.touched() > keep;
    if (!gives_back && !wipes_) {
        return face_.generation.fetch_add(1, std::memory_order_acq_rel);  // as in reset()
    }
    const auto clean = [&](std::size_t end) {
        std::size_t left = end;
        if (gives_back && keep < end && discard(keep, end)) {
            left = keep;
        }
        if (wipes_) {
            // A page that holds the last byte that is kept wasn't given back.
            wipe(0, std::min(edge.bytes(now()), left + region_.page_bytes()));
        }
        return left;
    };
    return end_generation(edge, hold_, face_.generation, wipes_ ? 0 : keep, clean);
}

/// Gives [begin, end) back to the system. Whether that agreed.
bool arena_core::discard(std::size_t begin, std::size_t end) noexcept {
    const bool gone = region_.discard(begin, end);
    if (!gone) {
        count_refusal();
    }
    return gone;
}

void arena_core::trim(std::size_t keep) noexcept {
    if (region_.owns_pages() && region_.regions().count == 1) {
        give_back_unused(
            shards_.edge(), hold_, face_.generation, keep, trim_piece,
            [this](std::size_t begin, std::size_t end) { return discard(begin, end); });
    }
}

/// Every reset looks at the next packed word in turn, so that none is ever so old that its
/// generation comes round again.
void arena_core::renew_words(std::uint64_t turn) noexcept {
    const std::size_t words = shards_.renewable_words();
    for (std::size_t look = 0; look < renewals_per_reset_; ++look) {
        const auto index =
            static_cast<std::size_t>((turn * renewals_per_reset_ + look) % (words + 1));
        if (index < words) {
            shards_.renew(index);
        } else {
            cleanups_.renew();
        }
    }
}

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
