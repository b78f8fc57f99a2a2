#include "workloads/mixed_lifetimes.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <vector>

#include "measure/process_memory.hpp"
#include "measure/round_clock.hpp"
#include "workloads/interleave.hpp"

namespace arena_bench {

namespace {

constexpr std::string_view workload_name = "mixed_lifetimes";
constexpr figure time_per_replacement{workload_name, "time", "ns/replacement"};
constexpr figure peak{workload_name, "peak resident memory", "MiB"};
constexpr std::size_t alignment = 8;

struct plan {
    unsigned repetitions;
    std::size_t live;
    std::size_t replacements;
};

struct replacement {
    std::uint32_t which;
    std::uint32_t bytes;
};

/// What is replaced by what, decided beforehand: most objects that go are young ones.
std::vector<replacement> script_of(const plan& of) {
    std::minstd_rand random{7};
    std::geometric_distribution<std::size_t> age{4.0 / static_cast<double>(of.live)};
    std::uniform_int_distribution<std::uint32_t> words{2, 64};
    std::vector<replacement> script(of.replacements);
    for (replacement& each : script) {
        const std::size_t which = age(random) % of.live;
        each = {static_cast<std::uint32_t>(which), words(random) * 8};
    }
    return script;
}

template <backend B>
class cache {
public:
    cache(B& memory, std::size_t live) : memory_{memory}, slots_(live) {}

    void replace(const replacement& by) {
        slot& mine = slots_[by.which];
        if (mine.object != nullptr) memory_.deallocate(mine.object, mine.bytes, alignment);
        mine.object = memory_.allocate(by.bytes, alignment);
        mine.bytes = by.bytes;
        std::memset(mine.object, static_cast<int>(by.bytes / 8), by.bytes);
    }

    [[nodiscard]] std::uint64_t checksum() const {
        std::uint64_t sum = 0;
        for (const slot& each : slots_) {
            if (each.object == nullptr) continue;
            sum = sum * 31 + static_cast<const unsigned char*>(each.object)[each.bytes - 1];
        }
        return sum;
    }

    void drop_all() {
        if constexpr (!B::drops_whole) {
            for (const slot& each : slots_) {
                if (each.object != nullptr) memory_.deallocate(each.object, each.bytes, alignment);
            }
        }
        finish_alone(memory_);
    }

private:
    struct slot {
        void* object = nullptr;
        std::size_t bytes = 0;
    };

    B& memory_;
    std::vector<slot> slots_;
};

template <backend B>
void repeat(const plan& of, const std::vector<replacement>& script, results& found) {
    const peak_memory watched;
    // All that is ever made stays until the end, where nothing is freed one by one.
    B memory{of.replacements * 512 + (std::size_t{64} << 20)};
    cache<B> objects{memory, of.live};
    const round_clock clock;
    for (const replacement& each : script) objects.replace(each);
    const elapsed each = clock.read().per(of.replacements);
    found.add(time_per_replacement, B::name, state::cold, each.wall_ns);
    found.add(peak, B::name, state::cold, watched.mebibytes());
    found.add_checksum(workload_name, B::name, objects.checksum());
    objects.drop_all();
}

}  // namespace

void run_mixed_lifetimes(const options& asked, results& found) {
    const effort how = asked.how_long;
    const plan of{
        .repetitions = chosen(asked.repetitions, how, {.full = 9U, .demo = 3U, .quick = 2U}),
        .live = 20'000,
        .replacements = chosen<std::size_t>(
            asked.objects, how, {.full = 1'000'000, .demo = 300'000, .quick = 30'000})};
    found.add_note(
        workload_name,
        fmt::format(
            "one thread keeps {} objects of 16 to 512 bytes, of which {} are replaced one after "
            "the other, the young ones more often, as in a cache: what was freed can "
            "serve the next one, but an arena keeps everything until its reset, and "
            "no moment comes for one",
            of.live, of.replacements));
    found.add_note(
        workload_name, "what to do about it: use the heap, or a pool; an arena isn't for this");
    const std::vector<replacement> script = script_of(of);
    interleave({workload_name, 1, of.repetitions}, asked, found,
               [&]<backend B>(std::size_t) { repeat<B>(of, script, found); });
}

}  // namespace arena_bench
