#include "report/html.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>

namespace arena_bench {
namespace {

// What stands between the tags of the page's data.
std::string data_of(std::string_view page) {
    constexpr std::string_view begin = R"(<script id="data" type="application/json">)";
    const std::size_t from = page.find(begin);
    if (from == std::string_view::npos) return "no data";
    const std::string_view rest = page.substr(from + begin.size());
    return std::string{rest.substr(0, rest.find("</script>"))};
}

TEST(html, has_the_document_in_it) {
    EXPECT_EQ(data_of(to_html(R"({"format": 2})")), R"({"format": 2})");
}

TEST(html, lets_no_string_end_the_data) {
    EXPECT_EQ(data_of(to_html(R"(["</script><!--"])")), R"(["\u003c/script>\u003c!--"])");
    EXPECT_EQ(data_of(to_html("[\"\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xa7\"]")),
              "[\"\\u2028\\u2029\xe2\x80\xa7\"]");
}

TEST(html, takes_no_placeholder_from_the_document) {
    EXPECT_EQ(data_of(to_html(R"(["{{style}} {{none}}"])")), R"(["{{style}} {{none}}"])");
}

TEST(html, is_one_whole_page) {
    const std::string page = to_html("{}");
    EXPECT_TRUE(page.starts_with("<!DOCTYPE html>"));
    EXPECT_TRUE(page.ends_with("</html>\n"));
    EXPECT_EQ(page.find("{{data}}"), std::string::npos);
}

TEST(html, says_which_file_cannot_be_written) {
    const std::filesystem::path nowhere = "/nonexistent/folder/report.html";
    EXPECT_THROW(write_html(nowhere, "{}"), std::runtime_error);
}

}  // namespace
}  // namespace arena_bench
