/// What does it cost to use several arenas in turn on one thread? `new_object<std::int64_t>(42)` in
/// each of an array of pointers, over and over: to two, four or sixteen arenas, against the same
/// loop over as many pointers to one arena. Both reset through the array after 1,024 objects a
/// pointer, so both make as many resets, and write as many bytes between them; the one arena then
/// holds all of them, and so refills less often and is reset when it is empty, too.
///
/// The third row of each table is the one arena at its best: reset after each 1,024 objects of its
/// own. That is as many resets again, but its objects stay in the same 8 KiB.

#include <memory_arena/arena.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "support/paired.hpp"

namespace {

using memory_arena::arena;

constexpr std::size_t objects_an_arena = 1024;
constexpr std::size_t objects_a_round = std::size_t{4} << 20;

[[gnu::noinline]] void fill(std::span<arena* const> sources, std::size_t objects) {
    for (std::size_t count = 0; count < objects; ++count) {
        for (arena* const source : sources) {
            benchmarks::keep(source->new_object<std::int64_t>(42));
        }
    }
}

/// `objects` of each, then as many resets as there are pointers, until there are enough.
void run(std::span<arena* const> sources, std::size_t objects) {
    const std::size_t at_once = objects * sources.size();
    const std::size_t resets = objects_an_arena / objects;
    for (std::size_t done = 0; done < objects_a_round; done += at_once) {
        fill(sources, objects);
        for (std::size_t reset = 0; reset < sources.size() / resets; ++reset) {
            sources[reset]->reset();
        }
    }
}

void compare(std::size_t count) {
    std::vector<std::unique_ptr<arena>> owned;
    std::vector<arena*> several;
    for (std::size_t index = 0; index < count; ++index) {
        owned.push_back(std::make_unique<arena>(std::size_t{1} << 20));
        several.push_back(owned.back().get());
    }
    const std::vector<arena*> same(count, several.front());
    const std::string name = std::to_string(count);
    const std::string reference = "one arena, " + name + " times";

    benchmarks::paired all("one 8-byte object, arenas in turn, one thread", objects_a_round);
    all.add(reference, [&] { run(same, objects_an_arena); });
    all.add(name + " arenas in turn", [&] { run(several, objects_an_arena); });
    all.add(reference + ", 1,024 objects a reset", [&] { run(same, objects_an_arena / count); });
    all.report(reference);
}

}  // namespace

int main() {
    compare(2);
    compare(4);
    compare(16);
}
