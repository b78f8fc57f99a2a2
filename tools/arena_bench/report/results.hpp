#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "measure/statistics.hpp"
#include "measure/tick_clock.hpp"

namespace arena_bench {

/// In what state the backend was: in its first round, in one after an unmeasured round and a reset,
/// or in that unmeasured round itself (where only things are counted, never time).
enum class state { cold, warm, unmeasured };

std::string_view name_of(state when);

/// What one figure of a workload is called and counted in.
struct figure {
    std::string_view workload;
    std::string_view name;
    std::string_view unit;
    bool by_tick_clock = false;  ///< so that its resolution limits what can be told apart

    bool operator==(const figure&) const = default;
};

/// One figure of one backend in one state, a sample a measured round.
struct series {
    figure what;
    std::string_view backend;
    state when;
    std::vector<double> samples;
};

/// Everything that a run found out, in the order in which it did.
class results {
public:
    void add(const figure& what, std::string_view backend, state when, double sample);
    void add_note(std::string_view workload, std::string text);
    void add_checksum(std::string_view workload, std::string_view backend, std::uint64_t checksum);

    /// Null if there is none: skipped, or the run was cut short.
    [[nodiscard]] const series* find(const figure& what, std::string_view backend,
                                     state when) const;
    [[nodiscard]] std::vector<figure> figures() const;
    [[nodiscard]] std::vector<std::string_view> backends_of(const figure& what) const;
    [[nodiscard]] const std::vector<series>& all() const { return all_; }

    struct note {
        std::string_view workload;
        std::string text;
    };
    struct verified {
        std::string_view workload;
        std::string_view backend;
        std::uint64_t checksum;
    };
    [[nodiscard]] const std::vector<note>& notes() const { return notes_; }
    [[nodiscard]] const std::vector<verified>& checksums() const { return checksums_; }

    tick_calibration ticks;
    bool partial = false;
    double seconds = 0;

private:
    std::vector<series> all_;
    std::vector<note> notes_;
    std::vector<verified> checksums_;
};

}  // namespace arena_bench
