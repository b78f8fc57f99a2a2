/// Must not compile: with NO_SOURCE a coroutine whose arguments are no source, with NO_ARGUMENT one
/// that has none.

#include <memory_arena/arena.hpp>

#include "coroutines/task.hpp"

using coroutine_tests::task;

#ifdef NO_ARGUMENT
task<int> begun() { co_return 1; }
#endif
#ifdef NO_SOURCE
task<int> begun(int number, const memory_arena::arena& /*not to be written to*/) {
    co_return number;
}
#endif
