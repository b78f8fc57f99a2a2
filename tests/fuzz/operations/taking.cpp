#include <algorithm>
#include <bit>
#include <cstdint>
#include <new>
#include <span>
#include <stdexcept>
#include <string>

#include <memory_arena/inspect.hpp>

#include "fuzz/operations/turn.hpp"

namespace fuzz {

namespace {

/// Never what an arena itself leaves in memory.
unsigned char some_content(input& choices) {
    return static_cast<unsigned char>(1 + choices.byte() % 100);
}

/// Somebody has got these.
void hold(turn& now, void* place, std::size_t bytes, std::size_t cost) {
    const block one{{static_cast<unsigned char*>(place), bytes}, some_content(now.choices), cost};
    now.on.with_arena([&one](auto& source) {
        FUZZ_REQUIRE(source.contains(&one.bytes.front()) && source.contains(&one.bytes.back()));
    });
    now.on.alive().add(one.bytes);
    one.fill();
    now.who.blocks.push_back(one);
}

/// An arena that nobody has taken from can serve what it has room for.
void require_reason(const turn& now, const account& figures, std::size_t bytes,
                    std::size_t alignment) {
    const auto& before = figures.before();
    FUZZ_REQUIRE(!now.alone || before.used + before.slack != 0 ||
                 before.budget != before.reserved || alignment > 16 ||
                 bytes + most_added_bytes() > before.reserved);
    figures.require_unchanged();
}

/// `take`, which throws where it can't be served; null then.
template <class Take>
void* caught(Take take, std::size_t bytes, std::size_t alignment) {
    try {
        return take();
    } catch (const memory_arena::arena_exhausted& failure) {
        FUZZ_REQUIRE(failure.requested_bytes() == bytes);
        FUZZ_REQUIRE(std::has_single_bit(alignment));
    } catch (const std::invalid_argument&) {
        FUZZ_REQUIRE(!std::has_single_bit(alignment));
    }
    return nullptr;
}

void take(turn& now, bool throwing, std::size_t bytes, std::size_t alignment) {
    const account figures(now);
    void* const place = now.on.with_source(now.who, [&](auto& source) {
        return throwing ? caught([&] { return source.allocate_bytes(bytes, alignment); }, bytes,
                                 alignment)
                        : source.try_allocate_bytes(bytes, alignment);
    });
    if (!std::has_single_bit(alignment)) {
        FUZZ_REQUIRE(place == nullptr);
        figures.require_unchanged();
        return;
    }
    FUZZ_REQUIRE(place == nullptr || reinterpret_cast<std::uintptr_t>(place) % alignment == 0);
    if (bytes == 0) {
        FUZZ_REQUIRE(place != nullptr);
        figures.require_unchanged();
    } else if (place == nullptr) {
        require_reason(now, figures, bytes, alignment);
    } else {
        const std::size_t padding = std::max(alignment, std::size_t{8}) - 8;
        hold(now, place, bytes,
             figures.require_taken(in_granules(bytes), in_granules(bytes) + padding));
    }
}

}  // namespace

void take_bytes(turn& now) {
    const bool throwing = now.choices.flag();
    const std::size_t bytes = now.choices.size(now.on.capacity());
    take(now, throwing, bytes, now.choices.alignment());
}

void take_what_is_left(turn& now) {
    const auto parts = now.on.with_arena([](auto& source) { return source.inspect(); });
    const std::uint8_t where = now.choices.byte();
    const std::size_t index = now.choices.byte();
    std::size_t left = 0;
    if ((where & 3U) == 0) {
        left = parts.capacity - parts.frontier;
    } else if ((where & 3U) == 1) {
        const auto& shard = parts.shards[index % parts.shards.size()];
        left = (where & 4U) != 0 ? shard.shelf.bytes() : shard.run.bytes();
    } else if (!parts.lanes.empty()) {
        left = parts.lanes[index % parts.lanes.size()].unused();
    }
    const std::size_t spare = static_cast<std::size_t>(where >> 6U) * 8;
    take(now, false, left - std::min(left, spare), 8);
}

void take_numbers(turn& now) {
    const bool throwing = now.choices.flag();
    const std::size_t count = now.choices.size(now.on.capacity() / sizeof(std::uint32_t));
    const account figures(now);
    std::span<std::uint32_t> numbers;
    now.on.with_source(now.who, [&](auto& source) {
        if (!throwing) {
            numbers = source.template try_new_span<std::uint32_t>(count).value_or(numbers);
            return;
        }
        try {
            numbers = source.template new_span<std::uint32_t>(count);
        } catch (const memory_arena::arena_exhausted&) {
        } catch (const std::bad_array_new_length&) {
            FUZZ_REQUIRE(count > static_cast<std::size_t>(-1) / 2 / sizeof(std::uint32_t));
        }
    });
    if (numbers.empty()) {
        figures.require_unchanged();
        return;
    }
    FUZZ_REQUIRE(numbers.size() == count);
    FUZZ_REQUIRE(std::all_of(numbers.begin(), numbers.end(), [](auto one) { return one == 0; }));
    const std::size_t taken = in_granules(numbers.size_bytes());
    hold(now, numbers.data(), numbers.size_bytes(), figures.require_taken(taken, taken));
}

void take_text(turn& now) {
    const std::string text(std::min(now.choices.size(4096), std::size_t{70'000}), 'x');
    const account figures(now);
    const auto copy =
        now.on.with_source(now.who, [&](auto& source) { return source.try_copy_string(text); });
    if (!copy) {
        figures.require_unchanged();
        return;
    }
    FUZZ_REQUIRE(*copy == text && copy->data()[text.size()] == '\0');
    const std::size_t taken = in_granules(text.size() + 1);
    hold(
        now, const_cast<char*>(copy->data()), text.size() + 1, figures.require_taken(taken, taken));
}

void take_object(turn& now) {
    const std::uint8_t kind = now.choices.byte();
    const bool throws = (kind & 3U) == 3;
    ending last;
    if ((kind & 12U) == 4) {
        last = {&subject::take_at_the_end, &now.on};
    } else if ((kind & 12U) == 8 && now.who.lease) {
        last = {&subject::scope_at_the_end, &now.who};
    }
    const std::uint32_t number = now.on.next_number();
    tracked* object = nullptr;
    try {
        object = now.on.with_source(now.who, [&](auto& source) {
            return source.template try_new_object<tracked>(now.on.log(), number, throws, last);
        });
    } catch (const refused_to_live&) {
        FUZZ_REQUIRE(throws);
    }
    if (object != nullptr) {
        FUZZ_REQUIRE(!throws);
        const object_note note{number, {reinterpret_cast<unsigned char*>(object), sizeof(tracked)}};
        now.on.alive().add(note.bytes);
        now.who.objects.push_back(note);
    }
}

void take_elements_that_throw(turn& now) {
    element::counts counts;
    const std::size_t count = 1 + now.choices.below(40);
    counts.throws_at = 1 + now.choices.below(count);
    const element first(counts);
    bool threw = false;
    bool served = true;
    try {
        served = now.on
                     .with_source(now.who,
                                  [&](auto& source) {
                                      return source.template try_new_span<element>(count, first);
                                  })
                     .has_value();
    } catch (const refused_to_live&) {
        threw = true;
    }
    FUZZ_REQUIRE(threw != !served);
    FUZZ_REQUIRE(counts.made == (threw ? counts.throws_at - 1 : 0));
    FUZZ_REQUIRE(counts.ended == counts.made);
}

}  // namespace fuzz
