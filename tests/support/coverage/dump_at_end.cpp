/// \file
/// For scripts/coverage, part of every test program of that build: counters are written by exit()
/// alone, and some processes end otherwise: children of a fork, what a checked build or the mode
/// without exceptions aborts, and what a sanitizer has found a mistake in.

extern "C" {
void __gcov_dump();
[[noreturn]] void __real__exit(int status);
[[noreturn]] void __real__Exit(int status);
[[noreturn]] void __real_abort();

// There where a sanitizer is part of the program.
[[gnu::weak]] void __sanitizer_set_death_callback(void (*callback)());

// The linker leads all calls of these functions here (tests/CMakeLists.txt).
[[noreturn]] void __wrap__exit(int status) {
    __gcov_dump();
    __real__exit(status);
}

[[noreturn]] void __wrap__Exit(int status) {
    __gcov_dump();
    __real__Exit(status);
}

[[noreturn]] void __wrap_abort() {
    __gcov_dump();
    __real_abort();
}
}

namespace {

[[maybe_unused]] const bool asked = [] {
    if (__sanitizer_set_death_callback != nullptr) {
        __sanitizer_set_death_callback(__gcov_dump);
    }
    return true;
}();

}  // namespace
