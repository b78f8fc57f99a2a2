/// What do the first touches of an arena's pages cost, with each kind of page and with prefault;
/// and what comes after: random reads over warm pages, and the memory that a sparse use holds? 1
/// GiB, one thread (a prefault takes what threads it likes).
///
/// Every touch is of an arena that was just made, and whose making is measured only where the table
/// says so. Half of the free memory is touched first, which may take a minute. Explicit huge pages
/// need a pool of 1,026 of them (`sysctl vm.nr_hugepages=1026`): where that is missing, they are
/// skipped.

#include <memory_arena/arena.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <unistd.h>

#include "support/paired.hpp"
#include "tests/support/own_pages.hpp"

namespace {

using memory_arena::arena;
using memory_arena::arena_options;
using memory_arena::page_kind;

constexpr std::size_t gibibyte = std::size_t{1} << 30;
constexpr std::size_t page = 4096;
constexpr std::size_t stride = std::size_t{2} << 20;
constexpr std::size_t reads = std::size_t{4} << 20;

struct setting {
    std::string name;
    arena_options options;
};

constexpr arena_options options_of(page_kind pages, std::size_t prefault_bytes) {
    return {.capacity = gibibyte, .pages = pages, .prefault_bytes = prefault_bytes};
}

const std::string reference = "standard pages";

const std::vector<setting>& settings() {
    static const std::vector<setting> all = {
        {reference, options_of(page_kind::standard, 0)},
        {"transparent huge pages", options_of(page_kind::transparent_huge, 0)},
        {"explicit huge pages", options_of(page_kind::explicit_huge, 0)},
        {"standard pages, prefaulted", options_of(page_kind::standard, gibibyte)},
        {"transparent huge pages, prefaulted", options_of(page_kind::transparent_huge, gibibyte)},
    };
    return all;
}

/// Whether the system gives an arena of `one` what it asks for.
bool is_served(const setting& one) { return arena(one.options).usage().pages == one.options.pages; }

/// Hands each setting that is served to `add`, and names the others.
void for_each_served(benchmarks::paired& table, const std::function<void(const setting&)>& add) {
    for (const setting& one : settings()) {
        if (is_served(one)) {
            add(one);
        } else {
            table.skip(one.name);
        }
    }
}

std::byte* whole_of(arena& source) {
    return static_cast<std::byte*>(source.allocate_bytes(source.capacity(), 16));
}

void touch_each_page(arena& source) {
    std::byte* const bytes = whole_of(source);
    for (std::size_t offset = 0; offset < source.capacity(); offset += page) {
        bytes[offset] = std::byte{1};
    }
    benchmarks::keep(bytes);
}

/// Touches half of the memory that is free, and gives it back. A virtual machine's host may have
/// taken back what its guest didn't use: then a touch waits for the host, for longer than all that
/// is measured here.
void warm_the_machine() {
    const std::size_t free_bytes = static_cast<std::size_t>(sysconf(_SC_AVPHYS_PAGES)) * page;
    std::vector<std::unique_ptr<arena>> all;
    for (std::size_t touched = 0; touched + gibibyte < free_bytes / 2; touched += gibibyte) {
        all.push_back(std::make_unique<arena>(options_of(page_kind::transparent_huge, 0)));
        touch_each_page(*all.back());
    }
}

void fill_with_objects(arena& source) {
    for (std::size_t made = 0; made < gibibyte / sizeof(std::int64_t); ++made) {
        benchmarks::keep(source.new_object<std::int64_t>(42));
    }
}

/// `work` with an arena that was made before the clock runs, and is gone before the next one's
/// turn.
void compare_touches(const char* title, std::size_t operations, void (*work)(arena&)) {
    benchmarks::paired table(title, operations);
    auto current = std::make_shared<std::unique_ptr<arena>>();
    for_each_served(table, [&](const setting& one) {
        table.add(
            one.name, [current, work] { work(**current); },
            [current, &one] {
                current->reset();
                *current = std::make_unique<arena>(one.options);
            });
    });
    table.report(reference);
}

/// Its making and its end within the clock, too.
void compare_whole_lives() {
    benchmarks::paired table(
        "an arena made, each page of it touched, and ended; a page", gibibyte / page);
    for_each_served(table, [&](const setting& one) {
        table.add(one.name, [&one] {
            arena source(one.options);
            touch_each_page(source);
        });
    });
    table.report(reference);
}

/// Each read waits for the one before.
void read_at_random(const std::byte* bytes) {
    const auto* const words = reinterpret_cast<const std::uint64_t*>(bytes);
    std::uint64_t state = 1;
    for (std::size_t count = 0; count < reads; ++count) {
        state = state * 6364136223846793005U + 1442695040888963407U;
        state += words[(state >> 32) % (gibibyte / sizeof(std::uint64_t))];
    }
    benchmarks::keep(&state);
}

void compare_reads() {
    benchmarks::paired table("one 8-byte read at random, warm", reads);
    std::vector<std::unique_ptr<arena>> sources;
    for_each_served(table, [&](const setting& one) {
        if (one.options.prefault_bytes != 0) {
            return;  // the pages are the same
        }
        sources.push_back(std::make_unique<arena>(one.options));
        touch_each_page(*sources.back());
        sources.back()->reset();
        const std::byte* const bytes = whole_of(*sources.back());
        table.add(one.name, [bytes] { read_at_random(bytes); });
    });
    table.report(reference);
}

void show_sparse_use() {
    std::printf("resident after one byte in every 2 MiB of 1 GiB was written (MiB)\n");
    for (const setting& one : settings()) {
        if (one.options.prefault_bytes != 0 || !is_served(one)) {
            continue;
        }
        std::unique_ptr<arena> source;
        const test_support::own_pages pages([&] { source = std::make_unique<arena>(one.options); });
        std::byte* const bytes = whole_of(*source);
        for (std::size_t offset = 0; offset < gibibyte; offset += stride) {
            bytes[offset] = std::byte{1};
        }
        std::printf(
            "  %-44s %9.1f\n", one.name.c_str(), static_cast<double>(pages.resident()) / (1 << 20));
    }
}

}  // namespace

int main() {
    warm_the_machine();
    compare_touches("first touch of a fresh arena, a page", gibibyte / page, touch_each_page);
    compare_touches("8-byte objects out of a fresh arena, an object",
                    gibibyte / sizeof(std::int64_t), fill_with_objects);
    compare_whole_lives();
    compare_reads();
    show_sparse_use();
}
