#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace arena_bench {

/// The text files below a directory, read into one buffer before anything is timed. A file with a
/// NUL byte is taken for binary and skipped; so is one that cannot be read.
class corpus {
public:
    /// In the order of their paths, until `limit` bytes are read. Shows a bar; throws
    /// std::runtime_error if there is no text at all.
    corpus(const std::filesystem::path& directory, std::size_t limit);

    [[nodiscard]] std::size_t file_count() const { return files_.size(); }
    [[nodiscard]] std::string_view text_of(std::size_t file) const;
    [[nodiscard]] std::size_t bytes() const { return text_.size(); }
    [[nodiscard]] bool cut_short() const { return cut_short_; }
    [[nodiscard]] std::size_t skipped() const { return skipped_; }

private:
    struct range {
        std::size_t begin;
        std::size_t end;
    };

    void read_all(std::span<const std::filesystem::path> paths, std::size_t limit);
    void add_file(const std::filesystem::path& path);

    std::string text_;
    std::vector<range> files_;
    bool cut_short_ = false;
    std::size_t skipped_ = 0;
};

}  // namespace arena_bench
