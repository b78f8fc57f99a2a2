#pragma once

#include <boost/beast/http.hpp>
#include <string>
#include <string_view>

#include "request_memory.hpp"

/// \file
/// Requests and answers whose fields and bodies lie in the request's memory.

namespace http_server {

namespace http = boost::beast::http;

using char_allocator = request_memory::allocator<char>;
using text = std::basic_string<char, std::char_traits<char>, char_allocator>;
using message_fields = http::basic_fields<char_allocator>;
using text_body = http::basic_string_body<char, std::char_traits<char>, char_allocator>;
using request = http::request<text_body, message_fields>;
using response = http::response<text_body, message_fields>;
using request_parser = http::request_parser<text_body, char_allocator>;

inline std::string_view view(boost::beast::string_view of) { return {of.data(), of.size()}; }

}  // namespace http_server
