#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace arena_bench {

/// What the user asked for. An optional that is empty means: the workload's own default.
struct options {
    std::vector<std::string> workloads;
    std::vector<std::string> backends;
    std::optional<unsigned> repetitions;
    std::optional<unsigned> threads;
    std::optional<std::size_t> objects;
    std::optional<std::size_t> live_objects;
    std::filesystem::path input = "/usr/include";
    std::size_t input_limit_mib = 512;
    std::filesystem::path json;
    bool quick = false;

    [[nodiscard]] bool wants_workload(std::string_view name) const;
    [[nodiscard]] bool wants_backend(std::string_view name) const;
};

/// A default that --quick makes small, unless the user said a number.
template <typename T>
T chosen(const std::optional<T>& asked, bool quick, T usual, T small) {
    return asked.value_or(quick ? small : usual);
}

}  // namespace arena_bench
