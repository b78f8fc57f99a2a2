#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <type_traits>

#include <memory_arena/detail/version.hpp>

/// \file
/// Structs that grow: their first member says how many bytes of them the other side knows (rank 5).

namespace memory_arena::inline MEMORY_ARENA_ABI::detail {

template <class Struct>
concept sized_struct = std::is_trivially_copyable_v<Struct> && std::is_standard_layout_v<Struct> &&
    requires(Struct value) {
    { value.struct_size } -> std::same_as<std::size_t&>;
};

/// No struct grows beyond: what a caller forgot to set is found more often than not.
inline constexpr std::size_t max_struct_size = 4096;

/// Whether it can be a size of a Struct of any version: no member of a size_t is cut in two.
template <sized_struct Struct>
bool is_struct_size(std::size_t bytes) noexcept {
    static_assert(sizeof(Struct) <= max_struct_size);
    return bytes >= 2 * sizeof(std::size_t) && bytes <= max_struct_size &&
           bytes % sizeof(std::size_t) == 0;
}

/// Copies what both sides know of `given`; the rest of `known` is 0. False where that would lose
/// something: of what this side doesn't know, a byte isn't 0.
template <sized_struct Struct>
bool copy_in(Struct& known, const Struct& given) noexcept {
    const std::size_t bytes = given.struct_size;
    if (!is_struct_size<Struct>(bytes)) {
        return false;
    }
    known = {};
    const std::size_t common = std::min(bytes, sizeof(Struct));
    std::memcpy(&known, &given, common);
    const auto* const begin = reinterpret_cast<const std::byte*>(&given);
    return std::all_of(
        begin + common, begin + bytes, [](std::byte each) { return each == std::byte{0}; });
}

/// Copies what both sides know of `known` to `wanted`, but for the size; its rest becomes 0.
template <sized_struct Struct>
bool copy_out(Struct& wanted, Struct known) noexcept {
    const std::size_t bytes = wanted.struct_size;
    if (!is_struct_size<Struct>(bytes)) {
        return false;
    }
    const std::size_t common = std::min(bytes, sizeof(Struct));
    known.struct_size = bytes;
    std::memcpy(&wanted, &known, common);
    std::memset(reinterpret_cast<std::byte*>(&wanted) + common, 0, bytes - common);
    return true;
}

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::detail
