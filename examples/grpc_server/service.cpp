#include "service.hpp"

#include <chrono>
#include <memory_resource>
#include <optional>
#include <utility>

#include <google/protobuf/arena.h>
#include <grpcpp/alarm.h>

#include <memory_arena/memory_resource.hpp>
#include <memory_arena/protobuf.hpp>

#include "summarise.hpp"

namespace {

using grpc::Status;
using grpc::StatusCode;
using ledger::Statement;
using ledger::Summary;
using memory_arena::arena;
using memory_arena::arena_pool;
using memory_arena::pooled_arena;
using memory_arena::protobuf_binding;
using memory_arena::protobuf_options;

constexpr std::uint32_t longest_wait_milliseconds = 60'000;

/// Sums up with what is needed on the way, and protobuf's further blocks, from `source`; from the
/// heap, if that is null.
Status summarise_in(arena* source, const Statement& statement, Summary& summary) {
    if (source == nullptr) {
        return summarise(statement, summary, *std::pmr::new_delete_resource());
    }
    const protobuf_binding bound(*source);
    return summarise(statement, summary, *source->resource());
}

/// Answers when the time has come, or when nobody waits for it any more.
class answer_later final : public grpc::ServerUnaryReactor {
public:
    answer_later(Status status, std::chrono::milliseconds wait, std::atomic<std::uint64_t>& waiting)
        : status_(std::move(status)), waiting_(waiting) {
        waiting_.fetch_add(1, std::memory_order_relaxed);
        alarm_.Set(std::chrono::system_clock::now() + wait, [this](bool in_time) {
            waiting_.fetch_sub(1, std::memory_order_relaxed);
            Finish(in_time ? status_ : Status::CANCELLED);
        });
    }

    void OnCancel() override { alarm_.Cancel(); }
    void OnDone() override { delete this; }

private:
    Status status_;
    std::atomic<std::uint64_t>& waiting_;
    grpc::Alarm alarm_;
};

/// A stream holds one arena, and resets it for each statement: so it needs no more memory the
/// longer it lasts. Its statements are on the heap: gRPC reads them on threads of its own, before
/// any code of ours runs there that could bind an arena. protobuf uses the memory of one for the
/// next.
class running_totals final : public grpc::ServerBidiReactor<Statement, Summary> {
public:
    running_totals(arena_pool* pool, std::size_t first_block_bytes)
        : first_block_bytes_(first_block_bytes) {
        if (pool != nullptr) {
            held_ = pool->try_acquire();
        }
        StartRead(&statement_);
    }

    void OnReadDone(bool ok) override {
        if (!ok) {  // the client has no more, or is gone
            Finish(Status::OK);
            return;
        }
        ++statements_;
        entries_ += static_cast<std::uint64_t>(statement_.entries_size());
        Summary& summary = new_summary();
        summary.set_statements(statements_);
        summary.set_entries(entries_);
        const Status status = summarise_in(held_ ? held_->get() : nullptr, statement_, summary);
        if (status.ok()) {
            StartWrite(&summary);
        } else {
            Finish(status);
        }
    }
    void OnWriteDone(bool ok) override {
        if (ok) {
            StartRead(&statement_);
        } else {
            Finish(Status::CANCELLED);
        }
    }
    void OnDone() override { delete this; }

private:
    Summary& new_summary() {
        if (!held_) {
            summary_.Clear();
            return summary_;
        }
        messages_.reset();  // protobuf's Arena ends before ours is reset
        (*held_)->reset();
        messages_.emplace(protobuf_options(**held_, first_block_bytes_));
        return *google::protobuf::Arena::CreateMessage<Summary>(&*messages_);
    }

    std::size_t first_block_bytes_;
    std::optional<pooled_arena> held_;
    std::optional<google::protobuf::Arena> messages_;
    Statement statement_;
    Summary summary_;  ///< where there is no arena
    std::uint64_t statements_ = 0;
    std::uint64_t entries_ = 0;
};

}  // namespace

ledger_service::ledger_service(arena_pool* pool, std::size_t first_block_bytes)
    : pool_(pool), first_block_bytes_(first_block_bytes) {
    if (pool_ != nullptr) {
        messages_.emplace(*pool_, first_block_bytes_);
        SetMessageAllocatorFor_Summarise(&*messages_);
    }
}

grpc::ServerUnaryReactor* ledger_service::Summarise(grpc::CallbackServerContext* context,
                                                    const Statement* statement, Summary* summary) {
    // Null where the messages are on the heap.
    auto* const held = dynamic_cast<arena_of_call*>(context->GetRpcAllocatorState());
    summary->set_statements(1);
    summary->set_entries(static_cast<std::uint64_t>(statement->entries_size()));
    Status status = summarise_in(held != nullptr ? &held->source() : nullptr, *statement, *summary);
    const std::uint32_t wait = statement->wait_milliseconds();
    if (wait > longest_wait_milliseconds) {
        status = Status(StatusCode::INVALID_ARGUMENT, "nobody waits for over a minute");
    } else if (wait != 0) {
        return new answer_later(std::move(status), std::chrono::milliseconds(wait), waiting_);
    }
    grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
    reactor->Finish(status);
    return reactor;
}

grpc::ServerBidiReactor<Statement, Summary>* ledger_service::Follow(
    grpc::CallbackServerContext* /*context*/) {
    return new running_totals(pool_, first_block_bytes_);
}

grpc::ServerUnaryReactor* ledger_service::Usage(grpc::CallbackServerContext* context,
                                                const ledger::UsageRequest* /*request*/,
                                                ledger::UsageReply* reply) {
    if (pool_ != nullptr) {
        const memory_arena::arena_pool_usage now = pool_->usage();
        reply->set_arenas(now.arenas);
        reply->set_made(now.made);
        reply->set_in_use(now.in_use);
        reply->set_check_outs(now.check_outs);
        reply->set_refusals(now.refusals);
        reply->set_committed(now.committed);
    }
    reply->set_waiting(waiting_.load(std::memory_order_relaxed));
    grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
    reactor->Finish(Status::OK);
    return reactor;
}
