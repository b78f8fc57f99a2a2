#include "workloads/alternating.hpp"

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <vector>

#include "measure/round_clock.hpp"
#include "workloads/interleave.hpp"

namespace arena_bench {

namespace {

constexpr std::string_view workload_name = "alternating";
constexpr figure time_per_object{workload_name, "time", "ns/object"};
constexpr std::array<std::size_t, 5> counts{1, 2, 4, 8, 16};
constexpr unsigned warm_rounds = 3;

using object = std::int64_t;

template <backend B>
class arenas_in_turn {
public:
    arenas_in_turn(std::size_t count, std::size_t objects) : objects_(objects) {
        for (std::size_t i = 0; i < count; ++i) {
            arenas_.push_back(
                std::make_unique<B>(objects / count * 2 * sizeof(object) + 1'048'576));
        }
    }

    void round() {
        make_all();
        drop_all();
    }

    std::uint64_t verified_round() {
        make_all();
        std::uint64_t sum = 0;
        for (const object* each : objects_) sum = sum * 31 + static_cast<std::uint64_t>(*each);
        drop_all();
        return sum;
    }

private:
    void make_all() {
        const std::size_t count = arenas_.size();
        for (std::size_t i = 0; i < objects_.size(); ++i) {
            void* const at = arenas_[i % count]->allocate(sizeof(object), alignof(object));
            objects_[i] = ::new (at) object{static_cast<object>(i)};
        }
    }

    void drop_all() {
        if constexpr (!B::drops_whole) {
            for (std::size_t i = 0; i < objects_.size(); ++i) {
                B& memory = *arenas_[i % arenas_.size()];
                memory.deallocate(objects_[i], sizeof(object), alignof(object));
            }
        }
        for (const std::unique_ptr<B>& memory : arenas_) finish_alone(*memory);
    }

    std::vector<std::unique_ptr<B>> arenas_;
    std::vector<object*> objects_;
};

template <backend B>
void repeat(std::size_t count, std::size_t objects, results& found) {
    const setting at{"arenas", "", static_cast<double>(count)};
    arenas_in_turn<B> memory{count, objects};
    found.add_checksum(workload_name, B::name, memory.verified_round(), at.label());
    for (unsigned round = 0; round < warm_rounds; ++round) {
        const round_clock clock;
        memory.round();
        const elapsed each = clock.read().per(objects);
        found.add(time_per_object.when(at), B::name, state::warm, each.wall_ns);
    }
}

}  // namespace

void run_alternating(const options& asked, results& found) {
    const effort how = asked.how_long;
    const auto objects = chosen<std::size_t>(
        asked.objects, how, {.full = 500'000, .demo = 200'000, .quick = 10'000});
    const unsigned repetitions =
        chosen(asked.repetitions, how, {.full = 21U, .demo = 3U, .quick = 2U});
    found.add_note(
        workload_name,
        fmt::format("one thread makes {} int64_t, the first in the first arena, the second in "
                    "the second and so on; malloc and its like have only one, so theirs is a "
                    "straight line",
                    objects));
    interleave({workload_name, 1, repetitions, counts.size()}, asked, found,
               [&]<backend B>(std::size_t at) { repeat<B>(counts[at], objects, found); });
}

}  // namespace arena_bench
