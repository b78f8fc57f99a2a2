#pragma once

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>

/// \file
/// What the kernel says about a mapping (/proc/self/smaps), and about its huge pages.

namespace test_support {

struct mapping_facts {
    std::string name;   ///< in brackets where it is no file's; empty for none
    std::string flags;  ///< two letters each, a space before and behind
    std::size_t page_bytes = 0;
    std::size_t huge_bytes = 0;  ///< resident in transparent huge pages

    [[nodiscard]] bool has_flag(const std::string& two_letters) const {
        return flags.find(" " + two_letters + " ") != std::string::npos;
    }
};

/// Of the mapping that `place` lies in.
inline mapping_facts facts_of(const void* place) {
    const auto address = reinterpret_cast<std::uintptr_t>(place);
    std::ifstream smaps("/proc/self/smaps");
    mapping_facts facts;
    bool found = false;
    for (std::string line; std::getline(smaps, line);) {
        std::istringstream words(line);
        std::string first;
        words >> first;
        if (first.back() != ':') {  // "begin-end rw-p offset device inode name"
            if (found) {
                return facts;
            }
            const std::size_t dash = first.find('-');
            found = std::stoull(first.substr(0, dash), nullptr, 16) <= address &&
                    address < std::stoull(first.substr(dash + 1), nullptr, 16);
            std::string skipped;
            words >> skipped >> skipped >> skipped >> skipped >> std::ws;
            facts.name.clear();
            std::getline(words, facts.name);  // which leaves it alone where nothing is left
        } else if (first == "VmFlags:") {
            std::getline(words, facts.flags);
            facts.flags += ' ';
        } else if (first == "KernelPageSize:" || first == "AnonHugePages:") {
            std::size_t kibibytes = 0;
            words >> kibibytes;
            (first[0] == 'K' ? facts.page_bytes : facts.huge_bytes) = kibibytes << 10;
        }
    }
    if (!found) {
        throw std::runtime_error("/proc/self/smaps has no mapping at that address");
    }
    return facts;
}

/// Huge pages of 2 MiB that the administrator's pool has free.
inline std::size_t free_pool_pages() {
    std::size_t pages = 0;
    std::ifstream("/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages") >> pages;
    return pages;
}

/// Transparent huge pages can be had for the asking.
inline bool has_transparent_huge_pages() {
    std::string choices;
    std::getline(std::ifstream("/sys/kernel/mm/transparent_hugepage/enabled"), choices);
    return !choices.empty() && choices.find("[never]") == std::string::npos;
}

}  // namespace test_support
