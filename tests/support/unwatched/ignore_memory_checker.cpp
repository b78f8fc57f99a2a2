#include "os/memory_checker.hpp"

/// \file
/// Part of every test program but those of tests/checkers: they count bytes exactly, without red
/// zones, in a sanitizer's build too.

namespace {

[[maybe_unused]] const bool ignored = [] {
    memory_arena::os::ignore_memory_checker();
    return true;
}();

}  // namespace
