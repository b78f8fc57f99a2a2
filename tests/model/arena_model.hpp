#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include <memory_arena/detail/align.hpp>

#include "model/configuration.hpp"
#include "model/world.hpp"
#include "reserve/page_hold.hpp"
#include "reserve/quarantine.hpp"
#include "shards/shard_set.hpp"

/// \file
/// The real shard_set and frontier, and what the ranks above do with them in as few lines as show
/// the same accesses: the bump, arena_core::allocate and arena_core::reset.

namespace model {

/// What one operation came to.
struct result {
    bool claimed = false;  ///< it called shard_set::claim
    memory_arena::detail::grant got;
    std::size_t used = 0;  ///< by a lane's bump, without a claim
    bool rest_went_back =
        false;  ///< what was granted was more, and too little is left for the call
};

class arena_model {
public:
    explicit arena_model(const configuration& chosen);
    arena_model(const arena_model&) = delete;
    arena_model& operator=(const arena_model&) = delete;
    ~arena_model() = default;

    /// Does `call` for a thread with this lane. Accesses the shared words, and writes nothing else
    /// but `out`: it is run again and again from its beginning.
    void run(const operation& call, const memory_arena::detail::held_tlab& lane, result& out);

    /// What the thread does with the result, once `call` has returned.
    static void settle(const operation& call, const result& got,
                       memory_arena::detail::held_tlab& lane);

    /// Where the words lie in a memory.
    [[nodiscard]] static std::size_t run_word(std::size_t shard) noexcept { return 1 + 3 * shard; }
    [[nodiscard]] static std::size_t direct_word(std::size_t shard) noexcept {
        return 2 + 3 * shard;
    }
    [[nodiscard]] static std::size_t shelf_word(std::size_t shard) noexcept {
        return 3 + 3 * shard;
    }
    [[nodiscard]] std::size_t first_block_word() const noexcept { return 1 + 3 * shard_count_; }
    [[nodiscard]] std::size_t frontier_word() const noexcept { return first_block_word() + 1; }
    [[nodiscard]] std::size_t touched_word() const noexcept { return frontier_word() + 1; }

    /// Which regions are closed, a bit for each. Only where there are several.
    [[nodiscard]] std::size_t closed_word() const noexcept { return touched_word() + 1; }

    /// The frontier, as the generation at hand sees it.
    [[nodiscard]] memory_arena::detail::frontier::state edge_of(const memory& words) const noexcept;

    /// What a shard's word is.
    enum class word_kind : unsigned char { run, direct, shelf };
    [[nodiscard]] static word_kind kind_of(std::size_t word) noexcept {
        return static_cast<word_kind>((word - 1) % 3);
    }

    [[nodiscard]] std::size_t shard_count() const noexcept { return shard_count_; }
    [[nodiscard]] const memory_arena::detail::shard_set& set() const noexcept { return set_; }
    [[nodiscard]] const memory_arena::detail::shard_layout& layout() const noexcept {
        return layout_;
    }
    [[nodiscard]] const memory_arena::detail::geometry& shape() const noexcept { return shape_; }

    /// The memory that a run begins with.
    [[nodiscard]] const memory& initial() const noexcept { return initial_; }

private:
    /// Makes way for this arena's words. Before all members that are words.
    struct fresh_words {
        fresh_words() noexcept { the_scheduler().forget_words(); }
    };

    /// The words that a quarantine needs besides.
    struct several_regions final : memory_arena::detail::region_pages {
        bool open(std::size_t region) noexcept override;
        void close(std::size_t region, std::size_t used) noexcept override;
        void clean(std::size_t region, std::size_t used) noexcept override;

        memory_arena::detail::atomic_word closed{0};
        memory_arena::detail::page_hold hold;
    };

    void reset();

    fresh_words fresh_;
    std::size_t shard_count_;
    memory_arena::detail::geometry shape_;
    memory_arena::detail::shard_layout layout_;
    memory_arena::detail::atomic_word generation_{1};
    std::unique_ptr<memory_arena::detail::shard[]> shards_;
    memory_arena::detail::shard_set set_;
    std::optional<several_regions> regions_;
    std::size_t renewals_per_reset_ = 1;
    memory initial_;
};

}  // namespace model
