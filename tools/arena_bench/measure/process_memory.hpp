#pragma once

#include <cstddef>

namespace arena_bench {

/// The process's highest resident memory since this was made, less what was resident then: a figure
/// that means the same for every backend, wherever it gets its pages.
class peak_memory {
public:
    peak_memory();
    [[nodiscard]] double mebibytes() const;

    /// What is resident now, likewise less what was before.
    [[nodiscard]] double mebibytes_now() const;

private:
    [[nodiscard]] double mebibytes_over(const char* field) const;

    std::size_t resident_before_;
};

/// Gives what the C library keeps in its free lists back to the kernel, as far as it can: so that a
/// cold round is cold for malloc too, and a backend doesn't pay or profit from the one before it.
void release_free_memory();

}  // namespace arena_bench
