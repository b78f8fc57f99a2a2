#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>

#include "messages.hpp"

/// \file
/// What the server answers, however the requests come.

namespace http_server {

struct limits {
    std::size_t requests = 256;        ///< at once
    std::size_t body_bytes = 1 << 20;  ///< of a request
    std::size_t header_bytes = 8192;
    std::size_t memory_bytes = 64 << 20;     ///< of a request, and of all that it leads to
    std::uint64_t numbers = 1'000'000;       ///< that /sum adds up
    std::size_t seconds_for_a_request = 10;  ///< to come in, or to be written out
    std::size_t seconds_between_requests = 60;
};

/// Thread safe.
class service {
public:
    explicit service(const limits& with)
        : limits_(with), memory_(with.requests, with.memory_bytes) {
        // A body that grows as it comes leaves the places behind that it had before.
        limits_.body_bytes = std::min(limits_.body_bytes, limits_.memory_bytes / 4);
    }

    [[nodiscard]] const limits& allowed() const { return limits_; }
    [[nodiscard]] memory_source& memory() { return memory_; }

    /// The answer to `asked`, in `in`; what goes wrong is an answer, too. Throws std::bad_alloc
    /// where there is no room even for that.
    response answer(const request& asked, const request_memory& in);

    /// One that says what is wrong, and ends the connection where `keeps_alive` is false.
    response refusal(http::status status, std::string_view why, bool keeps_alive,
                     const request_memory& in);

    /// One that is counted but needs no memory to speak of.
    void count(http::status status);

private:
    response try_to_answer(const request& asked, const request_memory& in);
    response parse(const request& asked, const request_memory& in);
    response sum(const request& asked, const request_memory& in);
    response metrics(const request& asked, const request_memory& in);

    limits limits_;
    memory_source memory_;
    std::array<std::atomic<std::uint64_t>, 6> answers_{};  ///< by the first digit of their status
};

}  // namespace http_server
