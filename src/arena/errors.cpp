#include <memory_arena/errors.hpp>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>

#include <memory_arena/detail/exceptions.hpp>
#include <memory_arena/typed_calls.hpp>

namespace memory_arena::inline MEMORY_ARENA_ABI {

namespace {

void report_on_standard_error(const char* text) noexcept {
    std::fputs(text, stderr);
    std::fputc('\n', stderr);
}

constinit std::atomic<failure_handler> current_handler{&report_on_standard_error};

}  // namespace

arena_exhausted::arena_exhausted(std::string_view arena_name, std::size_t requested_bytes,
                                 std::size_t alignment, const arena_usage& now) noexcept
    : requested_bytes_(requested_bytes),
      remaining_bytes_(now.budget - std::min(now.budget, now.used)) {
    const int length = static_cast<int>(arena_name.size());
    // The buffer holds the longest name and nine numbers of 20 digits; snprintf would cut off a
    // longer text.
    static_cast<void>(std::snprintf(
        text_.data(), text_.size(),
        "memory_arena \"%.*s\" is exhausted: %zu bytes (alignment %zu) asked for, %zu of %zu left; "
        "reserved %zu, committed %zu, used %zu, slack %zu, peak %zu",
        length, arena_name.data(), requested_bytes, alignment, remaining_bytes_, now.budget,
        now.reserved, now.committed, now.used, now.slack, now.peak));
}

failure_handler set_failure_handler(failure_handler handler) noexcept {
    return current_handler.exchange(handler != nullptr ? handler : &report_on_standard_error);
}

namespace detail {

void fail(const char* text) noexcept {
    current_handler.load()(text);
    std::abort();
}

void raise_bad_length() { raise(std::bad_array_new_length()); }

}  // namespace detail

}  // namespace memory_arena::inline MEMORY_ARENA_ABI
