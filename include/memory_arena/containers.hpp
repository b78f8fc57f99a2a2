#pragma once

/// \file
/// The standard containers over an arena, by their own names:
///
///     memory_arena::arena arena{32 << 20};
///     memory_arena::map<memory_arena::string, memory_arena::vector<int>> index{arena};
///     index[{"a key that is too long to be kept inside", arena}].push_back(1);  // all in the
///     arena
///
/// What is in them lies in the same arena, at every depth: as those of `std::pmr` do, a container
/// hands its arena to each element that takes an allocator (std::scoped_allocator_adaptor, C++11).
/// An element is given one where it is made in its place (emplace, push_back, insert, resize,
/// operator[], try_emplace); one that is copied or moved in from another arena is copied. A string
/// that is made before it is handed over, as the key of operator[], has to be told the arena, too:
/// there is none to make one in without. To look one up needs none: maps and sets of strings, the
/// unordered ones by default, the others with `std::less<>`, look up by a std::string_view.
///
/// Each is given its arena when it is made, `vector<int> numbers{arena}`, for none of them can do
/// without; the last parameter says what it is: `arena` (or `cpu_arena`, or `arena_lease`, with the
/// thread safety of each). What a container of an arena may do and may not, after a reset for
/// instance, is said at arena_allocator. Which containers suit an arena: docs/containers.md.
///
/// Against `std::pmr` (memory_arena::pmr below): no virtual call, and the newest block is given
/// back; but the arena's kind is a part of the type, and an allocator takes 24 bytes in place of 8
/// (of a string 16).

#include <cstddef>
#include <deque>
#include <forward_list>
#include <functional>
#include <list>
#include <map>
#include <memory_resource>
#include <scoped_allocator>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include <memory_arena/allocator.hpp>
#include <memory_arena/lease.hpp>
#include <memory_arena/memory_resource.hpp>

namespace memory_arena::inline MEMORY_ARENA_ABI {

/// The allocator that hands itself on to what is made with it.
template <class T, class A = arena>
using nesting_allocator = std::scoped_allocator_adaptor<arena_allocator<T, A>>;

template <class C, class A = arena>
using basic_string = std::basic_string<C, std::char_traits<C>, arena_allocator<C, A>>;

using string = basic_string<char>;
using wstring = basic_string<wchar_t>;
using u8string = basic_string<char8_t>;
using u16string = basic_string<char16_t>;
using u32string = basic_string<char32_t>;

template <class T, class A = arena>
using vector = std::vector<T, nesting_allocator<T, A>>;

template <class T, class A = arena>
using deque = std::deque<T, nesting_allocator<T, A>>;

template <class T, class A = arena>
using list = std::list<T, nesting_allocator<T, A>>;

template <class T, class A = arena>
using forward_list = std::forward_list<T, nesting_allocator<T, A>>;

template <class Key, class Compare = std::less<Key>, class A = arena>
using set = std::set<Key, Compare, nesting_allocator<Key, A>>;

template <class Key, class Compare = std::less<Key>, class A = arena>
using multiset = std::multiset<Key, Compare, nesting_allocator<Key, A>>;

template <class Key, class T, class Compare = std::less<Key>, class A = arena>
using map = std::map<Key, T, Compare, nesting_allocator<std::pair<const Key, T>, A>>;

template <class Key, class T, class Compare = std::less<Key>, class A = arena>
using multimap = std::multimap<Key, T, Compare, nesting_allocator<std::pair<const Key, T>, A>>;

/// What a string is found by, whatever its allocator; the standard has hashes for its own alone.
template <class C>
struct string_hash {
    using is_transparent = void;
    [[nodiscard]] std::size_t operator()(std::basic_string_view<C> text) const noexcept {
        return std::hash<std::basic_string_view<C>>{}(text);
    }
};

namespace detail {

template <class Key>
struct found_by {
    using hash = std::hash<Key>;
    using equal = std::equal_to<Key>;
};
template <class C, class A>
struct found_by<std::basic_string<C, std::char_traits<C>, arena_allocator<C, A>>> {
    using hash = string_hash<C>;
    using equal = std::equal_to<>;
};

}  // namespace detail

/// The standard's, but of strings in an arena those that look up by a std::string_view, too.
template <class Key>
using default_hash = typename detail::found_by<Key>::hash;
template <class Key>
using default_equal = typename detail::found_by<Key>::equal;

template <class Key, class Hash = default_hash<Key>, class Equal = default_equal<Key>,
          class A = arena>
using unordered_set = std::unordered_set<Key, Hash, Equal, nesting_allocator<Key, A>>;

template <class Key, class Hash = default_hash<Key>, class Equal = default_equal<Key>,
          class A = arena>
using unordered_multiset = std::unordered_multiset<Key, Hash, Equal, nesting_allocator<Key, A>>;

template <class Key, class T, class Hash = default_hash<Key>, class Equal = default_equal<Key>,
          class A = arena>
using unordered_map =
    std::unordered_map<Key, T, Hash, Equal, nesting_allocator<std::pair<const Key, T>, A>>;

template <class Key, class T, class Hash = default_hash<Key>, class Equal = default_equal<Key>,
          class A = arena>
using unordered_multimap =
    std::unordered_multimap<Key, T, Hash, Equal, nesting_allocator<std::pair<const Key, T>, A>>;

/// The same names over `std::pmr`, whose containers are given `arena.resource()`, so that a file
/// can change from the one to the other by one alias of a namespace.
namespace pmr {

using std::pmr::basic_string;
using std::pmr::deque;
using std::pmr::forward_list;
using std::pmr::list;
using std::pmr::map;
using std::pmr::multimap;
using std::pmr::multiset;
using std::pmr::set;
using std::pmr::string;
using std::pmr::u16string;
using std::pmr::u32string;
using std::pmr::u8string;
using std::pmr::unordered_map;
using std::pmr::unordered_multimap;
using std::pmr::unordered_multiset;
using std::pmr::unordered_set;
using std::pmr::vector;
using std::pmr::wstring;

}  // namespace pmr

}  // namespace memory_arena::inline MEMORY_ARENA_ABI
