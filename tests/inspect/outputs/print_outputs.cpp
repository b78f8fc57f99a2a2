/// Prints arenas with awkward names in the format that the argument names, for outputs_test.py:
/// `text`, `json` and `svg`, one document after a line with its length; `open_metrics`, all in one.

#include <array>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include <memory_arena/inspect.hpp>
#include <memory_arena/lease.hpp>

namespace {

using namespace std::string_view_literals;

constexpr std::array names = {
    "requests"sv,
    "requests"sv,
    ""sv,
    "quote \" backslash \\ newline \n tab \t bell \a null \0 delete \x7f"sv,
    "<&>\" ü 汉 🧠"sv,
    "cut off \xe6\xb1, overlong \xc0\xaf, surrogate \xed\xa0\x80, alone \x80, no \xff"sv,
    "U+FFFF \xef\xbf\xbf, U+0085 \xc2\x85"sv,
};

std::string printed(std::string_view format, const memory_arena::arena_inspection& one) {
    if (format == "json") {
        return to_json(one);
    }
    return format == "svg" ? to_svg(one) : to_text(one);
}

template <class Arena>
memory_arena::arena_inspection used(const memory_arena::arena_options& options) {
    Arena arena(options);
    for (int count = 0; count < 1000; ++count) {
        static_cast<void>(arena.allocate_bytes(100));
    }
    arena.reset();
    memory_arena::arena_lease lease = arena.lease();
    for (int count = 0; count < 1000; ++count) {
        static_cast<void>(arena.allocate_bytes(100));
        static_cast<void>(lease.allocate_bytes(50));
    }
    return arena.inspect();
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 2) {
        return 2;
    }
    const std::string_view format = arguments[1];
    std::vector<memory_arena::arena_inspection> all;
    for (const std::string_view name : names) {
        all.push_back(used<memory_arena::arena>({.capacity = 1 << 20, .name = name}));
    }
    all.push_back(used<memory_arena::cpu_arena>({.capacity = 1 << 20, .name = "cpus"}));
    all.push_back(memory_arena::arena({.capacity = 1 << 20, .name = "untouched"}).inspect());
    std::string out;
    if (format == "open_metrics") {
        out = memory_arena::to_open_metrics(all);
    } else {
        for (const memory_arena::arena_inspection& one : all) {
            const std::string document = printed(format, one);
            out += std::to_string(document.size()) + "\n" + document;
        }
    }
    return std::fwrite(out.data(), 1, out.size(), stdout) == out.size() ? 0 : 1;
}
