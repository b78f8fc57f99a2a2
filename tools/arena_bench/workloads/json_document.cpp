#include "workloads/json_document.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <random>
#include <stdexcept>
#include <system_error>

namespace arena_bench {

namespace {

namespace fs = std::filesystem;

constexpr by_effort<std::size_t> generated_bytes{
    .full = 8'000'000, .demo = 2'000'000, .quick = 500'000};

/// Counts, and remembers where the text stops being JSON.
class value_counter : public nlohmann::json_sax<nlohmann::json> {
public:
    bool null() override { return one_more(); }
    bool boolean(bool /*value*/) override { return one_more(); }
    bool number_integer(number_integer_t /*value*/) override { return one_more(); }
    bool number_unsigned(number_unsigned_t /*value*/) override { return one_more(); }
    bool number_float(number_float_t /*value*/, const string_t& /*text*/) override {
        return one_more();
    }
    bool string(string_t& /*value*/) override { return one_more(); }
    bool binary(binary_t& /*value*/) override { return one_more(); }
    bool start_object(std::size_t /*elements*/) override { return one_more(); }
    bool key(string_t& /*name*/) override { return true; }
    bool end_object() override { return true; }
    bool start_array(std::size_t /*elements*/) override { return one_more(); }
    bool end_array() override { return true; }
    bool parse_error(std::size_t position, const std::string& /*token*/,
                     const nlohmann::json::exception& /*why*/) override {
        wrong_at_ = position == 0 ? 0 : position - 1;  // it counts from one
        return false;
    }

    [[nodiscard]] std::size_t count() const { return count_; }
    [[nodiscard]] std::size_t wrong_at() const { return wrong_at_; }

private:
    bool one_more() {
        ++count_;
        return true;
    }

    std::size_t count_ = 0;
    std::size_t wrong_at_ = 0;
};

std::string text_of(const fs::path& path) {
    std::ifstream file{path, std::ios::binary};
    std::string text{std::istreambuf_iterator<char>{file}, {}};
    if (!file) throw std::runtime_error{fmt::format("{}: cannot be read", path.string())};
    return text;
}

json_document read_document(const fs::path& path) {
    json_document read;
    read.name = path.filename().string();
    read.text = text_of(path);
    read.values = count_json_values(path.string(), read.text);
    return read;
}

json_document generated_document(std::string name, std::string text, std::string remark) {
    json_document made;
    made.name = std::move(name);
    made.text = std::move(text);
    made.remark = std::move(remark);
    made.values = count_json_values(made.name, made.text);
    return made;
}

/// By remainders, not by a distribution: those differ from one standard library to the next.
class chooser {
public:
    std::uint32_t below(std::uint32_t limit) {
        return static_cast<std::uint32_t>(random_() % limit);
    }

    std::string degrees(std::uint32_t most) {
        return fmt::format("{}{}.{:05}", below(2) == 0 ? "" : "-", below(most), below(100'000));
    }

    /// Of one to three words, as the names of cities are.
    std::string name() {
        constexpr std::string_view syllables[]{"san", "ta", "ber", "lin", "os", "ka", "mün", "wil",
                                               "le",  "to", "ra",  "né",  "do", "vi", "sk",  "um"};
        std::string made;
        for (std::uint32_t left = 2 + below(5); left > 0; --left) {
            made += syllables[below(std::size(syllables))];
            if (left > 2 && below(4) == 0) made += ' ';
        }
        return made;
    }

    std::string letters(std::size_t count) {
        std::string made;
        while (made.size() < count) made += static_cast<char>('A' + below(26));
        return made;
    }

private:
    std::minstd_rand random_{11};
};

std::string made_up_cities(std::size_t bytes) {
    chooser choose;
    std::string text = "[";
    while (text.size() < bytes) {
        if (text.size() > 1) text += ',';
        text += fmt::format(R"({{"name":"{}","lat":"{}","lng":"{}","country":"{}",)", choose.name(),
                            choose.degrees(90), choose.degrees(180), choose.letters(2));
        text += fmt::format(R"("admin1":"{:02}","admin2":"{}"}})", choose.below(100),
                            choose.below(2) == 0 ? "" : fmt::format("{:03}", choose.below(1000)));
    }
    return text + "]";
}

std::string made_up_lines(std::size_t bytes) {
    chooser choose;
    std::string text = R"({"type":"FeatureCollection","features":[)";
    for (unsigned number = 0; text.size() < bytes; ++number) {
        if (number > 0) text += ',';
        text += fmt::format(R"({{"type":"Feature","properties":{{"id":{}}},)", number);
        text += R"("geometry":{"type":"LineString","coordinates":[)";
        for (unsigned point = 0; point < 64; ++point) {
            text += fmt::format(
                "{}[{},{}]", point > 0 ? "," : "", choose.degrees(180), choose.degrees(90));
        }
        text += "]}}";
    }
    return text + "]}";
}

}  // namespace

std::size_t count_json_values(const std::string& name, std::string_view text) {
    value_counter counter;
    if (nlohmann::json::sax_parse(text, &counter)) return counter.count();
    const std::size_t offset = std::min(counter.wrong_at(), text.size());
    const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<long>(offset), '\n');
    throw std::runtime_error{fmt::format("{}:{}: not JSON from byte {} on", name, line, offset)};
}

void expect_document(const options& asked) {
    if (!asked.document.empty()) {
        count_json_values(asked.document.string(), text_of(asked.document));
    }
}

json_document main_document(const options& asked) {
    if (!asked.document.empty()) return read_document(asked.document);
    const std::size_t bytes = generated_bytes.of(asked.how_long);
    if (asked.how_long == effort::quick) {
        return generated_document("cities, made up", made_up_cities(bytes),
                                  "generated: the real cities.json would take longer");
    }
    std::error_code error;
    if (fs::is_regular_file(ARENA_BENCH_CITIES, error)) return read_document(ARENA_BENCH_CITIES);
    return generated_document("cities, made up", made_up_cities(bytes),
                              "generated: make bench-deps fetches the real cities.json");
}

json_document number_document(effort how_long) {
    return generated_document(
        "lines of coordinates", made_up_lines(generated_bytes.of(how_long)), "generated");
}

}  // namespace arena_bench
