#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace arena_bench {

/// How long a run may take: quick to see that it works, demo for a first impression, full for
/// figures that one may rely on.
enum class effort { quick, demo, full };

std::string_view name_of(effort how_long);

/// What the user asked for. An optional that is empty means: the workload's own default.
struct options {
    std::vector<std::string> workloads;
    std::vector<std::string> backends;
    std::optional<unsigned> repetitions;
    std::optional<unsigned> threads;
    std::optional<std::size_t> objects;
    std::optional<std::size_t> live_objects;
    std::filesystem::path input = "/usr/include";
    std::optional<std::size_t> input_limit_mib;
    std::filesystem::path document;  ///< of JSON; empty: the workload's own
    std::filesystem::path json;
    std::filesystem::path html;
    std::vector<std::filesystem::path> compare;  ///< two documents; empty: measure
    effort how_long = effort::full;
    bool count_instructions = true;

    [[nodiscard]] bool wants_workload(std::string_view name) const;
    [[nodiscard]] bool wants_backend(std::string_view name) const;
};

/// A default by effort.
template <typename T>
struct by_effort {
    T full;
    T demo;
    T quick;

    [[nodiscard]] T of(effort how_long) const {
        return std::array{quick, demo, full}[static_cast<std::size_t>(how_long)];
    }
};

/// The number that the user said, or else the default.
template <typename T>
T chosen(const std::optional<T>& said, effort how_long, const by_effort<T>& otherwise) {
    return said.value_or(otherwise.of(how_long));
}

}  // namespace arena_bench
