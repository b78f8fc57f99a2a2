#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>

#include <grpcpp/grpcpp.h>

#include <memory_arena/arena_pool.hpp>

#include "ledger.grpc.pb.h"
#include "pooled_messages.hpp"

/// The service, by gRPC's callback API. With a pool, each call has an arena of it: for its
/// messages, and for what else it needs. Without one everything is on the heap, which is what an
/// arena has to be compared with.
class ledger_service final : public ledger::Ledger::CallbackService {
public:
    /// `pool` may be null; else it outlives the service.
    ledger_service(memory_arena::arena_pool* pool, std::size_t first_block_bytes);

    grpc::ServerUnaryReactor* Summarise(grpc::CallbackServerContext* context,
                                        const ledger::Statement* statement,
                                        ledger::Summary* summary) override;
    grpc::ServerBidiReactor<ledger::Statement, ledger::Summary>* Follow(
        grpc::CallbackServerContext* context) override;
    grpc::ServerUnaryReactor* Usage(grpc::CallbackServerContext* context,
                                    const ledger::UsageRequest* request,
                                    ledger::UsageReply* reply) override;

private:
    memory_arena::arena_pool* pool_;
    std::size_t first_block_bytes_;
    std::optional<pooled_messages<ledger::Statement, ledger::Summary>> messages_;
    /// Relaxed: a figure.
    std::atomic<std::uint64_t> waiting_{0};
};
