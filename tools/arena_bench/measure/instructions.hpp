#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

namespace arena_bench {

/// The processor's own counter of the instructions that this thread executes in user space. Many
/// virtual machines and containers don't let one have it.
class instruction_counter {
public:
    instruction_counter();
    ~instruction_counter();
    instruction_counter(const instruction_counter&) = delete;
    instruction_counter& operator=(const instruction_counter&) = delete;

    [[nodiscard]] bool available() const { return counter_ >= 0; }
    void start() const;
    [[nodiscard]] std::uint64_t stop() const;

private:
    int counter_;
};

/// The same by callgrind, which executes a program instruction by instruction, some 50 times as
/// slowly: a program under it says where to begin, and to end, under some name; another one, which
/// started it, reads what was counted.
namespace callgrind {

/// Whether this program could talk to callgrind, and it is installed.
bool available();

void begin();
void end(const std::string& name);

/// Runs this very program with `argument` under callgrind, and waits; calls `see(n)` now and then,
/// n being how many counts there are. Empty if it fails.
std::optional<std::map<std::string, std::uint64_t>> count(
    const std::string& argument, const std::function<void(std::size_t)>& see);

}  // namespace callgrind

}  // namespace arena_bench
