#include "report/machine.hpp"

#include <fmt/format.h>
#include <gnu/libc-version.h>
#include <sys/utsname.h>

#include <fstream>
#include <thread>

#include "build_info.hpp"

namespace arena_bench {

namespace {

std::string first_line_of(const char* path) {
    std::ifstream file{path};
    std::string line;
    return std::getline(file, line) ? line : "unknown";
}

/// The value of the first "field   : value" line of a file of the kernel's.
std::string field_of(const char* path, std::string_view field) {
    std::ifstream file{path};
    for (std::string line; std::getline(file, line);) {
        if (!line.starts_with(field)) continue;
        const std::size_t value = line.find_first_not_of(" \t", line.find(':') + 1);
        return value == std::string::npos ? "unknown" : line.substr(value);
    }
    return "unknown";
}

std::string kernel_name() {
    utsname names{};
    if (uname(&names) != 0) return "unknown";
    return fmt::format("{} {} {}", names.sysname, names.release, names.machine);
}

/// "always [madvise] never" says madvise.
std::string huge_page_mode() {
    std::string line = first_line_of("/sys/kernel/mm/transparent_hugepage/enabled");
    const std::size_t begin = line.find('[');
    const std::size_t end = line.find(']');
    if (begin == std::string::npos || end == std::string::npos) return line;
    return line.substr(begin + 1, end - begin - 1);
}

std::string compiler_name() {
#if defined(__clang__)
    return fmt::format("Clang {}.{}.{}", __clang_major__, __clang_minor__, __clang_patchlevel__);
#else
    return fmt::format("GCC {}.{}.{}", __GNUC__, __GNUC_MINOR__, __GNUC_PATCHLEVEL__);
#endif
}

constexpr bool compiled_optimised() {
#if defined(__OPTIMIZE__)
    return true;
#else
    return false;
#endif
}

}  // namespace

machine describe_machine() {
    return {.processor = field_of("/proc/cpuinfo", "model name"),
            .cores = std::thread::hardware_concurrency(),
            .memory = field_of("/proc/meminfo", "MemTotal"),
            .kernel = kernel_name(),
            .huge_pages = huge_page_mode(),
            .c_library = fmt::format("glibc {}", gnu_get_libc_version())};
}

build describe_build() {
    return {.compiler = compiler_name(),
            .type = build_info::type,
            .flags = build_info::flags,
            .commit = build_info::commit,
            .optimised = compiled_optimised()};
}

}  // namespace arena_bench
