#include "sequences/watched.hpp"

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include <unistd.h>

#include "os/rseq.hpp"

#define WATCHED [[gnu::noinline, gnu::section("watched_sequences")]]

namespace detail = memory_arena::detail;

namespace sequences {

namespace {

const detail::rseq_location& location() { return memory_arena::os::rseq().location; }

/// What the linker says of the two sections, by the names that it gives.
// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming)
extern "C" {
extern const char __start_watched_sequences[];
extern const char __stop_watched_sequences[];
extern const char __start___rseq_cs[];
extern const char __stop___rseq_cs[];
}
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)

struct alignas(32) descriptor {
    std::uint32_t version;
    std::uint32_t flags;
    std::uint64_t start;
    std::uint64_t length;
    std::uint64_t abort;
};

/// What the disassembler takes for this program's addresses, less what they are in memory.
std::uintptr_t load_offset() {
    std::uintptr_t in_file = 0;
    const std::string program = "objdump -h /proc/" + std::to_string(getpid()) + "/exe";
    std::unique_ptr<FILE, int (*)(FILE*)> out(popen(program.c_str(), "r"), pclose);
    char line[512];
    while (out && std::fgets(line, sizeof line, out.get()) != nullptr) {
        char name[64];
        unsigned long size = 0;
        if (std::sscanf(line, " %*d %63s %lx %lx", name, &size, &in_file) == 3 &&
            std::string(name) == "watched_sequences") {
            return reinterpret_cast<std::uintptr_t>(__start_watched_sequences) - in_file;
        }
    }
    return 0;
}

bool in_a_sequence(std::uintptr_t address) {
    const auto* end = reinterpret_cast<const descriptor*>(__stop___rseq_cs);
    for (const auto* one = reinterpret_cast<const descriptor*>(__start___rseq_cs); one < end;
         ++one) {
        if (address >= one->start && address < one->start + one->length) {
            return true;
        }
    }
    return false;
}

}  // namespace

WATCHED bool bump(detail::lane* lanes, const std::atomic<std::uint64_t>& generation,
                  std::size_t bytes, std::uintptr_t& result) {
    return detail::bump_on_cpu(lanes, location(), generation, bytes, 8, result);
}

WATCHED bool bump_aligned(detail::lane* lanes, const std::atomic<std::uint64_t>& generation,
                          std::size_t bytes, std::uintptr_t& result) {
    return detail::bump_on_cpu(lanes, location(), generation, bytes, wide_alignment, result);
}

WATCHED bool extend(detail::lane* lanes, std::uint64_t generation, std::uintptr_t from,
                    std::uintptr_t to) {
    return detail::extend_on_cpu(lanes, location(), generation, from, to);
}

WATCHED bool install(detail::lane* lanes, const std::atomic<std::uint64_t>& current,
                     std::uint64_t generation, std::uintptr_t start, std::uintptr_t limit,
                     const detail::lane& known) {
    return detail::install_on_cpu(lanes, location(), current, generation, start, limit, known);
}

WATCHED bool retract(detail::lane* lanes, std::uint64_t generation, std::uintptr_t begin,
                     std::uintptr_t end) {
    return detail::retract_on_cpu(lanes, location(), generation, begin, end);
}

std::vector<std::uintptr_t> instructions() {
    std::vector<std::uintptr_t> result;
    const std::uintptr_t offset = load_offset();
    const std::string program = "objdump -d --no-show-raw-insn --section=watched_sequences /proc/" +
                                std::to_string(getpid()) + "/exe";
    std::unique_ptr<FILE, int (*)(FILE*)> out(popen(program.c_str(), "r"), pclose);
    char line[512];
    while (out && std::fgets(line, sizeof line, out.get()) != nullptr) {
        char* end = nullptr;
        const std::uintptr_t address = std::strtoul(line, &end, 16);
        if (end != line && end[0] == ':' && end[1] == '\t' && in_a_sequence(address + offset)) {
            result.push_back(address + offset);
        }
    }
    return result;
}

}  // namespace sequences
