// Standard containers over arena_allocator and over the memory resources, of arenas and of leases,
// in arenas that run out; each does the same as its like on the heap.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <list>
#include <map>
#include <span>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "fuzz/adaptors/pair_of.hpp"
#include "fuzz/adaptors/sources.hpp"
#include "fuzz/input.hpp"
#include "fuzz/require.hpp"
#include "fuzz/target.hpp"

namespace {

using fuzz::input;

/// A position in `one`, its end among them.
template <class Container>
auto somewhere(Container& one, input& choices) {
    const std::size_t index = choices.byte() % (one.size() + 1);
    return std::next(one.begin(), static_cast<std::ptrdiff_t>(index));
}

/// What sequences do; `some_value` reads an element.
template <class Sequence, class Value>
void change_sequence(Sequence& one, input& choices, Value some_value) {
    constexpr std::size_t most = 5000;
    switch (choices.byte() % 9U) {
        case 0:
        case 1: one.push_back(some_value(choices)); break;
        case 2:
            if (!one.empty()) {
                one.pop_back();
            }
            break;
        case 3: {
            const auto place = somewhere(one, choices);
            one.insert(place, some_value(choices));
            break;
        }
        case 4: {
            const auto place = somewhere(one, choices);
            one.insert(place, choices.byte(), some_value(choices));
            break;
        }
        case 5: {
            const auto first = somewhere(one, choices);
            one.erase(first, one.end());
            break;
        }
        case 6: {
            const std::size_t count = choices.size(most) % most;
            one.resize(count, some_value(choices));
            break;
        }
        case 7:
            if constexpr (requires { one.reserve(1); }) {
                one.reserve(choices.size(most) % (20 * most));
            } else {
                one.sort();
            }
            break;
        default:
            if constexpr (requires { one.shrink_to_fit(); }) {
                one.shrink_to_fit();
            } else {
                one.reverse();
            }
    }
}

template <class Map>
void change_map(Map& one, input& choices) {
    const auto key = static_cast<std::uint16_t>(choices.byte());
    switch (choices.byte() % 4U) {
        case 0:
        case 1: one[key].assign(choices.byte(), static_cast<char>(choices.byte())); break;
        case 2: one[key].append(choices.byte() % 16U, static_cast<char>(choices.byte())); break;
        default: one.erase(key);
    }
}

template <class Set>
void change_set(Set& one, input& choices) {
    const auto number = static_cast<std::uint32_t>(choices.number(2));
    switch (choices.byte() % 5U) {
        case 0:
        case 1:
            for (std::uint32_t index = choices.byte() % 32U; index > 0; --index) {
                one.insert(number + index);
            }
            break;
        case 2: one.erase(number + 1); break;
        case 3: one.rehash(choices.byte()); break;
        default: one.insert(number);
    }
}

/// The containers of one kind of source.
template <class Sources>
class program {
    template <class T>
    using allocator = typename Sources::template allocator<T>;
    using string = std::basic_string<char, std::char_traits<char>, allocator<char>>;
    using vector = std::vector<std::uint64_t, allocator<std::uint64_t>>;
    using list = std::list<std::uint16_t, allocator<std::uint16_t>>;
    using map = std::map<std::uint16_t, std::string, std::less<>,
                         allocator<std::pair<const std::uint16_t, std::string>>>;
    using set = std::unordered_set<std::uint32_t, std::hash<std::uint32_t>, std::equal_to<>,
                                   allocator<std::uint32_t>>;

public:
    explicit program(std::size_t capacity)
        : sources_(capacity),
          strings_(sources_),
          vectors_(sources_),
          lists_(sources_),
          maps_(sources_),
          sets_(sources_) {}

    void run(input& choices) {
        constexpr std::size_t most_steps = 400;
        for (std::size_t step = 0; step < most_steps && !choices.empty(); ++step) {
            const std::uint8_t what = choices.byte();
            const bool meets = what >= 0xc0;
            switch (what % 5U) {
                case 0:
                    meets ? strings_.meet(choices)
                          : strings_.change(choices, [](auto& one, input& from) {
                                change_sequence(one, from, [](input& value) {
                                    return static_cast<char>(value.byte());
                                });
                            });
                    break;
                case 1:
                    meets ? vectors_.meet(choices)
                          : vectors_.change(choices, [](auto& one, input& from) {
                                change_sequence(
                                    one, from, [](input& value) { return value.number(2); });
                            });
                    break;
                case 2:
                    meets ? lists_.meet(choices)
                          : lists_.change(choices, [](auto& one, input& from) {
                                change_sequence(one, from, [](input& value) {
                                    return static_cast<std::uint16_t>(value.byte());
                                });
                            });
                    break;
                case 3:
                    meets ? maps_.meet(choices) : maps_.change(choices, [](auto& one, input& from) {
                        change_map(one, from);
                    });
                    break;
                default:
                    meets ? sets_.meet(choices) : sets_.change(choices, [](auto& one, input& from) {
                        change_set(one, from);
                    });
            }
        }
    }

private:
    Sources sources_;
    fuzz::pair_of<Sources, string, std::string> strings_;
    fuzz::pair_of<Sources, vector, std::vector<std::uint64_t>> vectors_;
    fuzz::pair_of<Sources, list, std::list<std::uint16_t>> lists_;
    fuzz::pair_of<Sources, map, std::map<std::uint16_t, std::string>> maps_;
    fuzz::pair_of<Sources, set, std::unordered_set<std::uint32_t>> sets_;
};

template <class Arena>
void run_over(std::uint8_t kind, std::size_t capacity, input& choices) {
    switch (kind & 3U) {
        case 0: program<fuzz::allocators_of_arenas<Arena>>(capacity).run(choices); break;
        case 1: program<fuzz::allocators_of_leases<Arena>>(capacity).run(choices); break;
        case 2: program<fuzz::resources_of_arenas<Arena>>(capacity).run(choices); break;
        default: program<fuzz::resources_of_leases<Arena>>(capacity).run(choices);
    }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    input choices(std::span(data, size));
    const std::uint8_t kind = choices.byte();
    const std::size_t capacity = std::size_t{1024} << (choices.byte() % 10U);
    (kind & 4U) != 0 ? run_over<memory_arena::cpu_arena>(kind, capacity, choices)
                     : run_over<memory_arena::arena>(kind, capacity, choices);
    return 0;
}
