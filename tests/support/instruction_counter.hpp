#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>

/// \file
/// Counts the instructions of a call, one by one, as a debugger would: exact and repeatable on any
/// x86 Linux machine, however large the memory that the call works on (valgrind maps no 64 GiB).

namespace test_support {

struct instruction_count {
    std::size_t instructions = 0;
    std::size_t system_calls = 0;
};

/// Forks; the child calls `prepare`, then `measured`, whose instructions are counted on the child's
/// main thread. Nothing where the machine (or its owner) doesn't allow tracing.
[[nodiscard]] std::optional<instruction_count> count_instructions(
    const std::function<void()>& prepare, const std::function<void()>& measured);

}  // namespace test_support
