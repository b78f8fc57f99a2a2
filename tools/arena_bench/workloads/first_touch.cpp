#include "workloads/first_touch.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "measure/process_memory.hpp"
#include "measure/round_clock.hpp"
#include "workloads/interleave.hpp"

namespace arena_bench {

namespace {

constexpr std::string_view workload_name = "first_touch";
constexpr figure time_per_object{workload_name, "time", "ns/object"};
constexpr figure faults_per_round{workload_name, "page faults", "faults/round"};
constexpr figure peak{workload_name, "peak resident memory", "MiB"};
constexpr figure kept{workload_name, "resident after the round", "MiB"};
constexpr std::size_t object_bytes = 64;
constexpr std::size_t alignment = 8;

template <backend B>
class rounds {
public:
    rounds(B& memory, std::vector<std::byte*>& objects) : memory_{memory}, objects_{objects} {}

    /// Every byte is written, as a program does that makes what it needs.
    void make_all() {
        std::uint8_t value = 0;
        for (std::byte*& each : objects_) {
            each = static_cast<std::byte*>(memory_.allocate(object_bytes, alignment));
            std::memset(each, ++value, object_bytes);
        }
    }

    void drop_all() { drop_alone(memory_, objects_, object_bytes, alignment); }

    [[nodiscard]] std::uint64_t checksum() const {
        std::uint64_t sum = 0;
        for (const std::byte* each : objects_) {
            sum = sum * 31 + std::to_integer<std::uint64_t>(each[0]);
            sum = sum * 31 + std::to_integer<std::uint64_t>(each[object_bytes - 1]);
        }
        return sum;
    }

    void timed(state when, results& found) {
        const round_clock clock;
        make_all();
        drop_all();
        const elapsed all = clock.read();
        found.add(time_per_object, B::name, when, all.per(objects_.size()).wall_ns);
        found.add(faults_per_round, B::name, when, all.faults);
    }

private:
    B& memory_;
    std::vector<std::byte*>& objects_;
};

template <backend B>
void repeat(std::vector<std::byte*>& objects, results& found) {
    const peak_memory watched;
    B memory{objects.size() * object_bytes / 4 * 5 + (std::size_t{16} << 20)};
    rounds<B> all{memory, objects};
    all.timed(state::cold, found);
    found.add(peak, B::name, state::cold, watched.mebibytes());
    found.add(kept, B::name, state::cold, watched.mebibytes_now());
    all.make_all();
    found.add_checksum(workload_name, B::name, all.checksum());
    all.drop_all();
    all.timed(state::warm, found);
    all.timed(state::warm, found);
}

}  // namespace

void run_first_touch(const options& asked, results& found) {
    const effort how = asked.how_long;
    const auto objects = chosen<std::size_t>(
        asked.objects, how, {.full = 1'000'000, .demo = 500'000, .quick = 20'000});
    const unsigned repetitions =
        chosen(asked.repetitions, how, {.full = 9U, .demo = 3U, .quick = 2U});
    found.add_note(
        workload_name,
        fmt::format("one thread makes {} objects of {} bytes, writes all of each and drops "
                    "them; cold: memory that the process has not touched before; warm: "
                    "the third round and the fourth",
                    objects, object_bytes));
    found.add_note(
        workload_name,
        "an arena keeps its pages at a reset (retain::all), which is why the next round has no "
        "page fault; reset(retain::none) gives them back");
    std::vector<std::byte*> pointers(objects);
    interleave({workload_name, 1, repetitions}, asked, found,
               [&]<backend B>(std::size_t) { repeat<B>(pointers, found); });
}

}  // namespace arena_bench
