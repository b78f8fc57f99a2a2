#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace arena_bench {

/// One page that needs nothing else, neither a server nor a network, and shows what `json_document`
/// says: text as of write_json. Whatever stands in its strings is shown as text.
std::string to_html(std::string_view json_document);

/// Throws std::runtime_error if the file cannot be written.
void write_html(const std::filesystem::path& file, std::string_view json_document);

}  // namespace arena_bench
