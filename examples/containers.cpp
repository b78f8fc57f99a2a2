// Standard containers in an arena, one in another: the arena goes along by itself.

#include <memory_arena/containers.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <string_view>

int main() {
    memory_arena::arena arena{32 << 20};
    memory_arena::map<memory_arena::string, memory_arena::vector<int>> lines_of{arena};

    constexpr std::string_view text = "the arena is the container of the containers";
    int place = 0;
    for (std::size_t begin = 0; begin < text.size(); ++place) {
        const std::size_t end = std::min(text.find(' ', begin), text.size());
        const memory_arena::string word(text.substr(begin, end - begin), arena);
        lines_of[word].push_back(place);  // key, vector and its elements: all in the arena
        begin = end + 1;
    }
    for (const auto& [word, places] : lines_of) {
        std::printf("%s: %zu, first at %d\n", word.c_str(), places.size(), places.front());
    }
}  // the map's destructor runs before the arena's
