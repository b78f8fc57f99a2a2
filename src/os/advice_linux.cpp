#include "os/advice.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <optional>
#include <string_view>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

namespace memory_arena::inline MEMORY_ARENA_ABI::os {

namespace {

// Younger than some C libraries' headers.
constexpr int set_vma = 0x53564d41;
constexpr unsigned long set_vma_anon_name = 0;

std::error_code advise(std::byte* begin, std::size_t bytes, int advice) noexcept {
    if (madvise(begin, bytes, advice) != 0) {
        return {errno, std::system_category()};
    }
    return {};
}

/// Whether the kernel's file at `path`, which lists all choices, has `choice` in brackets; nothing
/// where there is no such file.
std::optional<bool> is_chosen(const char* path, std::string_view choice) noexcept {
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return {};
    }
    std::array<char, 128> text{};
    const ssize_t length = ::read(file, text.data(), text.size());
    close(file);
    if (length < 0) {
        return {};
    }
    const std::string_view choices(text.data(), static_cast<std::size_t>(length));
    return choices.find(choice) != std::string_view::npos;
}

/// The administrator's word on huge pages: that on those of 2 MiB goes before that on all sizes.
bool are_forbidden() noexcept {
    constexpr const char* all_sizes = "/sys/kernel/mm/transparent_hugepage/enabled";
    constexpr const char* this_size =
        "/sys/kernel/mm/transparent_hugepage/hugepages-2048kB/enabled";
    if (!is_chosen(this_size, "[inherit]").value_or(true)) {
        return is_chosen(this_size, "[never]").value_or(false);
    }
    return is_chosen(all_sizes, "[never]").value_or(false);
}

/// This process has given up huge pages. (Another value than 1: but for those that are asked for.)
bool are_given_up() noexcept { return prctl(PR_GET_THP_DISABLE, 0UL, 0UL, 0UL, 0UL) == 1; }

/// What the kernel takes in the name of a mapping.
bool is_nameable(char byte) noexcept {
    constexpr std::string_view refused = "[]\\$`";
    return byte >= ' ' && byte <= '~' && refused.find(byte) == std::string_view::npos;
}

}  // namespace

std::error_code prefer_huge_pages(std::byte* begin, std::size_t bytes) noexcept {
    if (are_forbidden() || are_given_up()) {
        return {ENOTSUP, std::system_category()};
    }
    return advise(begin, bytes, MADV_HUGEPAGE);
}

std::error_code exclude_from_core_dumps(std::byte* begin, std::size_t bytes) noexcept {
    return advise(begin, bytes, MADV_DONTDUMP);
}

page_name page_name_of(std::string_view name) noexcept {
    constexpr std::string_view prefix = "memory_arena:";
    page_name text{};
    std::copy(prefix.begin(), prefix.end() - (name.empty() ? 1 : 0), text.begin());
    const std::string_view room = name.substr(0, text.size() - 1 - prefix.size());
    std::transform(room.begin(), room.end(), text.begin() + prefix.size(),
                   [](char byte) { return is_nameable(byte) ? byte : '_'; });
    return text;
}

std::error_code name_pages(std::byte* begin, std::size_t bytes, std::string_view name) noexcept {
    const page_name text = page_name_of(name);
    if (prctl(set_vma, set_vma_anon_name, begin, bytes, text.data()) != 0) {
        return {errno, std::system_category()};
    }
    return {};
}

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::os
