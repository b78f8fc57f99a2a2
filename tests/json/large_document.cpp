#include "large_document.hpp"

#include <fstream>
#include <iterator>

#include "support/random_source.hpp"
#include "support/scale.hpp"

namespace json_tests {

namespace {

std::string fetched() {
    std::ifstream file(MEMORY_ARENA_CITIES, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::string made_up(std::size_t bytes) {
    test_support::random_source random(7);
    std::string text = "[";
    for (std::size_t number = 0; text.size() < bytes; ++number) {
        text += number == 0 ? "{" : ",{";
        text += R"("name":")" + std::string(1 + random.below(40), 'a') + R"( \"\u00fc)";
        text += std::to_string(number) + R"(","country":")";
        text += number % 7 == 0 ? "CH" : "AD";
        text += R"(","lat":)" + std::to_string(static_cast<double>(random.below(180'000)) / 1e3);
        text +=
            R"(,"ids":[)" + std::to_string(number) + ",-5,18446744073709551615,[],{},true,null]}";
    }
    return text + "]";
}

}  // namespace

const std::string& large_document() {
    static const std::string text = [] {
        constexpr bool takes_all = test_support::work_divisor == 1;
        std::string found = takes_all ? fetched() : std::string();
        return found.empty() ? made_up(test_support::scaled(16'000'000)) : found;
    }();
    return text;
}

}  // namespace json_tests
