#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <new>
#include <utility>

#include "fuzz/input.hpp"
#include "fuzz/require.hpp"

/// \file
/// What any two containers do with each other, beside the same of the heap's.

namespace fuzz {

/// The elements of `from`, with the heap's allocator.
template <class Plain, class Container>
Plain plain_copy(const Container& from) {
    if constexpr (requires { typename Plain::mapped_type; }) {
        Plain result;
        for (const auto& [key, value] : from) {
            result.emplace(key, typename Plain::mapped_type(value.begin(), value.end()));
        }
        return result;
    } else {
        return Plain(from.begin(), from.end());
    }
}

/// Whether both hold the same; unordered ones by what they find.
template <class Container, class Plain>
bool holds_the_same(const Container& left, const Plain& right) {
    if (left.size() != right.size()) {
        return false;
    }
    if constexpr (requires { left.bucket_count(); }) {
        return std::all_of(left.begin(), left.end(),
                           [&](auto one) { return right.count(one) == left.count(one); });
    } else if constexpr (requires { typename Plain::mapped_type; }) {
        return std::equal(left.begin(), left.end(), right.begin(), [](auto& one, auto& other) {
            return one.first == other.first && std::equal(one.second.begin(), one.second.end(),
                                                          other.second.begin(), other.second.end());
        });
    } else {
        return std::equal(left.begin(), left.end(), right.begin());
    }
}

/// Two containers, from two sources, and their likes on the heap.
template <class Sources, class Container, class Plain>
class pair_of {
public:
    explicit pair_of(Sources& sources)
        : containers_{Container(typename Container::allocator_type(sources.source(0))),
                      Container(typename Container::allocator_type(sources.source(1)))} {}

    /// `change(container, plain)` of one of both, by the `choices` of each in turn; where the arena
    /// is exhausted the container is whole still, and the plain one becomes as it is.
    template <class Change>
    void change(input& choices, Change change_one) {
        const std::size_t which = choices.byte() & 1U;
        input again = choices;
        try {
            change_one(containers_[which], choices);
        } catch (const std::bad_alloc&) {
            plain_[which] = plain_copy<Plain>(containers_[which]);
            return;
        }
        change_one(plain_[which], again);
        FUZZ_REQUIRE(holds_the_same(containers_[which], plain_[which]));
    }

    /// What one container does with another.
    void meet(input& choices) {
        const std::uint8_t how = choices.byte();
        const std::size_t to = how & 1U;
        Container& left = containers_[to];
        Container& right = containers_[1 - to];
        try {
            switch ((how >> 1) % 6U) {
                case 0:
                    left = right;
                    plain_[to] = plain_[1 - to];
                    break;
                case 1:
                    left = std::move(right);
                    right.clear();  // what a moved-from one holds is its own affair
                    plain_[to] = std::move(plain_[1 - to]);
                    plain_[1 - to].clear();
                    break;
                case 2:
                    if (Sources::swaps_between || left.get_allocator() == right.get_allocator()) {
                        left.swap(right);
                        std::swap(plain_[to], plain_[1 - to]);
                    }
                    break;
                case 3: {
                    const Container copy(right, right.get_allocator());
                    FUZZ_REQUIRE(holds_the_same(copy, plain_[1 - to]));
                    break;
                }
                case 4: {
                    Container moved(std::move(right), left.get_allocator());
                    FUZZ_REQUIRE(holds_the_same(moved, plain_[1 - to]));
                    right = std::move(moved);
                    break;
                }
                default: left.clear(); plain_[to].clear();
            }
        } catch (const std::bad_alloc&) {
            for (std::size_t which = 0; which < 2; ++which) {
                plain_[which] = plain_copy<Plain>(containers_[which]);
            }
        }
        for (std::size_t which = 0; which < 2; ++which) {
            FUZZ_REQUIRE(holds_the_same(containers_[which], plain_[which]));
        }
    }

    [[nodiscard]] std::array<Container, 2>& containers() noexcept { return containers_; }

private:
    std::array<Container, 2> containers_;
    std::array<Plain, 2> plain_;
};

}  // namespace fuzz
