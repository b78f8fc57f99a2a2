/// What does a reset keep, and what does each policy cost? 64 cycles of 2 MiB in 64-byte objects,
/// all of them written, the eighth a hundred times as large, each ended by a reset; with every
/// policy of `retain`, and for comparison std::pmr::monotonic_buffer_resource, whose release() ends
/// a cycle, and protobuf's Arena, whose Reset() does.
///
/// Resident is what the process has in anonymous memory more than before the contender was made,
/// after each reset: exact, and with malloc's for those that take from there. Each contender runs
/// in processes of its own, which are new in each of 15 rounds: one for the memory, one for time
/// and page faults.
///
///     bench_retention [--json FILE]
///
/// also writes it all to FILE, from which benchmarks/draw_retention draws docs/retention.svg.

#include <memory_arena/arena.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <memory_resource>
#include <string>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "peers/optional.hpp"
#include "support/paired.hpp"
#include "tests/support/own_pages.hpp"

namespace {

using memory_arena::retain;

constexpr std::size_t mib = std::size_t{1} << 20;
constexpr std::size_t object_bytes = 64;
constexpr std::size_t steady_bytes = 2 * mib;
constexpr std::size_t spike_bytes = 100 * steady_bytes;
constexpr std::size_t cycles = 64;
constexpr std::size_t spike = 8;     ///< the first cycle is 1
constexpr std::size_t settled = 32;  ///< the cycles behind it are those that are timed
constexpr int rounds = 15;

constexpr std::size_t bytes_of(std::size_t cycle) {
    return cycle == spike ? spike_bytes : steady_bytes;
}

struct cycle_figures {
    std::size_t resident = 0;
    double microseconds = 0;
    long faults = 0;
};
using history = std::array<cycle_figures, cycles>;

class retaining_arena {
public:
    explicit retaining_arena(retain kept) : kept_(kept) {}
    void* take(std::size_t bytes) { return arena_.allocate_bytes(bytes); }
    void reset() { arena_.reset(kept_); }

private:
    memory_arena::arena arena_{256 * mib};
    retain kept_;
};

class monotonic {
public:
    void* take(std::size_t bytes) { return resource_.allocate(bytes); }
    void reset() { resource_.release(); }

private:
    std::pmr::monotonic_buffer_resource resource_;
};

/// Of this process, as the kernel counts it at this moment, in bytes.
std::size_t anonymous_bytes() {
    static std::array<char, 4096> text;
    const int file = open("/proc/self/smaps_rollup", O_RDONLY | O_CLOEXEC);
    const ssize_t length = file < 0 ? -1 : read(file, text.data(), text.size() - 1);
    close(file);
    text[static_cast<std::size_t>(std::max(length, ssize_t{0}))] = '\0';
    const char* const line = std::strstr(text.data(), "\nAnonymous:");
    if (line == nullptr) {
        throw std::system_error(errno, std::system_category(), "read /proc/self/smaps_rollup");
    }
    return std::strtoull(line + std::strlen("\nAnonymous:"), nullptr, 10) * 1024;
}

long page_faults() {
    rusage mine{};
    getrusage(RUSAGE_SELF, &mine);
    return mine.ru_minflt;
}

template <class Source>
[[gnu::noinline]] void fill(Source& source, std::size_t bytes) {
    for (std::size_t taken = 0; taken < bytes; taken += object_bytes) {
        void* const object = source.take(object_bytes);
        std::memset(object, 42, object_bytes);
        benchmarks::keep(object);
    }
}

/// What a life is for. To look at the page tables cools the caches for the cycle that follows.
enum class aim { time, memory };

/// The life of what `make()` makes.
template <class Make>
void live(const Make& make, aim what, history& result) {
    history seen{};
    // What the measuring itself touches is touched before.
    static_cast<void>(page_faults());
    static_cast<void>(std::chrono::steady_clock::now());
    static_cast<void>(anonymous_bytes());
    const std::size_t before = anonymous_bytes();
    const auto source = make();
    for (std::size_t cycle = 1; cycle <= cycles; ++cycle) {
        cycle_figures& here = seen[cycle - 1];
        const long faults = page_faults();
        const auto begin = std::chrono::steady_clock::now();
        fill(*source, bytes_of(cycle));
        source->reset();
        const std::chrono::duration<double, std::micro> spent =
            std::chrono::steady_clock::now() - begin;
        here.microseconds = spent.count();
        here.faults = page_faults() - faults;
        if (what == aim::memory) {
            const std::size_t now = anonymous_bytes();
            here.resident = now - std::min(before, now);
        }
    }
    result = seen;
}

struct contender {
    std::string name;
    std::function<void(aim, history&)> live;
    std::vector<history> timed = {};
    std::vector<history> looked_at = {};

    /// The median over the settled cycles of all rounds.
    template <class Figure>
    [[nodiscard]] double settled_median(Figure figure) const {
        std::vector<double> values;
        for (const history& one : timed) {
            for (std::size_t cycle = settled; cycle < cycles; ++cycle) {
                values.push_back(static_cast<double>(figure(one[cycle])));
            }
        }
        return benchmarks::median(values);
    }
    [[nodiscard]] double microseconds() const {
        return settled_median([](const cycle_figures& one) { return one.microseconds; });
    }
    [[nodiscard]] double faults() const {
        return settled_median([](const cycle_figures& one) { return one.faults; });
    }
    [[nodiscard]] double microseconds_of(std::size_t cycle) const {
        std::vector<double> values;
        for (const history& one : timed) {
            values.push_back(one[cycle - 1].microseconds);
        }
        return benchmarks::median(values);
    }
    [[nodiscard]] double mib_after(std::size_t cycle) const {
        std::vector<double> values;
        for (const history& one : looked_at) {
            values.push_back(static_cast<double>(one[cycle - 1].resident) / mib);
        }
        return benchmarks::median(values);
    }
    /// By how much two rounds differ at most in what is resident after one and the same cycle.
    [[nodiscard]] std::size_t spread() const {
        std::size_t most = 0;
        for (std::size_t cycle = 0; cycle < cycles; ++cycle) {
            const auto [low, high] = std::minmax_element(
                looked_at.begin(), looked_at.end(),
                [cycle](const history& left, const history& right) {
                    return left[cycle].resident < right[cycle].resident;
                });
            most = std::max(most, (*high)[cycle].resident - (*low)[cycle].resident);
        }
        return most;
    }
};

/// Runs `one` in a child process, whose memory is its own.
void run_in_child(contender& one, aim what, history& shared) {
    const pid_t child = fork();
    if (child == 0) {
        one.live(what, shared);
        _exit(0);
    }
    int status = -1;
    if (child < 0 || waitpid(child, &status, 0) != child || status != 0) {
        throw std::system_error(errno, std::system_category(), one.name + " did not live");
    }
    (what == aim::time ? one.timed : one.looked_at).push_back(shared);
}

std::vector<contender> all_contenders() {
    std::vector<contender> all;
    const auto add_policy = [&all](const char* name, retain kept) {
        all.push_back({name, [kept](aim what, history& seen) {
                           live([kept] { return std::make_unique<retaining_arena>(kept); }, what,
                                seen);
                       }});
    };
    add_policy("retain::all", retain::all);
    add_policy("retain::up_to(4 MiB)", retain::up_to(4 * mib));
    add_policy("retain::adaptive", retain::adaptive);
    add_policy("retain::none", retain::none);
    all.push_back({"monotonic_buffer_resource", [](aim what, history& seen) {
                       live([] { return std::make_unique<monotonic>(); }, what, seen);
                   }});
    benchmarks::with_protobuf_arenas([&all](const char* name, auto source) {
        if constexpr (std::is_null_pointer_v<decltype(source)>) {
            std::printf("  %-32s skipped: not here\n", name);
        } else {
            all.push_back({name, [source](aim what, history& seen) {
                               live([source] { return source; }, what, seen);
                           }});
        }
    });
    return all;
}

void print(const std::vector<contender>& all) {
    std::printf(
        "resident after a reset, MiB; a cycle of 2 MiB once all is settled (medians of %d)\n",
        rounds);
    std::printf("  %-32s %9s %9s %9s %9s %9s %8s %8s %8s %9s\n", "", "cycle 7", "8: spike", "15",
                "16", "64", "faults", "us", "x all", "16, us");
    for (const contender& one : all) {
        std::printf("  %-32s", one.name.c_str());
        for (const std::size_t cycle : {spike - 1, spike, spike + 7, spike + 8, cycles}) {
            std::printf(" %9.2f", one.mib_after(cycle));
        }
        std::printf(
            " %8.0f %8.1f %8.2f %9.1f", one.faults(), one.microseconds(),
            one.microseconds() / all.front().microseconds(), one.microseconds_of(spike + 8));
        if (one.spread() != 0) {
            std::printf("  (rounds differ by up to %zu KiB)", one.spread() / 1024);
        }
        std::printf("\n");
    }
}

bool write_json(const std::vector<contender>& all, const char* path) {
    std::FILE* const file = std::fopen(path, "w");
    if (file == nullptr) {
        return false;
    }
    std::fprintf(file, "{\"used_mib\": [");
    for (std::size_t cycle = 1; cycle <= cycles; ++cycle) {
        std::fprintf(file, "%s%zu", cycle == 1 ? "" : ", ", bytes_of(cycle) / mib);
    }
    std::fprintf(file, "],\n \"contenders\": [");
    for (const contender& one : all) {
        std::fprintf(
            file, "%s\n  {\"name\": \"%s\", \"faults\": %.0f, \"microseconds\": %.1f,",
            &one == all.data() ? "" : ",", one.name.c_str(), one.faults(), one.microseconds());
        std::fprintf(file, " \"resident_mib\": [");
        for (std::size_t cycle = 1; cycle <= cycles; ++cycle) {
            std::fprintf(file, "%s%.6f", cycle == 1 ? "" : ", ", one.mib_after(cycle));
        }
        std::fprintf(file, "]}");
    }
    std::fprintf(file, "]}\n");
    return std::fclose(file) == 0;
}

}  // namespace

int main(int count, char** arguments) {
    const bool writes = count == 3 && std::string("--json") == arguments[1];
    if (count != 1 && !writes) {
        std::fprintf(stderr, "usage: %s [--json FILE]\n", arguments[0]);
        return 2;
    }
    test_support::do_without_huge_pages();
    void* const place =
        mmap(nullptr, sizeof(history), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (place == MAP_FAILED) {
        throw std::system_error(errno, std::system_category(), "mmap");
    }
    history& shared = *new (place) history;
    std::vector<contender> all = all_contenders();
    for (int round = 0; round < rounds; ++round) {
        for (std::size_t turn = 0; turn < all.size(); ++turn) {
            contender& one = all[(static_cast<std::size_t>(round) + turn) % all.size()];
            run_in_child(one, aim::time, shared);
            run_in_child(one, aim::memory, shared);
        }
    }
    print(all);
    if (writes && !write_json(all, arguments[2])) {
        std::perror(arguments[2]);
        return 1;
    }
}
