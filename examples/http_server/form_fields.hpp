#pragma once

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "messages.hpp"

/// \file
/// `name=value&name=value`, as in the query of a URL and in the body that a form posts.

namespace http_server {

class form_fields {
public:
    using field = std::pair<std::string_view, std::string_view>;
    using list = std::vector<field, request_memory::allocator<field>>;

    /// Of `encoded`; none where an escape in it is broken. A part without `=` is a name whose value
    /// is empty; empty parts are left out.
    static std::optional<form_fields> parse(std::string_view encoded, const request_memory& in);

    [[nodiscard]] const list& all() const { return fields_; }
    /// The first one's value of that name.
    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;

private:
    explicit form_fields(const request_memory& in)
        : decoded_(in.get_allocator()), fields_(in.get_allocator()) {}

    /// What the fields point into. No string: a short one lies in the object, and moves with it.
    std::vector<char, char_allocator> decoded_;
    list fields_;
};

}  // namespace http_server
