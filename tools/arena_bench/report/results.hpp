#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "measure/statistics.hpp"
#include "measure/tick_clock.hpp"

namespace arena_bench {

/// ns/object, us, ms: what depends on how busy a machine is, as counts and bytes do not.
bool is_time(std::string_view unit);

/// In what state the backend was: in its first round, in one after an unmeasured round and a reset,
/// or in that unmeasured round itself (where only things are counted, never time).
enum class state { cold, warm, counted };

std::string_view name_of(state when);

/// What a sweep varies, and at which of its values: a block size of 64 B, 4 threads.
struct setting {
    std::string_view name;
    std::string_view unit;  ///< "B" is shown as B, KiB or MiB; empty: the number is all there is
    double value = 0;

    [[nodiscard]] std::string label() const;
    bool operator==(const setting&) const = default;
};

/// Instructions are the same in every round; what else is counted depends on who came first.
bool is_counted_exactly(std::string_view unit);

/// What one figure of a workload is called and counted in. Lower is better in all of them.
struct figure {
    std::string_view workload;
    std::string_view name;
    std::string_view unit;
    bool by_tick_clock = false;  ///< so that its resolution limits what can be told apart
    double resolution = 0;       ///< else this does, in the figure's unit
    std::optional<setting> at = std::nullopt;

    /// The same figure at one setting of a sweep.
    [[nodiscard]] constexpr figure when(const setting& one) const {
        figure result = *this;
        result.at = one;
        return result;
    }

    /// Whether they differ in nothing but the setting, if at all.
    [[nodiscard]] bool is_of_same_sweep(const figure& other) const {
        return workload == other.workload && name == other.name && unit == other.unit;
    }

    bool operator==(const figure&) const = default;
};

/// One figure of one backend in one state, a sample a turn.
struct series {
    figure what;
    std::string_view backend;
    state when;
    std::vector<double> samples;
    std::vector<double> rounds = {};  ///< of the last turn
    std::size_t turn = 0;             ///< that one
};

/// Everything that a run found out, in the order in which it did.
class results {
public:
    /// Before the first turn, each is a sample; from then on those of one turn are one sample,
    /// their median: rounds that share a backend, and so its pages and their places, aren't
    /// independent.
    void add(const figure& what, std::string_view backend, state when, double round);

    void begin_turn() { ++turn_; }

    /// The second time, the same note of a workload adds nothing.
    void add_note(std::string_view workload, std::string text);

    /// Throws std::runtime_error if another backend made another checksum of the same work: the
    /// workload's only one, or the one called `work`.
    void add_checksum(std::string_view workload, std::string_view backend, std::uint64_t checksum,
                      const std::string& work = {});

    /// Null if there is none: skipped, or the run was cut short.
    [[nodiscard]] const series* find(const figure& what, std::string_view backend,
                                     state when) const;
    [[nodiscard]] const std::vector<series>& all() const { return all_; }

    struct note {
        std::string_view workload;
        std::string text;
    };
    struct verified {
        std::string_view workload;
        std::string_view backend;
        std::uint64_t checksum;
        std::string work;
    };
    struct contender {
        std::string_view name;
        std::string_view label;
    };

    /// Measured in one workload beside the backends, such as a library's own way to do it.
    void add_contender(const contender& known);

    [[nodiscard]] const std::vector<note>& notes() const { return notes_; }
    [[nodiscard]] const std::vector<verified>& checksums() const { return checksums_; }
    [[nodiscard]] const std::vector<contender>& contenders() const { return contenders_; }

    tick_calibration ticks;
    std::string_view instructions_by;  ///< "perf" or "callgrind"; empty: they weren't counted
    bool partial = false;
    double seconds = 0;

private:
    series& series_of(const figure& what, std::string_view backend, state when);

    std::size_t turn_ = 0;
    std::vector<series> all_;
    std::vector<note> notes_;
    std::vector<verified> checksums_;
    std::vector<contender> contenders_;
};

}  // namespace arena_bench
