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

double peak_memory::mebibytes() const { return mebibytes_over("VmHWM:"); }

double peak_memory::mebibytes_now() const { return mebibytes_over("VmRSS:"); }

double peak_memory::mebibytes_over(const char* field) const {
    const std::size_t bytes = status_bytes(field);
    return bytes > resident_before_ ? static_cast<double>(bytes - resident_before_) / (1 << 20) : 0;
}

void release_free_memory() { malloc_trim(0); }

}  // namespace arena_bench
