#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include <memory_arena/detail/cpu_lane.hpp>

/// \file
/// The restartable sequences, each in a function of its own in a section of its own, so that the
/// test can find every instruction of them and force a restart there.

namespace sequences {

bool bump(memory_arena::detail::lane* lanes, const std::atomic<std::uint64_t>& generation,
          std::size_t bytes, std::uintptr_t& result);
bool bump_aligned(memory_arena::detail::lane* lanes, const std::atomic<std::uint64_t>& generation,
                  std::size_t bytes, std::uintptr_t& result);
bool extend(memory_arena::detail::lane* lanes, std::uint64_t generation, std::uintptr_t from,
            std::uintptr_t to);
bool install(memory_arena::detail::lane* lanes, const std::atomic<std::uint64_t>& current,
             std::uint64_t generation, std::uintptr_t start, std::uintptr_t limit,
             const memory_arena::detail::lane& known);
bool retract(memory_arena::detail::lane* lanes, std::uint64_t generation, std::uintptr_t begin,
             std::uintptr_t end);

/// The alignment of bump_aligned.
inline constexpr std::size_t wide_alignment = 64;

/// The addresses of all instructions in the five sequences, up to and with each commit. Empty where
/// the disassembler is missing.
[[nodiscard]] std::vector<std::uintptr_t> instructions();

}  // namespace sequences
