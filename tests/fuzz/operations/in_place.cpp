#include <algorithm>
#include <cstddef>
#include <span>

#include "fuzz/operations/turn.hpp"

namespace fuzz {

namespace {

/// The newest, mostly.
std::size_t some_block(turn& now) {
    const std::size_t count = now.who.blocks.size();
    const std::uint8_t kind = now.choices.byte();
    return kind < 0xc0 ? count - 1 - std::min<std::size_t>(count - 1, kind & 3U) : kind % count;
}

void shrink(turn& now, block& one, std::size_t count) {
    const account figures(now);
    const std::size_t before = one.bytes.size();
    one.require_intact();
    now.on.alive().remove(one.bytes);
    now.on.alive().add(one.bytes.first(count));
    const auto got = now.on.with_source(
        now.who, [&](auto& source) { return source.try_extend(one.bytes, count); });
    FUZZ_REQUIRE(got && got->data() == one.bytes.data() && got->size() == count);
    figures.require_given_back(in_granules(before) - in_granules(count));
    one.bytes = *got;
    one.fill(count - std::min(count, block::edge));
}

void grow(turn& now, block& one, std::size_t count) {
    const account figures(now);
    const std::size_t before = one.bytes.size();
    const auto got = now.on.with_source(
        now.who, [&](auto& source) { return source.try_extend(one.bytes, count); });
    if (!got) {
        if (!now.on.is_per_cpu()) {
            figures.require_unchanged();
        }
        return;
    }
    FUZZ_REQUIRE(got->data() == one.bytes.data() && got->size() == count);
    const std::size_t taken = in_granules(count) - in_granules(before);
    one.cost += figures.require_taken(taken, taken);
    const auto added = got->subspan(before);
    FUZZ_REQUIRE(std::all_of(added.begin(), added.end(), [](auto byte) { return byte == 0; }));
    one.require_intact();
    now.on.alive().remove(one.bytes);
    now.on.alive().add(*got);
    one.bytes = *got;
    one.fill(before);
}

}  // namespace

void resize(turn& now) {
    if (now.who.blocks.empty()) {
        return;
    }
    block& one = now.who.blocks[some_block(now)];
    const std::size_t before = one.bytes.size();
    const std::uint8_t how = now.choices.byte();
    const std::size_t by = now.choices.size(now.on.capacity());
    if ((how & 3U) == 0) {
        shrink(now, one, 1 + by % before);
    } else if (by != 0 && by < static_cast<std::size_t>(-1) - before) {
        grow(now, one, before + by);
    }
}

void give_back(turn& now) {
    if (now.who.blocks.empty()) {
        return;
    }
    const std::size_t index = some_block(now);
    const block gone = now.who.blocks[index];
    gone.require_intact();
    now.who.blocks.erase(now.who.blocks.begin() + static_cast<std::ptrdiff_t>(index));
    for (holder::level& around : now.who.scopes) {
        if (index < around.block_sizes.size()) {
            around.block_sizes.erase(
                around.block_sizes.begin() + static_cast<std::ptrdiff_t>(index));
        }
    }
    const account figures(now);
    now.on.alive().remove(gone.bytes);
    now.on.with_source(now.who, [&](auto& source) {
        source.deallocate_bytes(gone.bytes.data(), gone.bytes.size());
    });
    figures.require_given_back(in_granules(gone.bytes.size()));
}

}  // namespace fuzz
