#include <memory_arena/inspect.hpp>

#include "inspect/characters.hpp"
#include "inspect/numbers.hpp"

namespace memory_arena::inline MEMORY_ARENA_ABI {

namespace {

using detail::append_character;
using detail::take_character;
using detail::text_of;

std::string quoted(std::string_view text) {
    std::string result = "\"";
    while (!text.empty()) {
        const char32_t character = take_character(text);
        if (character == '"' || character == '\\') {
            result += '\\';
            append_character(result, character);
        } else if (character < 0x20) {
            constexpr std::string_view digits = "0123456789abcdef";
            result += "\\u00";
            result += digits[character >> 4];
            result += digits[character & 0xf];
        } else {
            append_character(result, character);
        }
    }
    return result + '"';
}

/// Writes the members of an object, or the elements of an array, with commas between them.
class json_list {
public:
    json_list(std::string& out, char open, char close) : out_(out), close_(close) { out_ += open; }
    json_list(const json_list&) = delete;
    json_list& operator=(const json_list&) = delete;
    ~json_list() = default;

    std::string& next() {
        if (!first_) {
            out_ += ',';
        }
        first_ = false;
        return out_;
    }
    std::string& member(std::string_view name) {
        std::string& out = next();
        out += '"';
        out += name;
        out += "\":";
        return out;
    }
    void member(std::string_view name, std::uint64_t value) {
        member(name) += std::to_string(value);
    }
    void member(std::string_view name, std::string_view value) { member(name) += quoted(value); }
    void end() { out_ += close_; }

private:
    std::string& out_;
    char close_;
    bool first_ = true;
};

void add_range(std::string& out, const byte_range& range) {
    json_list object(out, '{', '}');
    object.member("begin", range.begin);
    object.member("end", range.end);
    object.end();
}

void add_usage(std::string& out, const arena_usage& usage) {
    json_list object(out, '{', '}');
    object.member("reserved", usage.reserved);
    object.member("committed", usage.committed);
    object.member("used", usage.used);
    object.member("slack", usage.slack);
    object.member("peak", usage.peak);
    object.member("generation", usage.generation);
    object.member("refills", usage.refills);
    object.member("lanes", usage.lanes);
    object.member("budget", usage.budget);
    object.member("refused", usage.refused);
    object.member("pages", text_of(usage.pages));
    object.member("path", text_of(usage.path));
    object.member("path_reason", usage.path_reason);
    object.end();
}

void add_shard(std::string& out, const inspected_shard& shard) {
    json_list object(out, '{', '}');
    object.member("index", shard.index);
    add_range(object.member("run"), shard.run);
    add_range(object.member("shelf"), shard.shelf);
    object.member("direct_bytes", shard.direct_bytes);
    object.end();
}

void add_lane(std::string& out, const inspected_lane& lane) {
    json_list object(out, '{', '}');
    object.member("owner", text_of(lane.owner));
    object.member("index", lane.index);
    object.member("used", lane.used);
    object.member("refills", lane.refills);
    add_range(object.member("tlab"), lane.tlab);
    object.member("cursor", lane.cursor);
    object.end();
}

}  // namespace

std::string to_json(const arena_inspection& what) {
    std::string out;
    json_list object(out, '{', '}');
    object.member("name", what.name);
    object.member("is_cpu_arena") += what.is_cpu_arena ? "true" : "false";
    add_usage(object.member("usage"), what.usage);
    object.member("capacity", what.capacity);
    object.member("frontier", what.frontier);
    object.member("used_or_kept", what.used_or_kept());
    object.member("block_bytes", what.block_bytes);
    json_list shards(object.member("shards"), '[', ']');
    for (const inspected_shard& shard : what.shards) {
        add_shard(shards.next(), shard);
    }
    shards.end();
    json_list lanes(object.member("lanes"), '[', ']');
    for (const inspected_lane& lane : what.lanes) {
        add_lane(lanes.next(), lane);
    }
    lanes.end();
    object.end();
    return out;
}

}  // namespace memory_arena::inline MEMORY_ARENA_ABI
