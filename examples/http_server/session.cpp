#include "session.hpp"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <new>
#include <string_view>
#include <utility>

#include "open_sessions.hpp"

namespace http_server {

namespace {

constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
constexpr std::string_view overloaded =
    "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\n"
    "Connection: close\r\n\r\n";
constexpr std::string_view exhausted =
    "HTTP/1.1 413 Payload Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

constexpr std::size_t most_to_drain = std::size_t{16} << 20;

}  // namespace

session::session(asio::ip::tcp::socket socket, service& answering, open_sessions& among)
    : stream_(std::move(socket)), service_(answering), among_(among) {}

session::~session() {
    forget_request();
    among_.leave(*this);
}

void session::run() {
    among_.enter(shared_from_this());
    asio::dispatch(stream_.get_executor(), [self = shared_from_this()] { self->await_request(); });
}

void session::stop() {
    asio::post(stream_.get_executor(), [self = shared_from_this()] {
        if (self->is_idle_) self->close();
    });
}

/// A connection that waits for its next request holds no arena.
void session::await_request() {
    forget_request();
    if (among_.are_stopping()) return close();
    if (buffer_.size() > 0) return read_header();
    is_idle_ = true;
    stream_.expires_after(std::chrono::seconds(service_.allowed().seconds_between_requests));
    stream_.async_read_some(
        buffer_.prepare(4096), [self = shared_from_this()](error_code error, std::size_t bytes) {
            self->is_idle_ = false;
            if (error) return self->close();
            self->buffer_.commit(bytes);
            self->read_header();
        });
}

void session::read_header() {
    memory_ = service_.memory().try_acquire();
    if (!memory_) return refuse_without_memory(http::status::service_unavailable, overloaded);
    const char_allocator in = memory_->get_allocator();
    parser_.emplace(std::piecewise_construct, std::make_tuple(in), std::make_tuple(in));
    parser_->body_limit(service_.allowed().body_bytes);
    parser_->header_limit(static_cast<std::uint32_t>(service_.allowed().header_bytes));
    stream_.expires_after(std::chrono::seconds(service_.allowed().seconds_for_a_request));
    http::async_read_header(
        stream_, buffer_, *parser_,
        [self = shared_from_this()](error_code error, std::size_t) { self->on_header(error); });
}

void session::on_header(error_code error) {
    if (error) return on_request(error);
    const request& so_far = parser_->get();
    if (so_far.version() < 11 || parser_->is_done() ||
        !beast::iequals(so_far[http::field::expect], "100-continue")) {
        return read_body();
    }
    asio::async_write(
        stream_, asio::buffer(go_on), [self = shared_from_this()](error_code failed, std::size_t) {
            failed ? self->close() : self->read_body();
        });
}

void session::read_body() {
    http::async_read(
        stream_, buffer_, *parser_,
        [self = shared_from_this()](error_code failed, std::size_t) { self->on_request(failed); });
}

void session::on_request(error_code error) {
    try {
        error ? on_failed_request(error) : write(service_.answer(parser_->get(), *memory_));
    } catch (const std::bad_alloc&) {
        refuse_without_memory(http::status::payload_too_large, exhausted);
    }
}

void session::on_failed_request(error_code error) {
    if (error == http::error::body_limit || error == http::error::buffer_overflow) {
        return refuse(http::status::payload_too_large, "the body is too large");
    }
    if (error == http::error::header_limit) {
        return refuse(http::status::request_header_fields_too_large, "the header is too large");
    }
    // Cut off or too slow: there is nobody to tell.
    const bool is_the_request =
        error.category() == make_error_code(http::error::bad_method).category();
    if (error == http::error::end_of_stream || error == http::error::partial_message ||
        !is_the_request) {
        return close();
    }
    refuse(http::status::bad_request, "this is no HTTP request");
}

void session::refuse(http::status status, std::string_view why) {
    write(service_.refusal(status, why, false, *memory_));
}

void session::refuse_without_memory(http::status status, std::string_view answer) {
    service_.count(status);
    stream_.expires_after(std::chrono::seconds(service_.allowed().seconds_for_a_request));
    asio::async_write(
        stream_, asio::buffer(answer), [self = shared_from_this()](error_code error, std::size_t) {
            error ? self->close() : self->drain();
        });
}

void session::write(response what) {
    if (among_.are_stopping()) what.keep_alive(false);
    if (parser_->get().method() == http::verb::head) what.body().clear();  // its length is told
    response_.emplace(std::move(what));
    stream_.expires_after(std::chrono::seconds(service_.allowed().seconds_for_a_request));
    http::async_write(
        stream_, *response_,
        [self = shared_from_this()](error_code error, std::size_t) { self->on_written(error); });
}

void session::on_written(error_code error) {
    if (error) return close();
    if (response_->need_eof()) {
        forget_request();
        return drain();
    }
    await_request();
}

/// Ends the connection such that the answer arrives: closed while the other side still sends, it
/// would be reset, and what is on its way lost. So what it sends is read, up to a limit.
void session::drain() {
    error_code ignored;
    stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    buffer_.clear();
    stream_.expires_after(std::chrono::seconds(2));
    stream_.async_read_some(
        buffer_.prepare(65'536), [self = shared_from_this()](error_code error, std::size_t bytes) {
            self->on_drained(error, bytes);
        });
}

void session::on_drained(error_code error, std::size_t bytes) {
    drained_ += bytes;
    if (error || drained_ > most_to_drain) return close();
    stream_.async_read_some(
        buffer_.prepare(65'536), [self = shared_from_this()](error_code failed, std::size_t more) {
            self->on_drained(failed, more);
        });
}

void session::close() {
    forget_request();
    error_code ignored;
    stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
    stream_.close();
}

void session::forget_request() noexcept {
    response_.reset();
    parser_.reset();
    memory_.reset();
}

}  // namespace http_server
