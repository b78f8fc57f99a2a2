#include "workloads/instructions.hpp"

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "backends/backend_list.hpp"
#include "measure/instructions.hpp"
#include "measure/sink.hpp"
#include "progress.hpp"

namespace arena_bench {

namespace {

constexpr std::string_view workload_name = "instructions";
constexpr figure per_block{
    workload_name, "allocate, and a share of the drop", "instructions/block"};
constexpr figure per_cycle{
    workload_name, "a hundred objects of 64 bytes, and the drop", "instructions/cycle"};
constexpr std::array<std::size_t, 6> sizes{8, 64, 256, 1024, 4096, 65'536};
constexpr std::size_t alignment = 8;
constexpr std::size_t blocks = 1'000;
constexpr std::size_t cycles = 20;
constexpr std::size_t objects_a_cycle = 100;

setting block_size(std::size_t bytes) { return {"block size", "B", static_cast<double>(bytes)}; }

template <backend B>
class counted_work {
public:
    counted_work(std::size_t capacity, std::size_t most) : memory_{capacity}, pointers_(most) {}

    /// So many blocks, and the drop.
    void round(std::size_t count, std::size_t bytes) {
        for (std::size_t i = 0; i < count; ++i) {
            pointers_[i] = memory_.allocate(bytes, alignment);
            keep(pointers_[i]);
        }
        drop_alone(memory_, std::span{pointers_}.first(count), bytes, alignment);
    }

private:
    B memory_;
    std::vector<void*> pointers_;
};

std::string name_of_blocks(std::string_view backend, std::size_t bytes) {
    return fmt::format("{} {}", backend, bytes);
}
std::string name_of_cycles(std::string_view backend) { return fmt::format("{} cycles", backend); }

/// Each piece of work once to warm up, and once more between `begin()` and `end(name)`.
template <backend B, typename Begin, typename End>
void execute(Begin begin, End end) {
    for (const std::size_t bytes : sizes) {
        counted_work<B> work{blocks * bytes / 4 * 5 + (std::size_t{4} << 20), blocks};
        work.round(blocks, bytes);
        work.round(blocks, bytes);
        begin();
        work.round(blocks, bytes);
        end(name_of_blocks(B::name, bytes));
    }
    counted_work<B> work{65'536, objects_a_cycle};
    work.round(objects_a_cycle, 64);
    begin();
    for (std::size_t cycle = 0; cycle < cycles; ++cycle) work.round(objects_a_cycle, 64);
    end(name_of_cycles(B::name));
}

using counts = std::map<std::string, std::uint64_t>;

counts count_by_processor(const instruction_counter& counter) {
    counts found;
    for_each_backend([&]<backend B>() {
        if (!why_missing<B>().empty()) return;
        execute<B>([&] { counter.start(); },
                   [&](const std::string& name) { found[name] = counter.stop(); });
    });
    return found;
}

std::optional<counts> count_by_callgrind() {
    if (!callgrind::available()) return std::nullopt;
    const std::size_t expected = backend_names().size() * (sizes.size() + 1);
    progress_bar bar{"instructions", expected};
    std::size_t seen = 0;
    return callgrind::count(std::string{count_under_callgrind}, [&](std::size_t now) {
        bar.advance(now - seen);
        seen = now;
    });
}

void add(const figure& what, std::string_view backend, const counts& from, const std::string& name,
         std::size_t times, results& found) {
    const auto count = from.find(name);
    if (count == from.end()) return;
    found.add(what, backend, state::counted,
              static_cast<double>(count->second) / static_cast<double>(times));
}

void add_all(const options& asked, const counts& from, results& found) {
    for (const std::size_t bytes : sizes) {
        for_each_backend([&]<backend B>() {
            if (!asked.wants_backend(B::name)) return;
            add(per_block.when(block_size(bytes)), B::name, from, name_of_blocks(B::name, bytes),
                blocks, found);
        });
    }
    for_each_backend([&]<backend B>() {
        if (!asked.wants_backend(B::name)) return;
        add(per_cycle, B::name, from, name_of_cycles(B::name), cycles, found);
    });
}

}  // namespace

void execute_what_is_counted() {
    for_each_backend([]<backend B>() {
        // There are no restartable sequences under it: what it would count isn't what runs.
        if (!why_missing<B>().empty() || B::name == cpu_arena_backend::name) return;
        execute<B>(
            [] { callgrind::begin(); }, [](const std::string& name) { callgrind::end(name); });
    });
}

void run_instructions(const options& asked, results& found) {
    if (!asked.count_instructions) {
        found.add_note(workload_name, "not counted: --no-instructions");
        return;
    }
    const instruction_counter counter;
    found.add_note(
        workload_name,
        fmt::format("one thread, warm, {} blocks a round, with nothing written to them; user "
                    "space only: what the kernel does for a malloc that gives memory "
                    "back at once isn't in it",
                    blocks));
    if (counter.available()) {
        found.instructions_by = "perf";
        found.add_note(workload_name, "counted by the processor");
        add_all(asked, count_by_processor(counter), found);
        return;
    }
    const std::optional<counts> counted = count_by_callgrind();
    if (!counted) {
        found.add_note(workload_name,
                       "not counted: this machine lets nobody have its counter, and valgrind isn't "
                       "there, or wasn't when this program was compiled");
        return;
    }
    found.instructions_by = "callgrind";
    found.add_note(workload_name,
                   "counted by callgrind, for want of the processor's counter; cpu_arena is left "
                   "out, for there "
                   "are no restartable sequences under it");
    add_all(asked, *counted, found);
}

}  // namespace arena_bench
