#include "reserve/reserve.hpp"

#include <algorithm>
#include <cstring>

#include <memory_arena/detail/align.hpp>

#include "os/advice.hpp"
#include "os/numa.hpp"

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

std::span<std::byte> usable_part(std::span<std::byte> buffer) noexcept {
    const auto begin = reinterpret_cast<std::uintptr_t>(buffer.data());
    const std::size_t skipped = padding_to(begin, tlab_boundary);
    if (skipped >= buffer.size()) {
        return {};
    }
    return buffer.subspan(skipped, round_down(buffer.size() - skipped, tlab_boundary));
}

/// Out of the pool, from the beginning of a huge page. The pages are few: the colour goes where it
/// would cost one. Whether the pool has them.
bool reserve::map_from_pool(std::size_t capacity, std::size_t colour) noexcept {
    const std::size_t whole = round_up(capacity, os::huge_page_bytes);
    const std::size_t kept = whole - capacity < colour ? 0 : colour;
    const std::error_code refusal = own_.map_from_pool(whole);
    count_if(refusal);
    if (refusal) {
        return false;
    }
    begin_ = own_.begin() + kept;
    page_bytes_ = os::huge_page_bytes;
    page_size_ = page_size::explicit_huge;
    return true;
}

/// Standard pages, or transparent huge ones where those or better ones were asked for.
std::error_code reserve::map_pages(std::size_t bytes, page_size asked) noexcept {
    page_bytes_ = os::page_bytes();
    if (asked == page_size::standard) {
        return own_.map(bytes);
    }
    // The boundary takes more address space at first: where that is short, a reserve anywhere will
    // do, whose first and last bytes then have standard pages.
    const std::error_code shortage = own_.map_on_boundary(bytes, os::huge_page_bytes);
    count_if(shortage);
    if (shortage) {
        if (const std::error_code error = own_.map(bytes)) {
            return error;
        }
    }
    refused_by_map_ += own_.surpluses();
    const std::error_code refusal = os::prefer_huge_pages(own_.begin(), own_.bytes());
    count_if(refusal);
    page_size_ = refusal ? page_size::standard : page_size::transparent_huge;
    return {};
}

std::error_code reserve::map(std::size_t capacity, std::size_t colour,
                             const page_options& asked) noexcept {
    const bool single = asked.quarantine == 0;
    capacity_ = round_up(capacity, single ? tlab_boundary : os::page_bytes());
    if (asked.size != page_size::explicit_huge || !map_from_pool(capacity_, colour)) {
        regions_ = table_of(capacity_, 1 + asked.quarantine);
        // Of several regions, each has room for the colour behind it.
        const std::size_t bytes = single ? capacity + colour : regions_.count * regions_.stride;
        if (const std::error_code error = map_pages(bytes, asked.size)) {
            return error;
        }
        begin_ = own_.begin() + colour;
    }
    count_if(os::place(own_.begin(), own_.bytes(), asked.policy, asked.nodes));
    if (asked.exclude_from_core_dumps) {
        count_if(os::exclude_from_core_dumps(own_.begin(), own_.bytes()));
    }
    if (asked.is_named) {
        count_if(os::name_pages(own_.begin(), own_.bytes(), asked.name));
    }
    if (!single) {
        // Last: what was said of all is kept by each.
        count_if(os::make_inaccessible(region(1), (regions_.count - 1) * regions_.stride));
    }
    return {};
}

region_table reserve::table_of(std::size_t capacity, std::size_t count) noexcept {
    const std::size_t page = os::page_bytes();
    return count == 1 ? region_table{} : region_table{count, round_up(capacity, page) + page};
}

bool reserve::open_region(std::size_t index) const noexcept {
    return !os::make_accessible(region(index), regions_.stride);
}

bool reserve::close_region(std::size_t index) const noexcept {
    return !os::make_inaccessible(region(index), regions_.stride);
}

bool reserve::discard_region(std::size_t index) const noexcept {
    return !os::discard(region(index), regions_.stride);
}

void reserve::prefault(std::size_t bytes, os::prefault_progress progress, void* context) noexcept {
    const os::prefault_result result =
        os::prefault(begin_, std::min(bytes, capacity_), progress, context);
    prefaulted_bytes_ = result.bytes;
    refused_by_map_ += result.refused;
}

void reserve::borrow(std::span<std::byte> buffer) noexcept {
    const std::span<std::byte> usable = usable_part(buffer);
    begin_ = usable.data();
    capacity_ = usable.size();
    page_bytes_ = os::page_bytes();
}

bool reserve::contains(const void* pointer, std::size_t begin) const noexcept {
    const auto address = reinterpret_cast<std::uintptr_t>(pointer);
    return address - reinterpret_cast<std::uintptr_t>(begin_ + begin) < capacity_;
}

bool reserve::discard(std::size_t begin, std::size_t end) const noexcept {
    const auto base = reinterpret_cast<std::uintptr_t>(begin_);
    const std::uintptr_t first =
        begin == 0 ? round_down(base, page_bytes_) : round_up(base + begin, page_bytes_);
    const std::uintptr_t behind = round_up(base + end, page_bytes_);
    const auto mapped = reinterpret_cast<std::uintptr_t>(own_.begin());
    return first >= behind || !os::discard(own_.begin() + (first - mapped), behind - first);
}

void reserve::wipe(std::size_t begin, std::size_t bytes) const noexcept {
    std::memset(begin_ + begin, 0, bytes);
}

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
