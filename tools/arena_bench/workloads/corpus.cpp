#include "workloads/corpus.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <stdexcept>
#include <system_error>

#include "measure/interrupt.hpp"
#include "progress.hpp"

namespace arena_bench {

namespace {

namespace fs = std::filesystem;

/// A folder that cannot be entered is left out; there is text enough without it.
std::vector<fs::path> regular_files(const fs::path& directory) {
    std::vector<fs::path> found;
    std::error_code error;
    constexpr auto leniently = fs::directory_options::skip_permission_denied;
    fs::recursive_directory_iterator at{directory, leniently, error};
    for (; !error && at != fs::recursive_directory_iterator{}; at.increment(error)) {
        std::error_code ignored;
        if (at->is_regular_file(ignored)) found.push_back(at->path());
    }
    std::sort(found.begin(), found.end());
    return found;
}

bool is_binary(std::string_view text) { return text.find('\0') != std::string_view::npos; }

}  // namespace

corpus::corpus(const fs::path& directory, std::size_t limit) {
    read_all(regular_files(directory), limit);
    if (text_.empty() && !interrupted()) {
        throw std::runtime_error{fmt::format("{}: no text files in it", directory.string())};
    }
}

std::string_view corpus::text_of(std::size_t file) const {
    const range& at = files_[file];
    return std::string_view{text_}.substr(at.begin, at.end - at.begin);
}

void corpus::read_all(std::span<const fs::path> paths, std::size_t limit) {
    progress_bar bar{"index: reading files", paths.size()};
    for (const fs::path& path : paths) {
        if (interrupted()) return;
        std::error_code error;
        const std::uintmax_t size = fs::file_size(path, error);
        if (!error && size > limit - text_.size()) {
            cut_short_ = true;
            return;
        }
        add_file(path);
        bar.advance();
    }
}

void corpus::add_file(const fs::path& path) {
    std::ifstream file{path, std::ios::binary | std::ios::ate};
    const std::streamoff size = file ? static_cast<std::streamoff>(file.tellg()) : -1;
    if (size < 0) {
        ++skipped_;
        return;
    }
    const std::size_t begin = text_.size();
    text_.resize(begin + static_cast<std::size_t>(size));
    file.seekg(0);
    file.read(text_.data() + begin, size);
    if (!file || is_binary(std::string_view{text_}.substr(begin))) {
        text_.resize(begin);
        ++skipped_;
        return;
    }
    files_.push_back({begin, text_.size()});
}

}  // namespace arena_bench
