#include "measure/instructions.hpp"

#include <fcntl.h>
#include <linux/perf_event.h>
#include <spawn.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>
#include <system_error>
#include <thread>

#if __has_include(<valgrind/callgrind.h>)
#include <valgrind/callgrind.h>
#define ARENA_BENCH_CALLGRIND 1
#else
#define ARENA_BENCH_CALLGRIND 0
#endif

namespace arena_bench {

namespace {

namespace fs = std::filesystem;

int open_counter() {
    perf_event_attr wanted{};
    wanted.type = PERF_TYPE_HARDWARE;
    wanted.size = sizeof wanted;
    wanted.config = PERF_COUNT_HW_INSTRUCTIONS;
    wanted.disabled = 1;
    wanted.exclude_kernel = 1;
    wanted.exclude_hv = 1;
    return static_cast<int>(syscall(SYS_perf_event_open, &wanted, 0, -1, -1, 0));
}

bool is_installed(std::string_view program) {
    const char* const path = std::getenv("PATH");
    if (path == nullptr) return false;
    std::string_view rest{path};
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find(':'), rest.size());
        const fs::path candidate = fs::path{rest.substr(0, end)} / program;
        if (access(candidate.c_str(), X_OK) == 0) return true;
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return false;
}

/// A folder of its own that is gone with it.
class temporary_folder {
public:
    temporary_folder() {
        std::string name = (fs::temp_directory_path() / "arena_bench.XXXXXX").string();
        if (mkdtemp(name.data()) != nullptr) path_ = name;
    }
    ~temporary_folder() {
        std::error_code ignored;
        if (!path_.empty()) fs::remove_all(path_, ignored);
    }
    temporary_folder(const temporary_folder&) = delete;
    temporary_folder& operator=(const temporary_folder&) = delete;

    [[nodiscard]] const fs::path& path() const { return path_; }

private:
    fs::path path_;
};

/// Nothing that it says is shown. 0 if it couldn't be started.
pid_t start_quietly(std::array<std::string, 5> words) {
    std::array<char*, words.size() + 1> arguments{};
    for (std::size_t i = 0; i < words.size(); ++i) arguments[i] = words[i].data();
    posix_spawn_file_actions_t to_nowhere;
    posix_spawn_file_actions_init(&to_nowhere);
    posix_spawn_file_actions_addopen(&to_nowhere, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&to_nowhere, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    pid_t child = 0;
    const int error =
        posix_spawnp(&child, arguments[0], &to_nowhere, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&to_nowhere);
    return error == 0 ? child : 0;
}

/// Whether it said that all was well.
bool wait_for(pid_t child, const std::function<void()>& meanwhile) {
    int status = 0;
    for (;;) {
        const pid_t ended = waitpid(child, &status, WNOHANG);
        if (ended != 0) return ended == child && status == 0;
        meanwhile();
        std::this_thread::sleep_for(std::chrono::milliseconds{50});
    }
}

std::size_t files_in(const fs::path& folder) {
    std::error_code ignored;
    const fs::directory_iterator files{folder, ignored};
    return static_cast<std::size_t>(std::distance(begin(files), end(files)));
}

/// One dump: "desc: Trigger: Client Request: NAME" somewhere, and "summary: COUNT" or "totals:".
void read_dump(const fs::path& file, std::map<std::string, std::uint64_t>& into) {
    constexpr std::string_view trigger = "desc: Trigger: Client Request: ";
    constexpr std::string_view totals = "totals: ";
    std::ifstream dump{file};
    std::string name;
    for (std::string line; std::getline(dump, line);) {
        if (line.starts_with(trigger)) name = line.substr(trigger.size());
        if (line.starts_with(totals) && !name.empty()) {
            into[name] = std::strtoull(line.c_str() + totals.size(), nullptr, 10);
        }
    }
}

}  // namespace

instruction_counter::instruction_counter() : counter_{open_counter()} {}

instruction_counter::~instruction_counter() {
    if (available()) close(counter_);
}

void instruction_counter::start() const {
    ioctl(counter_, PERF_EVENT_IOC_RESET, 0);
    ioctl(counter_, PERF_EVENT_IOC_ENABLE, 0);
}

std::uint64_t instruction_counter::stop() const {
    ioctl(counter_, PERF_EVENT_IOC_DISABLE, 0);
    std::uint64_t count = 0;
    return read(counter_, &count, sizeof count) == sizeof count ? count : 0;
}

namespace callgrind {

bool available() { return ARENA_BENCH_CALLGRIND == 1 && is_installed("valgrind"); }

#if ARENA_BENCH_CALLGRIND
void begin() { CALLGRIND_ZERO_STATS; }
void end(const std::string& name) { CALLGRIND_DUMP_STATS_AT(name.c_str()); }
#else
void begin() {}
void end(const std::string& /*name*/) {}
#endif

std::optional<std::map<std::string, std::uint64_t>> count(
    const std::string& argument, const std::function<void(std::size_t)>& see) {
    const temporary_folder folder;
    if (folder.path().empty()) return std::nullopt;
    const std::string out = (folder.path() / "counts").string();
    std::error_code error;
    const fs::path program = fs::read_symlink("/proc/self/exe", error);
    if (error) return std::nullopt;
    const pid_t child = start_quietly({"valgrind", "--tool=callgrind",
                                       "--callgrind-out-file=" + out, program.string(), argument});
    if (child == 0 || !wait_for(child, [&] { see(files_in(folder.path())); })) return std::nullopt;
    std::map<std::string, std::uint64_t> counts;
    for (const fs::directory_entry& dump : fs::directory_iterator{folder.path()}) {
        read_dump(dump.path(), counts);
    }
    return counts;
}

}  // namespace callgrind

}  // namespace arena_bench
