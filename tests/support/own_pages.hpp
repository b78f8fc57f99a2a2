#pragma once

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

/// \file
/// The pages that belong to one object, an arena say: those that its construction mapped. How many
/// of them are resident is then exact, whatever else the process holds: threads' stacks, the heap.

namespace test_support {

/// [begin, end), in addresses.
struct address_range {
    std::uintptr_t begin = 0;
    std::uintptr_t end = 0;
};

/// The mappings of this process, by address. Large: make it static.
class mappings {
public:
    /// Takes nothing from the heap and little from the stack, so that reading maps nothing.
    void read_again() {
        read_text();
        count_ = 0;
        // Lines such as "7f0000000000-7f0000021000 rw-p …".
        for (const char* line = text_.data(); *line != '\0';) {
            if (count_ == ranges_.size()) {
                throw std::length_error("more mappings than there is room for");
            }
            char* rest = nullptr;
            const auto begin = static_cast<std::uintptr_t>(std::strtoull(line, &rest, 16));
            const auto end = static_cast<std::uintptr_t>(std::strtoull(rest + 1, &rest, 16));
            ranges_[count_++] = {begin, end};
            const char* const newline = std::strchr(rest, '\n');
            line = newline != nullptr ? newline + 1 : "";
        }
    }

    [[nodiscard]] const address_range* begin() const noexcept { return ranges_.data(); }
    [[nodiscard]] const address_range* end() const noexcept { return ranges_.data() + count_; }

private:
    void read_text() {
        const int file = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
        if (file < 0) {
            throw std::system_error(errno, std::system_category(), "open /proc/self/maps");
        }
        std::size_t length = 0;
        ssize_t got = 1;
        while (got > 0 && length < text_.size() - 1) {
            got = read(file, text_.data() + length, text_.size() - 1 - length);
            length += static_cast<std::size_t>(std::max(got, ssize_t{0}));
        }
        close(file);
        if (got != 0) {
            throw std::length_error("/proc/self/maps is longer than there is room for");
        }
        text_[length] = '\0';
    }

    std::size_t count_ = 0;
    std::array<address_range, 4096> ranges_{};
    std::array<char, 512 * 1024> text_{};
};

class own_pages {
public:
    /// The pages that `make()` maps. Nothing else in the process may map anything meanwhile.
    template <class Make>
    explicit own_pages(const Make& make) {
        static mappings before;
        static mappings after;
        before.read_again();
        make();
        after.read_again();
        // By address, not by mapping: the kernel joins neighbours.
        for (const address_range& now : after) {
            std::uintptr_t from = now.begin;
            for (const address_range& old : before) {
                if (old.end > from && old.begin < now.end) {
                    add(from, old.begin);
                    from = old.end;
                }
            }
            add(from, now.end);
        }
    }

    /// Mappings, those that the kernel joined to older neighbours included.
    [[nodiscard]] std::size_t count() const noexcept { return ranges_.size(); }

    /// Bytes of address space.
    [[nodiscard]] std::size_t bytes() const noexcept {
        std::size_t sum = 0;
        for (const address_range& range : ranges_) {
            sum += range.end - range.begin;
        }
        return sum;
    }

    /// Bytes of them that the kernel holds in memory now.
    [[nodiscard]] std::size_t resident() const {
        const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
        std::size_t pages = 0;
        for (const address_range& range : ranges_) {
            std::vector<unsigned char> flags((range.end - range.begin) / page);
            if (mincore(reinterpret_cast<void*>(range.begin), range.end - range.begin,
                        flags.data()) != 0) {
                throw std::system_error(errno, std::system_category(), "mincore");
            }
            pages += static_cast<std::size_t>(std::count_if(
                flags.begin(), flags.end(), [](unsigned char flag) { return flag % 2 != 0; }));
        }
        return pages * page;
    }

private:
    void add(std::uintptr_t begin, std::uintptr_t end) {
        if (begin < end) {
            ranges_.push_back({begin, end});
        }
    }

    std::vector<address_range> ranges_;
};

/// From here on a touch commits a page, and not 2 MiB, where the kernel gives transparent huge
/// pages to everybody.
inline void do_without_huge_pages() {
    if (prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0) != 0) {
        throw std::system_error(errno, std::system_category(), "prctl PR_SET_THP_DISABLE");
    }
}

}  // namespace test_support
