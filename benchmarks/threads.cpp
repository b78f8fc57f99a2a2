/// What does an object cost when eight threads make them in one arena? Each round makes 16 MiB of
/// 8-byte objects in all and ends with a reset, by the thread that waits for the team; every round
/// has the memory of the round before. Against protobuf's Arena, set up in three ways
/// (peers/protobuf_arena.hpp says which and why), and the C library's malloc, whose users keep a
/// list of what they took. `the team alone` is the rounds without objects: every row contains it.

#include <memory_arena/arena.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "peers/malloc_and_free.hpp"
#include "peers/optional.hpp"
#include "peers/our_arena.hpp"
#include "peers/source.hpp"
#include "support/paired.hpp"
#include "support/standing_team.hpp"

namespace {

using benchmarks::standing_team;

constexpr std::size_t threads = 8;
constexpr std::size_t bytes_a_round = std::size_t{16} << 20;
constexpr std::size_t objects_a_thread = bytes_a_round / sizeof(std::int64_t) / threads;
constexpr std::size_t repetitions = 8;

template <class Source>
[[gnu::noinline]] void fill(Source& source) {
    for (std::size_t count = 0; count < objects_a_thread; ++count) {
        benchmarks::keep(source.make(42));
    }
}

template <benchmarks::gives_back_each Source>
[[gnu::noinline]] void fill_and_empty(Source& source, std::vector<std::int64_t*>& list) {
    for (std::int64_t*& place : list) {
        place = source.make(42);
    }
    benchmarks::keep(list.data());
    for (std::int64_t* object : list) {
        source.give_back(object, sizeof(std::int64_t));
    }
}

template <benchmarks::gives_back_all Source>
void run_rounds(standing_team& team, Source& source) {
    for (std::size_t round = 0; round < repetitions; ++round) {
        team.run([&source](std::size_t /*index*/) { fill(source); });
        source.reset();
    }
}

}  // namespace

int main() {
    standing_team team(threads);
    benchmarks::paired all(
        "one 8-byte object, " + std::to_string(threads) + " threads, 16 MiB a round, warm",
        objects_a_thread * threads * repetitions);
    const auto add = [&]<class Source>(const std::string& name, std::shared_ptr<Source> source) {
        all.add(name, [&team, source] { run_rounds(team, *source); });
    };
    add("arena", std::make_shared<benchmarks::our_arena<memory_arena::arena>>(2 * bytes_a_round));
    add("cpu_arena",
        std::make_shared<benchmarks::our_arena<memory_arena::cpu_arena>>(2 * bytes_a_round));
    benchmarks::with_protobuf_arenas([&]<class Source>(const std::string& name, Source source) {
        if constexpr (std::is_null_pointer_v<Source>) {
            all.skip(name);
        } else {
            add(name, source);
        }
    });
    benchmarks::malloc_and_free heap;
    std::vector<std::vector<std::int64_t*>> lists(threads);
    for (std::vector<std::int64_t*>& list : lists) {
        list.resize(objects_a_thread);
    }
    all.add("malloc, a list of it, and free", [&] {
        for (std::size_t round = 0; round < repetitions; ++round) {
            team.run([&](std::size_t index) { fill_and_empty(heap, lists[index]); });
        }
    });
    all.add("the team alone", [&] {
        for (std::size_t round = 0; round < repetitions; ++round) {
            team.run([](std::size_t /*index*/) {});
        }
    });
    all.report("arena");
}
