#pragma once

/// \file
/// nlohmann/json (3.11) in an arena. This header needs it; nothing else of the library does.
///
///     const memory_arena::arena_binding bound(arena);
///     auto& document = *arena.new_unmanaged<memory_arena::nlohmann_json>(
///         memory_arena::nlohmann_json::parse(text));
///     …
///     arena.reset();  // the document is gone, at once
///
/// That library makes its allocators by their default constructor, wherever it needs one; so an
/// arena is bound to the thread (<memory_arena/bound_allocator.hpp>) wherever values are made,
/// copied or changed, and `std::logic_error` is thrown where none is. To destroy one none is
/// needed, nor to read what is there: size(), iteration, get<>(), [] and at() by an index,
/// contains() and at() by a key that is there and is short or a std::string_view. All else makes a
/// string of its own first: writing (`dump()`, `<<`, 520 bytes each besides the text, which
/// stay until the reset), a key that is a longer `const char*`, a JSON pointer; and an error's
/// text, so that `at()` of a missing key throws logic_error in place of out_of_range.
///
/// - A value's destructor visits all that is in it, to give nothing back: so drop documents by the
///   reset alone, as above. A value that has a destructor to run must run it before the reset.
/// - A copy lies where the binding says at that moment, all of it; a moved value stays where it is.
/// - Change a value while the arena that it lies in is bound, else parts of it lie in either.
/// - Exhaustion is arena_exhausted, which passes through the parser (also of one that was told not
///   to throw for bad JSON); what was made until then is in the arena until the reset.
/// - The parser's own stack, and that of a destructor, are on the heap.
/// - `std::string` is converted both ways, but isn't `string_t`; `dump()` returns a string in the
///   arena. Readers of binary formats (from_cbor, …), and flatten(), don't compile for any such
///   string in 3.11.

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include <memory_arena/bound_allocator.hpp>

namespace memory_arena::inline MEMORY_ARENA_ABI {

namespace detail {

/// A template of one parameter, as that library wants its allocators.
template <class A>
struct bound_to {
    template <class T>
    using allocator = bound_allocator<T, A>;
};

}  // namespace detail

/// `nlohmann::json` in the A (`arena`, `cpu_arena` or `arena_lease`) that is bound to the thread.
template <class A>
using basic_nlohmann_json =
    nlohmann::basic_json<std::map, std::vector,
                         std::basic_string<char, std::char_traits<char>, bound_allocator<char, A>>,
                         bool, std::int64_t, std::uint64_t, double,
                         detail::bound_to<A>::template allocator, nlohmann::adl_serializer,
                         std::vector<std::uint8_t, bound_allocator<std::uint8_t, A>>>;

using nlohmann_json = basic_nlohmann_json<arena>;

}  // namespace memory_arena::inline MEMORY_ARENA_ABI
