#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <ostream>
#include <string>
#include <vector>

#include "model/configuration.hpp"
#include "model/explorer.hpp"

using model::configuration;
using model::configurations;
using model::explorer;
using model::findings;

namespace model {

void PrintTo(const configuration& chosen, std::ostream* out);
void PrintTo(const configuration& chosen, std::ostream* out) { *out << chosen.name; }

}  // namespace model

namespace {

std::vector<configuration> soaks() {
    std::vector<configuration> list;
    std::copy_if(configurations().begin(), configurations().end(), std::back_inserter(list),
                 [](const configuration& one) { return one.soak; });
    return list;
}

std::string name_of(const testing::TestParamInfo<configuration>& one) { return one.param.name; }

class every_interleaving : public testing::TestWithParam<configuration> {};

}  // namespace

TEST_P(every_interleaving, keeps_every_property) {
    const findings found = explorer(GetParam()).explore();
    RecordProperty("states", std::to_string(found.states));
    RecordProperty("interleavings", std::to_string(found.interleavings));
    std::printf("%s: %zu states, %.2g interleavings of up to %zu steps\n", GetParam().name.c_str(),
                found.states, found.interleavings, found.longest);
    if (found.complaint != GetParam().remains) {
        std::string told = found.complaint.empty() ? "what was accepted no longer happens\n" : "";
        for (const std::string& line : model::tell_shortest(GetParam())) {
            told += line + "\n";
        }
        FAIL() << told;
    }
}

INSTANTIATE_TEST_SUITE_P(all, every_interleaving,
                         testing::ValuesIn(model::everyday_configurations(false)), name_of);
INSTANTIATE_TEST_SUITE_P(narrow, every_interleaving,
                         testing::ValuesIn(model::everyday_configurations(true)), name_of);
INSTANTIATE_TEST_SUITE_P(soak, every_interleaving, testing::ValuesIn(soaks()), name_of);

/// Each way to the end is the same, and the ends are, whether or not the explorer forgets what was
/// read before a claim began again: only fewer states stand for them.
TEST(explorer, forgetting_changes_nothing_but_the_number_of_states) {
    for (const configuration& one : configurations()) {
        const std::vector<std::string> small{
            "two_refills",     "extension_in_place",  "two_large",
            "wrap_two_shards", "reset_beside_refill", "wrap_beside_lanes"};
        if (std::find(small.begin(), small.end(), one.name) == small.end()) {
            continue;
        }
        const findings with = explorer(one).explore();
        const findings without = explorer(one, {model::any_preemptions, false}).explore();
        EXPECT_EQ(with.complaint, "") << one.name;
        EXPECT_EQ(without.complaint, "") << one.name;
        EXPECT_EQ(with.interleavings, without.interleavings) << one.name;
        EXPECT_EQ(with.ends, without.ends) << one.name;
        EXPECT_LT(with.states, without.states) << one.name;
    }
}
