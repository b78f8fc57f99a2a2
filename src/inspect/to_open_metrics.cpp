#include <memory_arena/inspect.hpp>

#include <cstdint>
#include <map>

#include "inspect/characters.hpp"

namespace memory_arena::inline MEMORY_ARENA_ABI {

namespace {

/// One metric: a gauge, unless it only ever grows.
struct metric {
    std::string_view name;  ///< behind "memory_arena_"
    std::string_view unit;  ///< its ending, if it has one
    std::string_view help;
    std::uint64_t (*value)(const arena_inspection& one);
    bool is_counter = false;
};

constexpr metric metrics[] = {
    {"reserved_bytes", "bytes", "Address space of the reserve.",
     [](const arena_inspection& one) { return std::uint64_t{one.usage.reserved}; }},
    {"committed_bytes", "bytes", "Pages below the highest frontier since pages were given back.",
     [](const arena_inspection& one) { return std::uint64_t{one.usage.committed}; }},
    {"used_bytes", "bytes", "Asked for, with rounding and padding.",
     [](const arena_inspection& one) { return std::uint64_t{one.usage.used}; }},
    {"slack_bytes", "bytes", "Given out to shards and lanes and not to callers.",
     [](const arena_inspection& one) { return std::uint64_t{one.usage.slack}; }},
    {"peak_bytes", "bytes", "The highest frontier of any generation.",
     [](const arena_inspection& one) { return std::uint64_t{one.usage.peak}; }},
    {"budget_bytes", "bytes", "The most that the frontier may reach.",
     [](const arena_inspection& one) { return std::uint64_t{one.usage.budget}; }},
    {"lanes", "", "Lanes used in this generation.",
     [](const arena_inspection& one) { return std::uint64_t{one.usage.lanes}; }},
    {"refills", "", "TLABs that lanes took or had extended in this generation.",
     [](const arena_inspection& one) { return std::uint64_t{one.usage.refills}; }},
    {"resets", "", "Generations that have ended.",
     [](const arena_inspection& one) { return one.usage.generation - 1; }, true},
    {"refusals", "", "Calls by which the system refused what it was asked.",
     [](const arena_inspection& one) { return std::uint64_t{one.usage.refused}; }, true},
};

std::string escaped(std::string_view text) {
    std::string result;
    while (!text.empty()) {
        const char32_t character = detail::take_character(text);
        if (character == '\n') {
            result += "\\n";
        } else if (detail::is_control(character)) {
            detail::append_character(result, detail::replacement);
        } else {
            if (character == '"' || character == '\\') {
                result += '\\';
            }
            detail::append_character(result, character);
        }
    }
    return result;
}

/// The labels of each inspection. Names that are written alike are told apart by their numbers.
std::vector<std::string> labels_of(std::span<const arena_inspection> all) {
    std::map<std::string, std::size_t> seen;
    std::vector<std::string> result;
    result.reserve(all.size());
    for (const arena_inspection& one : all) {
        const std::string name = escaped(one.name);
        const std::size_t number = seen[name]++;
        result.push_back("{arena=\"" + name + "\",number=\"" + std::to_string(number) + "\"}");
    }
    return result;
}

void describe(std::string& out, const metric& which) {
    const auto add = [&](std::string_view keyword, std::string_view text) {
        out.append("# ").append(keyword).append(" memory_arena_").append(which.name);
        out.append(" ").append(text).append("\n");
    };
    add("TYPE", which.is_counter ? "counter" : "gauge");
    if (!which.unit.empty()) {
        add("UNIT", which.unit);
    }
    add("HELP", which.help);
}

}  // namespace

std::string to_open_metrics(std::span<const arena_inspection> all) {
    const std::vector<std::string> labels = labels_of(all);
    std::string out;
    for (const metric& which : metrics) {
        describe(out, which);
        for (std::size_t index = 0; index < all.size(); ++index) {
            out.append("memory_arena_").append(which.name);
            out.append(which.is_counter ? "_total" : "").append(labels[index]);
            out.append(" ").append(std::to_string(which.value(all[index]))).append("\n");
        }
    }
    return out.append("# EOF\n");
}

std::string to_open_metrics() {
    std::vector<arena_inspection> all;
    for_each_arena([&all](const listed_arena& one) { all.push_back(one.inspect()); });
    return to_open_metrics(all);
}

}  // namespace memory_arena::inline MEMORY_ARENA_ABI
