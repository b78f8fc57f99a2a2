#pragma once

#include <string>

namespace arena_bench {

/// What the figures were measured on, and by what.
struct machine {
    std::string processor;
    unsigned cores;
    std::string memory;
    std::string kernel;
    std::string huge_pages;  ///< the kernel's mode for transparent huge pages
    std::string c_library;
};
machine describe_machine();

struct build {
    std::string compiler;
    std::string type;
    std::string flags;
    std::string commit;
    bool optimised;
};
build describe_build();

}  // namespace arena_bench
