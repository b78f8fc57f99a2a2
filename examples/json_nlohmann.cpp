// nlohmann/json in an arena: parsed, asked, answered, dropped.

#include <memory_arena/nlohmann_json.hpp>

#include <cstdio>
#include <string>

int main() {
    memory_arena::arena arena{64 << 20};
    const memory_arena::arena_binding bound(arena);  // this library can't be told of an arena
    using json = memory_arena::nlohmann_json;

    for (const std::string request :
         {R"({"city": "Bern", "numbers": [1, 2, 3]})", R"({"city": "Oslo", "numbers": []})"}) {
        // new_unmanaged: no destructor is to visit every value, only to give nothing back
        const json& document = *arena.new_unmanaged<json>(json::parse(request));
        const json& answer = *arena.new_unmanaged<json>(
            json{{"city", document["city"]}, {"count", document["numbers"].size()}});
        std::printf("%s\n", answer.dump().c_str());
        arena.reset();  // both are gone
    }
    std::printf("%zu bytes used\n", arena.used_bytes());
}
