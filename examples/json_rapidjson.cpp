// RapidJSON in an arena: parsed, asked, answered, dropped.

#include <memory_arena/rapidjson.hpp>

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>
#include <cstdio>
#include <string>

int main() {
    memory_arena::arena arena{64 << 20};
    memory_arena::rapidjson_allocator memory(arena);

    for (const std::string request :
         {R"({"city": "Bern", "numbers": [1, 2, 3]})", R"({"city": "Oslo", "numbers": []})"}) {
        memory_arena::rapidjson_document document(&memory);
        document.Parse(request.data(), request.size());
        if (document.HasParseError()) return 1;

        memory_arena::rapidjson_document answer(rapidjson::kObjectType, &memory);
        answer.AddMember("city", document["city"], memory);
        answer.AddMember("count", document["numbers"].Size(), memory);
        rapidjson::StringBuffer text;
        rapidjson::Writer<rapidjson::StringBuffer> writer(text);
        answer.Accept(writer);
        std::printf("%s\n", text.GetString());
        arena.reset();  // both are gone; their destructors do nothing
    }
    std::printf("%zu bytes used\n", arena.used_bytes());
}
