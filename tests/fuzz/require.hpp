#pragma once

#include <cstdio>
#include <cstdlib>

/// \file
/// What must be true. A fuzzer takes an abort for a find, and so does the replay.

#define FUZZ_REQUIRE(...) \
    ((__VA_ARGS__) ? static_cast<void>(0) : ::fuzz::fail(#__VA_ARGS__, __FILE__, __LINE__))

namespace fuzz {

[[noreturn]] inline void fail(const char* what, const char* file, int line) {
    std::fprintf(stderr, "%s:%d: not so: %s\n", file, line, what);
    std::abort();
}

}  // namespace fuzz
