#pragma once

#include <cstddef>

namespace another_system {

/// Bytes of address space that the library has.
extern std::size_t taken;

}  // namespace another_system
