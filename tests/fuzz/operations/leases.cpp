#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <system_error>
#include <utility>
#include <vector>

#include "fuzz/operations/turn.hpp"
#include "fuzz/system_calls.hpp"

namespace fuzz {

namespace {

constexpr std::size_t deepest = 5;

/// What was made since `level` began is gone after its end; what grew since then is as it was.
void take_out_what_ends(turn& now, const holder::level& level) {
    living& alive = now.on.alive();
    std::vector<block>& blocks = now.who.blocks;
    for (std::size_t index = level.block_sizes.size(); index < blocks.size(); ++index) {
        blocks[index].require_intact();
        alive.remove(blocks[index].bytes);
    }
    blocks.resize(level.block_sizes.size());
    for (std::size_t index = 0; index < blocks.size(); ++index) {
        block& one = blocks[index];
        const std::size_t bytes = level.block_sizes[index];
        one.require_intact();
        if (one.bytes.size() > bytes) {
            alive.remove(one.bytes);
            one.bytes = one.bytes.first(bytes);
            alive.add(one.bytes);
            one.fill(bytes - std::min(bytes, block::edge));
        }
    }
    for (std::size_t index = level.objects; index < now.who.objects.size(); ++index) {
        alive.remove(now.who.objects[index].bytes);
    }
}

}  // namespace

bool ensure_lease(turn& now) {
    if (now.who.lease) {
        return true;
    }
    const std::uint8_t how = now.choices.byte();
    refusals refused((how & 0x0cU) == 0x0c ? 1 : 0);
    const account figures(now);
    now.on.with_arena([&](auto& source) {
        if ((how & 1U) == 0) {
            if (auto made = source.try_lease()) {
                now.who.lease.emplace(*std::move(made));
            }
            return;
        }
        try {
            now.who.lease.emplace(source.lease());
        } catch (const std::system_error& failure) {
            FUZZ_REQUIRE(failure.code() == std::errc::not_enough_memory);
        }
    });
    figures.require_unchanged();
    // Somebody else's call may have been the one that was refused.
    FUZZ_REQUIRE(now.who.lease || !now.alone || refused.end() != 0);
    return now.who.lease.has_value();
}

void end_lease(turn& now) {
    while (!now.who.scopes.empty()) {
        end_scope(now);
    }
    if (now.who.lease) {
        const account figures(now);
        now.who.lease.reset();
        figures.require_unchanged();
        now.on.hand_on(now.who);
    }
}

void move_lease(turn& now) {
    if (now.who.lease && now.who.scopes.empty()) {
        memory_arena::arena_lease moved(*std::move(now.who.lease));
        *now.who.lease = std::move(moved);
    }
}

void begin_scope(turn& now) {
    if (now.who.lease && now.who.scopes.size() < deepest) {
        const account figures(now);
        holder::level& level = now.who.scopes.emplace_back(*now.who.lease, now.who.objects.size());
        figures.require_unchanged();
        for (const block& one : now.who.blocks) {
            level.block_sizes.push_back(one.bytes.size());
        }
    }
}

void end_scope(turn& now) {
    if (now.who.scopes.empty()) {
        return;
    }
    const holder::level& level = now.who.scopes.back();
    const auto generation = now.on.with_arena([](auto& source) { return source.generation(); });
    if (level.generation != generation) {
        const account figures(now);
        now.who.scopes.pop_back();
        figures.require_unchanged();
        return;
    }
    const std::size_t objects = level.objects;
    take_out_what_ends(now, level);
    now.who.scopes.pop_back();
    std::vector<std::uint32_t> ended;
    for (std::size_t index = objects; index < now.who.objects.size(); ++index) {
        ended.push_back(now.who.objects[index].number);
    }
    now.on.log().require_ended_newest_first(ended);
    now.who.objects.resize(objects);
}

}  // namespace fuzz
