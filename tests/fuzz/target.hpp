#pragma once

#include <cstddef>
#include <cstdint>

/// \file
/// What a fuzz target is: libFuzzer calls it with inputs of its making, the replay (replay.cpp)
/// with those that are kept in corpus/ and regressions/.

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
