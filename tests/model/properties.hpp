#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>

#include "model/arena_model.hpp"
#include "model/byte_map.hpp"
#include "model/world.hpp"

/// \file
/// What has to hold, at every step of every interleaving.
///
///   grants    each lies within the reserve, holds its request at its alignment, and overlaps no
///             other of its generation
///   words     within a generation no shard's end falls, the frontier doesn't fall, and no word of
///             the current generation is replaced by one of another
///   bytes     at every moment, were all threads stopped for ever, one more thread could claim
///   every
///             byte of the reserve that isn't granted, taken by a stopped thread in its present
///             operation, or dropped where the protocol says that it drops: nothing is lost, and
///             nothing can be had twice
///   failure   a claim fails only if at some moment of it no shard and not the frontier had room
///   regions   in a quarantine, what the generation at hand has, or would have next, is never
///   closed progress  no operation makes more accesses than scheduler::most_accesses, whoever is
///   stopped
///             meanwhile

namespace model {

class properties {
public:
    properties(arena_model& arena, const configuration& chosen) noexcept
        : arena_(arena), chosen_(chosen) {}

    /// Before the first access of an operation, and after every step: what the failure of a claim
    /// is judged by.
    void look_for_room(world& at, const operation& call, thread_state& caller) const;

    /// After a step of thread `index`.
    void see(world& at, std::size_t index, const event& done);

    /// When an operation of thread `index`, whose lane was `held`, has returned.
    void see_result(world& at, std::size_t index, const operation& call, const result& got,
                    const memory_arena::detail::held_tlab& held);

    /// At every state.
    void check_bytes(const world& at);

    /// When all threads are done.
    void check_direct_bytes(const world& at);

    void fail(const std::string& what);
    [[nodiscard]] bool broken() const noexcept { return !complaint_.empty(); }
    [[nodiscard]] const std::string& complaint() const noexcept { return complaint_; }

private:
    using run_range = memory_arena::detail::run_range;

    [[nodiscard]] run_range run_of(std::uint64_t word, std::uint64_t generation) const noexcept;
    [[nodiscard]] range shelf_of(std::uint64_t word, std::uint64_t generation) const noexcept;
    void see_frontier(world& at, std::size_t index, const event& done);
    void see_run(world& at, std::size_t index, const event& done);
    void see_direct(const world& at, const event& done);
    void see_shelf(world& at, std::size_t index, const event& done);
    void see_published(world& at, std::size_t index, const event& done, const run_range& before,
                       const run_range& after);
    void see_given_back(world& at, std::size_t index, const range& bytes);
    void drop(world& at, const range& bytes);
    [[nodiscard]] std::size_t region_end(std::uint64_t block) const noexcept;
    void check_regions(const world& at);
    void check_grant(const world& at, const operation& call, const result& outcome,
                     const memory_arena::detail::held_tlab& held);
    void hand_over(world& at, std::size_t index, const memory_arena::detail::grant& got);
    [[nodiscard]] const byte_map& claimable(const memory& words);

    arena_model& arena_;
    const configuration& chosen_;
    std::string complaint_;
    std::unordered_map<std::uint64_t, byte_map> claimable_;
};

}  // namespace model
