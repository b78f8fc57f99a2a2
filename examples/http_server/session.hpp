#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <memory>
#include <optional>

#include "messages.hpp"
#include "service.hpp"

/// \file
/// One connection: request after request, each in memory of its own.

namespace http_server {

namespace asio = boost::asio;
namespace beast = boost::beast;
using boost::system::error_code;

class open_sessions;

/// All on the connection's strand, but for stop(). What waits for the connection keeps it alive.
class session : public std::enable_shared_from_this<session> {
public:
    session(asio::ip::tcp::socket socket, service& answering, open_sessions& among);
    ~session();
    session(const session&) = delete;
    session& operator=(const session&) = delete;

    void run();
    /// Ends it where it waits for a request; open_sessions says to all others that it is their
    /// last. Thread safe.
    void stop();

private:
    void await_request();
    void read_header();
    void on_header(error_code error);
    void read_body();
    void on_request(error_code error);
    void on_failed_request(error_code error);
    void refuse(http::status status, std::string_view why);
    void refuse_without_memory(http::status status, std::string_view answer);
    void write(response what);
    void on_written(error_code error);
    void drain();
    void on_drained(error_code error, std::size_t bytes);
    void close();
    void forget_request() noexcept;

    beast::tcp_stream stream_;
    /// Bounded: neither what is written behind a chunk's size nor a trailer counts as header or
    /// body.
    beast::flat_buffer buffer_{std::size_t{128} << 10};
    service& service_;
    open_sessions& among_;
    bool is_idle_ = false;
    std::size_t drained_ = 0;

    // Of the request at hand: destroyed from the last to the first.
    std::optional<request_memory> memory_;
    std::optional<request_parser> parser_;
    std::optional<response> response_;
};

}  // namespace http_server
