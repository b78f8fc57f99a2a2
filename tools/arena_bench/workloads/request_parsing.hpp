#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "backends/backend.hpp"

namespace arena_bench {

/// What a server does for one request, with all memory of one backend: key=value fields, separated
/// by '&', each value a list separated by commas, go into a map; the response is made of them.
template <backend B>
class request {
    template <typename T>
    using allocator = typename B::template allocator<T>;
    using text = std::basic_string<char, std::char_traits<char>, allocator<char>>;
    using texts = std::vector<text, allocator<text>>;
    using field = std::pair<const text, texts>;

    struct text_hash {
        std::size_t operator()(std::string_view key) const {
            return std::hash<std::string_view>{}(key);
        }
    };
    using field_map = std::unordered_map<text, texts, text_hash, std::equal_to<>, allocator<field>>;

public:
    /// Takes care of one request and drops all that came of it. The checksum is the response's.
    static std::uint64_t serve(B& memory, std::string_view body) {
        auto* const self =
            ::new (memory.allocate(sizeof(request), alignof(request))) request{memory};
        self->parse(body);
        self->respond();
        const std::uint64_t sum = self->checksum();
        if constexpr (!B::drops_whole) {
            std::destroy_at(self);
            memory.deallocate(self, sizeof(request), alignof(request));
        }
        finish_alone(memory);
        return sum;
    }

private:
    explicit request(B& memory)
        : memory_{memory},
          fields_{memory.template get_allocator<field>()},
          response_{memory.template get_allocator<char>()} {}

    /// What is in front of the first `mark`; leaves `from` behind it.
    static std::string_view cut(std::string_view& from, char mark) {
        const std::size_t at = from.find(mark);
        const std::string_view head = from.substr(0, at);
        from.remove_prefix(at == std::string_view::npos ? from.size() : at + 1);
        return head;
    }

    text text_of(std::string_view from) {
        return text{from, memory_.template get_allocator<char>()};
    }

    void parse(std::string_view body) {
        while (!body.empty()) {
            std::string_view values = cut(body, '&');
            const std::string_view key = cut(values, '=');
            texts list{memory_.template get_allocator<text>()};
            while (!values.empty()) list.push_back(text_of(cut(values, ',')));
            fields_.insert_or_assign(text_of(key), std::move(list));
        }
    }

    void respond() {
        for (const auto& [key, list] : fields_) {
            response_ += key;
            response_ += ": ";
            for (const text& each : list) {
                response_ += each;
                response_ += ' ';
            }
            response_ += "\r\n";
        }
    }

    /// Whatever the map's order.
    [[nodiscard]] std::uint64_t checksum() const {
        std::uint64_t sum = response_.size();
        for (const char each : response_) sum += mixed(static_cast<unsigned char>(each));
        return sum;
    }
    static std::uint64_t mixed(std::uint64_t x) { return x * x * 0x9e3779b97f4a7c15U >> 7; }

    B& memory_;
    field_map fields_;
    text response_;
};

}  // namespace arena_bench
