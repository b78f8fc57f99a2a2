// report_page DOCUMENT.json REPORT.html: what arena_bench --html does, of a document that is there
// already.

#include <cstdio>
#include <exception>
#include <fstream>
#include <iterator>
#include <string>

#include "report/html.hpp"

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fputs("usage: report_page DOCUMENT.json REPORT.html\n", stderr);
        return 2;
    }
    try {
        std::ifstream in{argv[1], std::ios::binary};
        const std::string document{std::istreambuf_iterator<char>{in}, {}};
        arena_bench::write_html(argv[2], document);
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "report_page: %s\n", error.what());
        return 1;
    }
}
