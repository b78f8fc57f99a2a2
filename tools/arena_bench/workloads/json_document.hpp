#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "options.hpp"

namespace arena_bench {

/// What is parsed, in memory before anything is timed.
struct json_document {
    std::string name;
    std::string text;
    std::size_t values = 0;
    std::string remark;  ///< why it is this one and no other; may be empty
};

/// The user's, else cities.json if it is there and there is time for it, else one made up of the
/// like. Throws std::runtime_error, with the place in the text, if the user's isn't JSON.
json_document main_document(const options& asked);

/// Mostly numbers with a fraction: arrays of coordinates, as in GeoJSON.
json_document number_document(effort how_long);

/// How many values are in it, an object or array being one, too. Throws std::runtime_error, which
/// names `name` and the place, if it isn't JSON.
std::size_t count_json_values(const std::string& name, std::string_view text);

/// Throws std::runtime_error if the user's document can't serve: asked before anything is measured,
/// so that nothing measured is lost.
void expect_document(const options& asked);

}  // namespace arena_bench
