#include "form_fields.hpp"

#include <algorithm>

namespace http_server {

namespace {

/// -1 for what is no hexadecimal digit.
int digit_of(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/// Appends what `encoded` stands for; whether it stands for something.
bool decode(std::string_view encoded, std::vector<char, char_allocator>& into) {
    for (std::size_t at = 0; at < encoded.size(); ++at) {
        char c = encoded[at];
        if (c == '+') {
            c = ' ';
        } else if (c == '%') {
            if (encoded.size() - at < 3) return false;
            const int high = digit_of(encoded[at + 1]);
            const int low = digit_of(encoded[at + 2]);
            if (high < 0 || low < 0) return false;
            c = static_cast<char>(high * 16 + low);
            at += 2;
        }
        into.push_back(c);
    }
    return true;
}

}  // namespace

std::optional<form_fields> form_fields::parse(std::string_view encoded, const request_memory& in) {
    form_fields result(in);
    // Reserved at once: nothing moves that a field points to, and an arena keeps no old storage.
    result.decoded_.reserve(encoded.size());
    result.fields_.reserve(
        static_cast<std::size_t>(std::count(encoded.begin(), encoded.end(), '&')) + 1);
    const auto decoded = [&](std::string_view part) -> std::optional<std::string_view> {
        const std::size_t begin = result.decoded_.size();
        if (!decode(part, result.decoded_)) return std::nullopt;
        return std::string_view(result.decoded_.data(), result.decoded_.size()).substr(begin);
    };
    while (!encoded.empty()) {
        const std::string_view part = encoded.substr(0, encoded.find('&'));
        encoded.remove_prefix(std::min(part.size() + 1, encoded.size()));
        if (part.empty()) continue;
        const std::size_t equals = std::min(part.find('='), part.size());
        const auto name = decoded(part.substr(0, equals));
        const auto value = decoded(part.substr(std::min(equals + 1, part.size())));
        if (!name || !value) return std::nullopt;
        result.fields_.emplace_back(*name, *value);
    }
    return result;
}

std::optional<std::string_view> form_fields::find(std::string_view name) const {
    for (const field& each : fields_) {
        if (each.first == name) return each.second;
    }
    return std::nullopt;
}

}  // namespace http_server
