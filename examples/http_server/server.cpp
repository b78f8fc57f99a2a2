#include "server.hpp"

#include <boost/asio/strand.hpp>
#include <chrono>
#include <csignal>
#include <memory>
#include <new>
#include <utility>

#include "session.hpp"

namespace http_server {

namespace {

constexpr auto patience_at_the_end = std::chrono::seconds(10);
constexpr auto look_at_the_end_every = std::chrono::milliseconds(20);
constexpr auto pause_after_a_failure = std::chrono::milliseconds(50);

}  // namespace

server::server(asio::io_context& on, std::uint16_t port, service& answering, open_sessions& among)
    : context_(on),
      acceptor_(asio::make_strand(on), {asio::ip::tcp::v4(), port}),
      signals_(acceptor_.get_executor(), SIGINT, SIGTERM),
      patience_(acceptor_.get_executor()),
      service_(answering),
      sessions_(among) {
    signals_.async_wait([this](error_code error, int) {
        if (!error) stop();
    });
    accept();
}

void server::accept() {
    acceptor_.async_accept(
        asio::make_strand(context_), [this](error_code error, asio::ip::tcp::socket socket) {
            if (!acceptor_.is_open()) return;
            // Out of descriptors, most likely, or of memory: that passes, and must not spin.
            if (error) return accept_later();
            try {
                socket.set_option(asio::ip::tcp::no_delay(true), error);
                std::make_shared<session>(std::move(socket), service_, sessions_)->run();
            } catch (const std::bad_alloc&) {
                return accept_later();
            }
            accept();
        });
}

void server::accept_later() {
    patience_.expires_after(pause_after_a_failure);
    patience_.async_wait([this](error_code) { accept(); });
}

/// What is being answered is still answered; what takes too long is cut off.
void server::stop() {
    sessions_.stop();  // first: whom a new connection is refused gets no answer that promises more
    error_code ignored;
    acceptor_.close(ignored);
    wait_for_the_last(std::chrono::steady_clock::now() + patience_at_the_end);
}

void server::wait_for_the_last(std::chrono::steady_clock::time_point at_most_until) {
    if (sessions_.are_over() || std::chrono::steady_clock::now() > at_most_until) {
        return context_.stop();
    }
    patience_.expires_after(look_at_the_end_every);
    patience_.async_wait([this, at_most_until](error_code) { wait_for_the_last(at_most_until); });
}

}  // namespace http_server
