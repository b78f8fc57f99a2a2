#include "workloads/index.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <thread>
#include <vector>

#include "backends/counting.hpp"
#include "measure/process_memory.hpp"
#include "measure/round_clock.hpp"
#include "measure/worker_team.hpp"
#include "workloads/corpus.hpp"
#include "workloads/interleave.hpp"
#include "workloads/inverted_index.hpp"

namespace arena_bench {

namespace {

constexpr std::string_view workload_name = "index";
constexpr figure wall_time{workload_name, "build, ask, drop", "ms"};
constexpr figure cpu_time{workload_name, "CPU time of it", "ms"};
constexpr figure drop_time{workload_name, "the drop alone", "ms", false, round_clock_resolution_ms};
constexpr figure peak_bytes{workload_name, "peak memory", "MiB"};
constexpr figure bytes_after{workload_name, "resident after the drop", "MiB"};
constexpr figure faults{workload_name, "page faults", "faults/round"};
constexpr figure allocations{workload_name, "allocations", "calls"};
constexpr double mebibyte = 1 << 20;

struct plan {
    unsigned threads;
    unsigned repetitions;
    std::size_t limit;
};

/// What is read and made before anything is timed.
struct stage {
    stage(const plan& of, const options& asked) : text{asked.input, of.limit}, threads{of.threads} {
        choose_questions();
    }

    /// Address space only: pages that no word needs are never touched.
    [[nodiscard]] std::size_t capacity() const {
        const std::size_t most = sizeof(void*) == 4 ? std::size_t{1} << 29 : SIZE_MAX;
        return std::min(most, 32 * text.bytes() + (std::size_t{64} << 20));
    }

    corpus text;
    unsigned threads;
    std::optional<worker_team>
        team;  ///< new ones for each backend: a malloc keeps memory for a thread
    std::vector<std::string_view> questions;

private:
    /// The first words of every file, for there to be common ones, rare ones and many.
    void choose_questions() {
        constexpr std::size_t words_a_file = 32;
        for (std::size_t file = 0; file < text.file_count(); ++file) {
            std::size_t left = words_a_file;
            const std::string_view head = text.text_of(file).substr(0, 4096);
            for_each_token(head, [&](std::string_view word, std::uint32_t) {
                if (left == 0) return;
                questions.push_back(word);
                --left;
            });
        }
    }
};

struct outcome {
    elapsed build;
    elapsed drop;
    std::uint64_t checksum;
};

template <backend B>
std::uint64_t ask(const inverted_index<B>& index, const stage& on) {
    std::uint64_t postings = 0;
    for (const std::string_view word : on.questions) postings += index.count(word);
    return postings;
}

/// The checksum is taken between the two timed parts, while the index still stands.
template <backend B>
outcome one_round(B& memory, stage& on) {
    const round_clock building;
    inverted_index<B> index{memory, on.text, *on.team};
    const std::uint64_t answers = ask(index, on);
    const elapsed build = building.read();
    const std::uint64_t checksum = index.checksum() + answers;

    const round_clock dropping;
    index.destroy();
    if constexpr (has_thread_end<B>) on.team->run([&](unsigned) { finish_thread(memory); });
    memory.finish_round();
    return {.build = build, .drop = dropping.read(), .checksum = checksum};
}

template <backend B>
void measured_round(B& memory, stage& on, state when, results& found) {
    const outcome result = one_round(memory, on);
    found.add_checksum(workload_name, B::name, result.checksum);
    found.add(wall_time, B::name, when, (result.build.wall_ns + result.drop.wall_ns) / 1e6);
    found.add(cpu_time, B::name, when, (result.build.cpu_ns + result.drop.cpu_ns) / 1e6);
    found.add(drop_time, B::name, when, result.drop.wall_ns / 1e6);
    found.add(faults, B::name, when, result.build.faults + result.drop.faults);
}

/// The unmeasured round: the same work, with every allocation counted.
template <backend B>
void counted_round(B& memory, stage& on, results& found) {
    allocation_count count;
    counting_backend<B> counted{memory, count};
    found.add_checksum(workload_name, B::name, one_round(counted, on).checksum);
    found.add(allocations, B::name, state::counted, static_cast<double>(count.calls));
}

template <backend B>
void repeat(stage& on, results& found) {
    on.team.emplace(on.threads);
    const peak_memory peak;
    B memory{on.capacity()};
    measured_round(memory, on, state::cold, found);
    found.add(peak_bytes, B::name, state::cold, peak.mebibytes());
    found.add(bytes_after, B::name, state::cold, peak.mebibytes_now());
    if (interrupted()) return;
    counted_round(memory, on, found);
    if (interrupted()) return;
    measured_round(memory, on, state::warm, found);
}

plan plan_of(const options& asked) {
    constexpr std::size_t mib = std::size_t{1} << 20;
    return {.threads = asked.threads.value_or(std::max(1U, std::thread::hardware_concurrency())),
            .repetitions =
                chosen(asked.repetitions, asked.how_long, {.full = 9U, .demo = 2U, .quick = 2U}),
            .limit = chosen<std::size_t>(asked.input_limit_mib, asked.how_long,
                                         {.full = 64, .demo = 24, .quick = 4}) *
                     mib};
}

void explain(const plan& of, const options& asked, const stage& on, results& found) {
    found.add_note(
        workload_name,
        fmt::format("{} files, {:.1f} MiB of text under {}{} ({} binary or unreadable files "
                    "skipped), read beforehand",
                    on.text.file_count(), static_cast<double>(on.text.bytes()) / mebibyte,
                    asked.input.string(), on.text.cut_short() ? ", cut short at the limit" : "",
                    on.text.skipped()));
    found.add_note(
        workload_name,
        fmt::format("{} threads index it into std::unordered_map of std::string and "
                    "std::vector, merge, look up {} words, and drop the index: by reset, or by "
                    "destructors on all threads; peak memory is resident memory over that "
                    "before, in the cold round",
                    of.threads, on.questions.size()));
}

}  // namespace

void run_index(const options& asked, results& found) {
    const plan of = plan_of(asked);
    stage on{of, asked};
    if (interrupted()) return;
    explain(of, asked, on, found);
    interleave({workload_name, of.threads, of.repetitions}, asked, found,
               [&]<backend B>(std::size_t) { repeat<B>(on, found); });
}

}  // namespace arena_bench
