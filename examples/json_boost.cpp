// Boost.JSON in an arena: parsed, asked, answered, dropped.

#include <memory_arena/boost_json.hpp>

#include <boost/json.hpp>
#include <cstdio>
#include <string>

int main() {
    memory_arena::arena arena{64 << 20};
    memory_arena::boost_json_resource memory(*arena.resource());

    for (const std::string request :
         {R"({"city": "Bern", "numbers": [1, 2, 3]})", R"({"city": "Oslo", "numbers": []})"}) {
        const boost::json::value document = boost::json::parse(request, &memory);
        boost::json::object answer(&memory);
        answer["city"] = document.at("city");
        answer["count"] = document.at("numbers").as_array().size();
        std::printf("%s\n", boost::json::serialize(answer).c_str());
        arena.reset();  // both are gone; their destructors have nothing left to visit
    }
    std::printf("%zu bytes used\n", arena.used_bytes());
}
