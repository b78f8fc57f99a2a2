#pragma once

#include <cstddef>
#include <optional>
#include <utility>

#include <google/protobuf/arena.h>
#include <grpcpp/support/message_allocator.h>

#include <memory_arena/arena_pool.hpp>
#include <memory_arena/protobuf.hpp>

/// \file
/// Has gRPC put the request and the response of each call into an arena of a pool.

/// What a call's handler gets at by the context's GetRpcAllocatorState().
class arena_of_call {
public:
    arena_of_call(const arena_of_call&) = delete;
    arena_of_call& operator=(const arena_of_call&) = delete;
    virtual ~arena_of_call() = default;

    [[nodiscard]] virtual memory_arena::arena& source() noexcept = 0;

protected:
    arena_of_call() = default;
};

/// To be given to SetMessageAllocatorFor_…; outlives the server, and the pool outlives it. gRPC
/// calls it on any of its threads, and reads the request on the one that it called it on: that lies
/// in the first block as far as it fits.
///
/// It never waits for an arena: that would stop a thread of gRPC, perhaps the one that an arena's
/// holder needs to go on. A call that finds none has its messages on the heap, and the pool counts
/// a refusal.
template <class Request, class Response>
class pooled_messages final : public grpc::MessageAllocator<Request, Response> {
public:
    pooled_messages(memory_arena::arena_pool& pool, std::size_t first_block_bytes) noexcept
        : pool_(pool), first_block_bytes_(first_block_bytes) {}

    grpc::MessageHolder<Request, Response>* AllocateMessages() override {
        if (std::optional<memory_arena::pooled_arena> held = pool_.try_acquire()) {
            memory_arena::arena& source = **held;
            // It lies in the arena that it holds: once it is there, for what throws ends first.
            if (auto* const made =
                    source.try_new_unmanaged<in_an_arena>(source, first_block_bytes_)) {
                made->hold(*std::move(held));
                return made;
            }
        }
        return new on_the_heap;
    }

private:
    using holder = grpc::MessageHolder<Request, Response>;

    class in_an_arena final : public holder, public arena_of_call {
    public:
        in_an_arena(memory_arena::arena& its, std::size_t first_block_bytes)
            : messages_(memory_arena::protobuf_options(its, first_block_bytes)) {
            using google::protobuf::Arena;
            this->set_request(Arena::CreateMessage<Request>(&messages_));
            this->set_response(Arena::CreateMessage<Response>(&messages_));
        }

        void hold(memory_arena::pooled_arena held) noexcept { held_ = std::move(held); }

        [[nodiscard]] memory_arena::arena& source() noexcept override { return *held_; }

        /// The call is over. protobuf's Arena ends first, then ours is reset and goes back.
        void Release() override {
            const memory_arena::pooled_arena held = std::move(held_);
            this->~in_an_arena();
        }

    private:
        memory_arena::pooled_arena held_;
        google::protobuf::Arena messages_;
    };

    class on_the_heap final : public holder {
    public:
        on_the_heap() {
            this->set_request(&request_);
            this->set_response(&response_);
        }
        void Release() override { delete this; }

    private:
        Request request_;
        Response response_;
    };

    memory_arena::arena_pool& pool_;
    std::size_t first_block_bytes_;
};
