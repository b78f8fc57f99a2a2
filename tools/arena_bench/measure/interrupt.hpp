#pragma once

namespace arena_bench {

/// From here on the first Ctrl-C asks for an end after the current round; a second one kills.
void catch_interrupts();
bool interrupted();

}  // namespace arena_bench
