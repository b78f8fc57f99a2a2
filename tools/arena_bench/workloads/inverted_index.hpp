#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "backends/backend.hpp"
#include "measure/worker_team.hpp"
#include "workloads/corpus.hpp"
#include "workloads/index_shard.hpp"
#include "workloads/tokenizer.hpp"

namespace arena_bench {

/// Word to postings, of a whole corpus. Each thread first indexes files into shards of its own,
/// then the threads merge them, each some of the shards: so one index comes of it, and no lock is
/// in the way of what is to be measured.
template <backend B>
class inverted_index {
public:
    inverted_index(B& memory, const corpus& text, worker_team& team) : team_{team} {
        parts_.resize(team.size());
        std::atomic<std::size_t> next_file{0};
        team.run([&](unsigned worker) { index_files(memory, text, next_file, parts_[worker]); });
        team.run([&](unsigned worker) { merge_shards(worker); });
    }

    [[nodiscard]] std::size_t count(std::string_view word) const {
        return parts_[0][shard_of(word)].count(word);
    }

    /// Whatever the order in which the threads found them: a sum over all postings.
    [[nodiscard]] std::uint64_t checksum() const {
        std::atomic<std::uint64_t> sum{0};
        team_.run([&](unsigned worker) {
            std::uint64_t mine = 0;
            for (std::size_t shard = worker; shard < shard_count; shard += team_.size()) {
                parts_[0][shard].for_each_posting([&](std::string_view word, posting at) {
                    mine += digest(word_hash{}(word), at);
                });
            }
            sum += mine;
        });
        return sum;
    }

    /// By all threads, for the sake of those that must free every node.
    void destroy() {
        if constexpr (!B::drops_whole) {
            team_.run([&](unsigned worker) {
                for (std::size_t shard = worker; shard < shard_count; shard += team_.size()) {
                    for (part& each : parts_) each[shard].destroy();
                }
            });
        }
    }

private:
    static constexpr std::size_t shard_count = 64;
    using part = std::vector<index_shard<B>>;

    /// The map takes its bucket from the low bits, so the shard is taken from the high ones.
    static std::size_t shard_of(std::string_view word) {
        constexpr int high_bits = sizeof(std::size_t) * 8 - 6;
        return word_hash{}(word) >> high_bits;
    }

    static std::uint64_t digest(std::uint64_t word, posting at) {
        std::uint64_t x = word ^ (std::uint64_t{at.file} << 32 | at.line) * 0x9e3779b97f4a7c15U;
        x = (x ^ (x >> 31)) * 0xbf58476d1ce4e5b9U;
        return x ^ (x >> 29);
    }

    static void index_files(B& memory, const corpus& text, std::atomic<std::size_t>& next_file,
                            part& mine) {
        for (std::size_t shard = 0; shard < shard_count; ++shard) mine.emplace_back(memory);
        for (;;) {
            const std::size_t file = next_file.fetch_add(1, std::memory_order_relaxed);
            if (file >= text.file_count()) return;
            for_each_token(text.text_of(file), [&](std::string_view word, std::uint32_t line) {
                mine[shard_of(word)].add(word, {static_cast<std::uint32_t>(file), line});
            });
        }
    }

    void merge_shards(unsigned worker) {
        for (std::size_t shard = worker; shard < shard_count; shard += team_.size()) {
            for (std::size_t from = 1; from < parts_.size(); ++from) {
                parts_[0][shard].merge(parts_[from][shard]);
            }
        }
    }

    worker_team& team_;
    std::vector<part> parts_;  // of each thread; the first one's become the index
};

}  // namespace arena_bench
