// An HTTP server whose requests each have an arena of a pool: the header fields, the body, what is
// parsed of it and the answer lie there, and are gone at once when the answer is written.
//     http_server --port 8080 &
//     curl -d 'name=Ada&born=1815' localhost:8080/parse

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdio>
#include <exception>
#include <thread>
#include <vector>

#include "open_sessions.hpp"
#include "server.hpp"
#include "service.hpp"

namespace {

/// What goes wrong in a session ends that session.
void work_on(boost::asio::io_context& context) {
    for (;;) {
        try {
            context.run();
            return;
        } catch (const std::exception& error) {
            std::fprintf(stderr, "a connection ends: %s\n", error.what());
        }
    }
}

int serve(const http_server::limits& allowed, std::uint16_t port, unsigned threads) {
    http_server::service service(allowed);
    http_server::open_sessions sessions;
    boost::asio::io_context context(static_cast<int>(threads));
    const http_server::server server(context, port, service, sessions);
    std::printf(
        "listening on port %d, memory: %s\n", server.port(), http_server::memory_source::name);
    std::fflush(stdout);
    {
        std::vector<std::jthread> others;
        for (unsigned other = 1; other < threads; ++other) {
            others.emplace_back([&context] { work_on(context); });
        }
        work_on(context);
    }
    std::puts("stopped");
    return 0;
}

}  // namespace

int main(int count, char** arguments) {
    http_server::limits allowed;
    std::uint16_t port = 0;
    unsigned threads = std::max(2U, std::thread::hardware_concurrency());
    CLI::App app("Answers GET/POST /parse, GET /sum?n=NUMBER, /healthz and /metrics.");
    app.add_option("--port", port, "where to listen (0: any free port)");
    app.add_option("--threads", threads, "that serve")->check(CLI::Range(1U, 1024U));
    app.add_option("--requests", allowed.requests, "at once: as many arenas, at most")
        ->check(CLI::Range(1, 65'536));
    app.add_option("--body", allowed.body_bytes,
                   "bytes that the body of a request may have, up to a quarter of --memory");
    app.add_option("--memory", allowed.memory_bytes, "bytes that a request may take in all");
    app.add_option("--patience", allowed.seconds_for_a_request, "seconds for a request to come in");
    CLI11_PARSE(app, count, arguments);
    try {
        return serve(allowed, port, threads);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
