#pragma once

/// \file
/// To see into arenas: `arena.inspect()`, the list of those that were made with
/// `arena_options::listed`, and all of it as text, JSON, OpenMetrics, and as a picture.
///
///     std::puts(to_text(arena.inspect()).c_str());
///     memory_arena::for_each_arena([](const auto& one) { log(to_json(one.inspect())); });

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <memory_arena/arena.hpp>
#include <memory_arena/detail/compiler.hpp>
#include <memory_arena/detail/lane_policy.hpp>
#include <memory_arena/inspected_parts.hpp>
#include <memory_arena/usage.hpp>

namespace memory_arena::inline MEMORY_ARENA_ABI {

/// What inspect() found, all of one generation. A plain value: the arena may be gone.
///
/// At rest it is exact, and no two ranges of it overlap. Read beside allocations, each range was
/// true at some moment of the call, but not all at the same one: what left a shard's run for a TLAB
/// meanwhile may be shown in both, or in neither. Always tlab.begin <= cursor <= tlab.end, and
/// every range ends at or below the frontier.
struct arena_inspection {
    std::string name;
    bool is_cpu_arena = false;
    arena_usage usage;
    std::size_t capacity = 0;             ///< bytes
    std::size_t frontier = 0;             ///< bytes: usage.used + usage.slack
    std::size_t block_bytes = 0;          ///< what the frontier counts in
    std::vector<inspected_shard> shards;  ///< all of them, by index
    std::vector<inspected_lane> lanes;    ///< those of this generation: threads or CPUs, leases

    /// Bytes below the frontier that are in no run, on no shelf and in no lane's present TLAB. Most
    /// of them are used. The others are kept by leases for their scopes, or were left behind: tails
    /// of TLABs, the rest of a block. Which is which only their owners know; usage.used says how
    /// much is used in all.
    [[nodiscard]] MEMORY_ARENA_API std::size_t used_or_kept() const noexcept;
};

namespace detail {

// The compiled half (src/inspect/inspect.cpp).
MEMORY_ARENA_API arena_inspection inspect(const arena_face& face);

}  // namespace detail

template <class Lanes>
arena_inspection basic_arena<Lanes>::inspect() const {
    return detail::inspect(this->face());
}

/// A listed arena, as for_each_arena shows it: valid during that call.
class listed_arena {
public:
    listed_arena(const detail::arena_face& face, detail::lane_kind kind) noexcept
        : face_(&face), kind_(kind) {}

    /// The arena's name(), usage() and inspect().
    [[nodiscard]] std::string_view name() const noexcept { return detail::name_of(*face_); }
    [[nodiscard]] arena_usage usage() const noexcept { return detail::usage_of(*face_); }
    [[nodiscard]] arena_inspection inspect() const { return detail::inspect(*face_); }

    /// Whether it is a `cpu_arena`.
    [[nodiscard]] bool is_cpu_arena() const noexcept { return kind_ == detail::lane_kind::cpu; }

private:
    const detail::arena_face* face_;
    detail::lane_kind kind_;
};

namespace detail {

using listed_visitor = void (*)(void* context, const listed_arena& one);
MEMORY_ARENA_API void visit_listed(listed_visitor visit, void* context);

}  // namespace detail

/// Calls `call(const listed_arena&)` for each arena of the process that was made with
/// `arena_options::listed`, in the order of their making. What it throws goes on to the caller.
///
/// Thread safe, also before main and after it. Meanwhile other threads that make or destroy a
/// listed arena, or walk the list, wait; allocations, queries and resets go on. `call` may query,
/// allocate, and walk the list again; it must neither make a listed arena (which fails, with
/// `std::invalid_argument`) nor destroy one (a caller's bug, which aborts), nor wait for a thread
/// that does. In the child of a fork that came while another thread walked the list, or made or
/// destroyed a listed arena, these three wait for ever; arenas that aren't listed don't know of it.
template <class Call>
void for_each_arena(Call&& call) {
    auto each = [&call](const listed_arena& one) { call(one); };
    detail::visit_listed(
        [](void* context, const listed_arena& one) {
            (*static_cast<decltype(each)*>(context))(one);
        },
        &each);
}

// In all of these, what is no text in a name (control characters, bytes that are no UTF-8) becomes
// U+FFFD, or an escape where the format has one. They are pure functions: thread safe, O(parts);
// they throw what std::string throws.

/// For people: a few lines, what matters first; then shards and lanes that hold something, at most
/// 32 of each, those with the most first.
[[nodiscard]] MEMORY_ARENA_API std::string to_text(const arena_inspection& what);

/// One JSON object, everything in it. Numbers are exact integers, in bytes where they have a unit.
[[nodiscard]] MEMORY_ARENA_API std::string to_json(const arena_inspection& what);

/// OpenMetrics text, to be served as `application/openmetrics-text; version=1.0.0`. The label
/// `arena` is the name, `number` counts those of the same name, in the order given, from 0.
[[nodiscard]] MEMORY_ARENA_API std::string to_open_metrics(std::span<const arena_inspection> all);

/// The same, of all listed arenas. Waits as for_each_arena does.
[[nodiscard]] MEMORY_ARENA_API std::string to_open_metrics();

/// A picture of the arena as an SVG document, for light and dark: the reserve, and below the
/// frontier, enlarged, what lies where. At most a few thousand elements, whatever the arena.
[[nodiscard]] MEMORY_ARENA_API std::string to_svg(const arena_inspection& what);

}  // namespace memory_arena::inline MEMORY_ARENA_ABI
