#include "workloads/memtable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string_view>
#include <thread>

#include "measure/process_memory.hpp"
#include "measure/round_clock.hpp"
#include "measure/worker_team.hpp"
#include "workloads/interleave.hpp"
#include "workloads/skip_list.hpp"

namespace arena_bench {

namespace {

constexpr std::string_view workload_name = "memtable";
constexpr figure insert_time{workload_name, "insert", "ns/entry"};
constexpr figure insert_cpu{workload_name, "insert, CPU time", "ns/entry"};
constexpr figure look_up_time{workload_name, "look up", "ns/entry"};
constexpr figure drop_time{workload_name, "the drop alone", "ms", false, round_clock_resolution_ms};
constexpr figure faults{workload_name, "page faults", "faults/round"};
constexpr figure peak_bytes{workload_name, "peak resident memory", "MiB"};
constexpr std::size_t key_bytes = 16;
constexpr std::size_t value_bytes = 100;

struct plan {
    unsigned threads;
    unsigned repetitions;
    std::size_t entries;

    [[nodiscard]] std::size_t capacity() const {
        constexpr std::size_t most_of_an_entry = 2 * (key_bytes + value_bytes);
        return entries * most_of_an_entry + threads * std::size_t{262'144} + (std::size_t{8} << 20);
    }
};

std::uint64_t mixed(std::uint64_t x) {
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
    return x ^ (x >> 31);
}

/// The entry of a number: no two have the same key, for mixing loses nothing.
struct entry {
    explicit entry(std::uint64_t number) {
        const std::array words{mixed(number + 1), mixed(~number)};
        std::memcpy(key_.data(), words.data(), key_bytes);
        value_.fill(static_cast<char>('a' + number % 26));
        std::memcpy(value_.data(), &number, sizeof number);
    }

    [[nodiscard]] std::string_view key() const { return {key_.data(), key_.size()}; }
    [[nodiscard]] std::string_view value() const { return {value_.data(), value_.size()}; }

private:
    std::array<char, key_bytes> key_{};
    std::array<char, value_bytes> value_{};
};

template <backend B>
class table_round {
public:
    table_round(B& memory, worker_team& team, std::size_t entries)
        : memory_{memory}, team_{team}, entries_{entries}, table_{memory} {}

    elapsed insert_all() {
        const round_clock clock;
        team_.run([&](unsigned worker) {
            for (std::size_t number = worker; number < entries_; number += team_.size()) {
                const entry each{number};
                table_.insert(each.key(), each.value());
            }
        });
        return clock.read();
    }

    elapsed look_up_all() {
        const round_clock clock;
        std::atomic<std::size_t> wrong{0};
        team_.run([&](unsigned worker) {
            std::size_t mine = 0;
            for (std::size_t number = worker; number < entries_; number += team_.size()) {
                const entry each{number};
                mine += table_.find(each.key()) == each.value() ? 0U : 1U;
            }
            wrong += mine;
        });
        const elapsed taken = clock.read();
        if (wrong > 0) throw std::runtime_error{"memtable: entries are lost"};
        return taken;
    }

    /// Of keys and values in their order, which it verifies, and of how many there are.
    [[nodiscard]] std::uint64_t checksum() const {
        std::uint64_t sum = 0;
        std::size_t count = 0;
        std::string_view last;
        table_.for_each([&](std::string_view key, std::string_view value) {
            if (count > 0 && last >= key) throw std::runtime_error{"memtable: out of order"};
            last = key;
            std::uint64_t word = 0;
            std::memcpy(&word, key.data(), sizeof word);
            sum = (sum ^ word) * 0x9e3779b97f4a7c15U + static_cast<unsigned char>(value.back());
            ++count;
        });
        return sum + count;
    }

    /// Node by node on one thread, as a database does it, or all at once.
    elapsed drop() {
        const round_clock clock;
        table_.destroy();
        if constexpr (has_thread_end<B>) team_.run([&](unsigned) { finish_thread(memory_); });
        memory_.finish_round();
        return clock.read();
    }

private:
    B& memory_;
    worker_team& team_;
    std::size_t entries_;
    skip_list<B> table_;
};

template <backend B>
void measured_round(B& memory, worker_team& team, const plan& of, state when, results& found) {
    table_round<B> round{memory, team, of.entries};
    const elapsed inserting = round.insert_all();
    const elapsed looking = round.look_up_all();
    found.add_checksum(workload_name, B::name, round.checksum());
    const elapsed dropping = round.drop();
    found.add(insert_time, B::name, when, inserting.per(of.entries).wall_ns);
    found.add(insert_cpu, B::name, when, inserting.per(of.entries).cpu_ns);
    found.add(look_up_time, B::name, when, looking.per(of.entries).wall_ns);
    found.add(drop_time, B::name, when, dropping.wall_ns / 1e6);
    found.add(faults, B::name, when, inserting.faults + dropping.faults);
}

template <backend B>
void repeat(const plan& of, results& found) {
    worker_team team{of.threads};  // new ones: a malloc keeps memory for each thread
    const peak_memory watched;
    B memory{of.capacity()};
    measured_round(memory, team, of, state::cold, found);
    found.add(peak_bytes, B::name, state::cold, watched.mebibytes());
    if (!interrupted()) measured_round(memory, team, of, state::warm, found);
}

plan plan_of(const options& asked) {
    const effort how = asked.how_long;
    return {.threads = asked.threads.value_or(std::max(2U, std::thread::hardware_concurrency())),
            .repetitions = chosen(asked.repetitions, how, {.full = 9U, .demo = 3U, .quick = 2U}),
            .entries = chosen<std::size_t>(
                asked.objects, how, {.full = 300'000, .demo = 100'000, .quick = 10'000})};
}

}  // namespace

void run_memtable(const options& asked, results& found) {
    const plan of = plan_of(asked);
    found.add_note(
        workload_name,
        fmt::format(
            "{} threads insert {} entries, keys of {} bytes and values of {}, into one skip "
            "list without locks, look all of them up, and drop it: by reset, or node by "
            "node on one thread; most of an insertion is the search for its place",
            of.threads, of.entries, key_bytes, value_bytes));
    interleave({workload_name, of.threads, of.repetitions}, asked, found,
               [&]<backend B>(std::size_t) { repeat<B>(of, found); });
}

}  // namespace arena_bench
