/// A gRPC server whose calls have an arena each. SIGTERM and SIGINT stop it: calls under way have
/// some seconds to end, and then it prints what the arenas did.

#include <charconv>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>

#include <memory_arena/arena_pool.hpp>

#include "service.hpp"

namespace {

constexpr const char* usage_text =
    "usage: grpc_server [OPTION]…\n"
    "  --port N          where it listens on 127.0.0.1; 0, and the default: any free one\n"
    "  --arenas N        the most calls and streams that have an arena at once (64)\n"
    "  --arena-bytes N   what a call's arena has room for (8388608)\n"
    "  --first-block N   of which protobuf takes so many at first (262144)\n"
    "  --max-message N   the largest message that is accepted (262144)\n"
    "  --grace N         seconds that calls under way have when it is stopped (5)\n"
    "  --heap            without arenas: messages are on the heap\n";

struct settings {
    std::size_t port = 0;
    std::size_t arenas = 64;
    std::size_t arena_bytes = std::size_t{8} << 20;
    std::size_t first_block = std::size_t{256} << 10;
    std::size_t max_message = std::size_t{256} << 10;
    std::size_t grace = 5;
    bool heap = false;
};

struct option {
    std::string_view name;
    std::size_t settings::*value;
    std::size_t most;
};

constexpr option options[] = {
    {"--port", &settings::port, 65'535},
    {"--arenas", &settings::arenas, memory_arena::max_pool_arenas},
    {"--arena-bytes", &settings::arena_bytes, std::size_t{1} << 36},
    {"--first-block", &settings::first_block, std::size_t{1} << 36},
    {"--grace", &settings::grace, 3600},
    {"--max-message", &settings::max_message, std::size_t{1} << 30},
};

/// nullopt where they are not as usage_text has them.
std::optional<settings> read(std::span<char* const> arguments) {
    settings result;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string_view name = arguments[i];
        if (name == "--heap") {
            result.heap = true;
            continue;
        }
        const option* found = nullptr;
        for (const option& each : options) {
            found = each.name == name ? &each : found;
        }
        if (found == nullptr || ++i == arguments.size()) {
            return std::nullopt;
        }
        const std::string_view text = arguments[i];
        const char* const end = text.data() + text.size();
        std::size_t& value = result.*found->value;
        const auto [rest, error] = std::from_chars(text.data(), end, value);
        if (error != std::errc() || rest != end || value > found->most) {
            return std::nullopt;
        }
    }
    return result;
}

/// Held back in all threads that are started from now on; wait() takes them.
class stop_signals {
public:
    stop_signals() {
        sigemptyset(&set_);
        sigaddset(&set_, SIGTERM);
        sigaddset(&set_, SIGINT);
        pthread_sigmask(SIG_BLOCK, &set_, nullptr);
    }
    void wait() const {
        int taken = 0;
        sigwait(&set_, &taken);
    }

private:
    sigset_t set_{};
};

/// Returns when a signal has come, and every call has ended.
bool serve(const settings& chosen, memory_arena::arena_pool* pool, const stop_signals& stop) {
    ledger_service service(pool, chosen.first_block);
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort(
        "127.0.0.1:" + std::to_string(chosen.port), grpc::InsecureServerCredentials(), &port);
    // A port that is taken is an error, not half of the calls.
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    builder.SetMaxReceiveMessageSize(static_cast<int>(chosen.max_message));
    builder.RegisterService(&service);
    const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
    if (server == nullptr || port == 0) {
        std::fputs("grpc_server: can't listen there\n", stderr);
        return false;
    }
    std::printf("listening on 127.0.0.1:%d\n", port);
    std::fflush(stdout);
    stop.wait();
    server->Shutdown(std::chrono::system_clock::now() + std::chrono::seconds(chosen.grace));
    server->Wait();
    return true;
}

void print(const memory_arena::arena_pool_usage& usage) {
    std::printf(
        "{\"arenas\": %zu, \"made\": %zu, \"in_use\": %zu, \"check_outs\": %llu, \"waits\": %llu, "
        "\"refusals\": %llu, \"committed\": %zu, \"kept\": %zu}\n",
        usage.arenas, usage.made, usage.in_use, static_cast<unsigned long long>(usage.check_outs),
        static_cast<unsigned long long>(usage.waits),
        static_cast<unsigned long long>(usage.refusals), usage.committed, usage.kept);
}

}  // namespace

int main(int argc, char** argv) {
    const std::optional<settings> chosen =
        read(std::span(argv, static_cast<std::size_t>(argc)).subspan(1));
    if (!chosen) {
        std::fputs(usage_text, stderr);
        return 2;
    }
    const stop_signals stop;  // before gRPC has threads
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    if (chosen->heap) {
        return serve(*chosen, nullptr, stop) ? 0 : 1;
    }
    try {
        memory_arena::arena_pool pool(
            {.arena = {.capacity = chosen->arena_bytes, .name = "grpc_server"},
             .arena_count = chosen->arenas});
        if (!serve(*chosen, &pool, stop)) {
            return 1;
        }
        print(pool.usage());
    } catch (const std::exception& error) {
        std::fprintf(stderr, "grpc_server: %s\n", error.what());
        return 1;
    }
}
