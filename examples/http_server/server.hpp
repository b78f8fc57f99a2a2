#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>

#include "open_sessions.hpp"
#include "service.hpp"

/// \file
/// Accepts connections on one port, until a signal ends that.

namespace http_server {

class server {
public:
    /// Listens on `port` of all local addresses, or on a free one where that is 0. Throws
    /// boost::system::system_error.
    /// The sessions live on in what the context has to do, so both come after `answering` and
    /// `among`.
    server(asio::io_context& on, std::uint16_t port, service& answering, open_sessions& among);

    [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

private:
    void accept();
    void accept_later();
    void stop();
    void wait_for_the_last(std::chrono::steady_clock::time_point at_most_until);

    asio::io_context& context_;
    asio::ip::tcp::acceptor acceptor_;
    asio::signal_set signals_;
    asio::steady_timer patience_;
    service& service_;
    open_sessions& sessions_;
};

}  // namespace http_server
