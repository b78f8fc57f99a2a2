#include <cstdio>
#include <exception>
#include <string>

#include "model/configuration.hpp"
#include "model/explorer.hpp"

/// \file
/// A planted fault must be found: succeeds only if the configuration that is named breaks a
/// property, and tells how.

namespace {

bool finds_it(const model::configuration& chosen) {
    const model::findings found = model::explorer(chosen).explore();
    if (found.complaint.empty()) {
        std::printf("%s: every property holds, in %zu states\n", chosen.name.c_str(), found.states);
        return false;
    }
    for (const std::string& line : model::tell_shortest(chosen)) {
        std::puts(line.c_str());
    }
    return true;
}

}  // namespace

int main(int count, char** arguments) try {
    for (const bool narrow : {false, true}) {
        for (const model::configuration& one : model::everyday_configurations(narrow)) {
            if (count == 2 && one.name == arguments[1]) {
                return finds_it(one) ? 0 : 1;
            }
        }
    }
    std::puts("usage: test_model_mutant_<fault> <configuration>");
    return 2;
} catch (const std::exception& problem) {
    std::puts(problem.what());
    return 3;
}
