#pragma once

namespace arena_bench {

/// Makes the compiler believe that what `memory` points at is read and written here, so that it
/// cannot drop the construction of an object that nobody looks at again.
inline void keep(const void* memory) { asm volatile("" : : "r"(memory) : "memory"); }

}  // namespace arena_bench
