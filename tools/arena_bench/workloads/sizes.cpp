#include "workloads/sizes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "measure/round_clock.hpp"
#include "workloads/interleave.hpp"

namespace arena_bench {

namespace {

constexpr std::string_view workload_name = "sizes";
constexpr figure time_per_block{workload_name, "time", "ns/block"};
constexpr std::array<std::size_t, 9> sizes{8, 16, 64, 256, 1024, 4096, 16'384, 131'072, 1'048'576};
constexpr std::size_t alignment = 8;
constexpr unsigned warm_rounds = 3;

struct plan {
    unsigned repetitions;
    std::size_t most_blocks;

    /// Up to 64 MiB a round, for large blocks to be many enough and small ones not too many.
    [[nodiscard]] std::size_t blocks(std::size_t bytes) const {
        return std::min(most_blocks, (std::size_t{64} << 20) / bytes);
    }
    [[nodiscard]] std::size_t capacity(std::size_t bytes) const {
        return blocks(bytes) * bytes / 4 * 5 + (std::size_t{16} << 20);
    }
};

/// Only one word of each block is written: what is in it would cost all of them the same. Not the
/// first: those of blocks of whole pages would all fall into a few sets of the cache, and how the
/// kernel's pages happen to lie would be what is measured.
std::byte* word_of(std::byte* block, std::size_t number, std::size_t bytes) {
    constexpr std::size_t step = 9 * sizeof(std::size_t);
    return block + (number * step & (bytes - 1));
}

template <backend B>
void make_all(B& memory, std::size_t bytes, std::vector<std::byte*>& into) {
    for (std::size_t i = 0; i < into.size(); ++i) {
        into[i] = static_cast<std::byte*>(memory.allocate(bytes, alignment));
        std::memcpy(word_of(into[i], i, bytes), &bytes, sizeof bytes);
    }
}

std::uint64_t sum_of_words(const std::vector<std::byte*>& blocks, std::size_t bytes) {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        std::size_t word = 0;
        std::memcpy(&word, word_of(blocks[i], i, bytes), sizeof word);
        sum += word;
    }
    return sum;
}

template <backend B>
void repeat(const plan& of, std::size_t bytes, results& found) {
    const setting at{"block size", "B", static_cast<double>(bytes)};
    std::vector<std::byte*> blocks(of.blocks(bytes));
    B memory{of.capacity(bytes)};
    make_all(memory, bytes, blocks);
    found.add_checksum(workload_name, B::name, sum_of_words(blocks, bytes), at.label());
    drop_alone(memory, blocks, bytes, alignment);
    for (unsigned round = 0; round < warm_rounds; ++round) {
        const round_clock clock;
        make_all(memory, bytes, blocks);
        drop_alone(memory, blocks, bytes, alignment);
        const elapsed each = clock.read().per(blocks.size());
        found.add(time_per_block.when(at), B::name, state::warm, each.wall_ns);
    }
}

}  // namespace

void run_sizes(const options& asked, results& found) {
    const effort how = asked.how_long;
    const plan of{
        .repetitions = chosen(asked.repetitions, how, {.full = 15U, .demo = 3U, .quick = 2U}),
        .most_blocks = chosen<std::size_t>(
            asked.objects, how, {.full = 500'000, .demo = 100'000, .quick = 5'000})};
    found.add_note(
        workload_name,
        fmt::format("one thread makes {} blocks a round, or as many as make 64 MiB, writes "
                    "a word of each, here and there, and keeps its pointer; timed with the "
                    "reset, or every free in the order of making",
                    of.most_blocks));
    interleave({workload_name, 1, of.repetitions, sizes.size()}, asked, found,
               [&]<backend B>(std::size_t at) { repeat<B>(of, sizes[at], found); });
}

}  // namespace arena_bench
