#include "measure/process_memory.hpp"

#include <malloc.h>

#include <fstream>
#include <string>

namespace arena_bench {

namespace {

/// One "VmXXX:   123 kB" line of the kernel's status file, in bytes; 0 where there is none.
std::size_t status_bytes(const std::string& field) {
    std::ifstream status{"/proc/self/status"};
    std::string word;
    while (status >> word) {
        std::size_t kibibytes = 0;
        if (word == field && status >> kibibytes) return kibibytes * 1024;
    }
    return 0;
}

/// Without the right to write this file the peak is the process's own, and only ever an upper
/// bound.
void forget_peak() { std::ofstream{"/proc/self/clear_refs"} << "5"; }

}  // namespace

peak_memory::peak_memory() {
    forget_peak();
    resident_before_ = status_bytes("VmRSS:");
}

std::size_t peak_memory::bytes() const {
    const std::size_t peak = status_bytes("VmHWM:");
    return peak > resident_before_ ? peak - resident_before_ : 0;
}

std::size_t peak_memory::bytes_now() const {
    const std::size_t now = status_bytes("VmRSS:");
    return now > resident_before_ ? now - resident_before_ : 0;
}

void release_free_memory() { malloc_trim(0); }

}  // namespace arena_bench
