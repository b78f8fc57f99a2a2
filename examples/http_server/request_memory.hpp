#pragma once

#include <boost/json/storage_ptr.hpp>
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

#if !defined(HTTP_SERVER_ON_HEAP)
#include <memory_arena/allocator.hpp>
#include <memory_arena/arena_pool.hpp>
#include <memory_arena/boost_json.hpp>
#endif

/// \file
/// Where everything lives that belongs to one request: its header fields, its body, what is parsed
/// of it, and the answer. The one file that knows whether that is an arena; built with
/// HTTP_SERVER_ON_HEAP it is malloc's, and the rest of the server is the same.

namespace http_server {

#if defined(HTTP_SERVER_ON_HEAP)

class request_memory {
public:
    template <class T>
    using allocator = std::allocator<T>;

    [[nodiscard]] allocator<char> get_allocator() const noexcept { return {}; }
    [[nodiscard]] boost::json::storage_ptr json_storage() const noexcept { return {}; }
};

/// As many requests at once as the arenas would allow.
class memory_source {
public:
    static constexpr const char* name = "heap";

    memory_source(std::size_t /*requests*/, std::size_t /*bytes_each*/) {}
    std::optional<request_memory> try_acquire() noexcept { return request_memory(); }
};

#else

class request_memory {
public:
    template <class T>
    using allocator = memory_arena::arena_allocator<T>;

    explicit request_memory(memory_arena::pooled_arena held)
        : held_(std::move(held)),
          json_(held_->new_unmanaged<memory_arena::boost_json_resource>(*held_)) {}

    [[nodiscard]] allocator<char> get_allocator() const noexcept { return *held_; }
    [[nodiscard]] boost::json::storage_ptr json_storage() const noexcept { return json_; }

private:
    memory_arena::pooled_arena held_;
    memory_arena::boost_json_resource* json_;  ///< lies in the arena, and so never moves
};

class memory_source {
public:
    static constexpr const char* name = "arena";

    memory_source(std::size_t requests, std::size_t bytes_each)
        : pool_({.arena = {.capacity = bytes_each, .name = "http_request", .listed = true},
                 .arena_count = requests}) {}

    /// Nothing where as many requests as there may be are at work.
    std::optional<request_memory> try_acquire() {
        std::optional<memory_arena::pooled_arena> held = pool_.try_acquire();
        if (!held) return std::nullopt;
        return request_memory(*std::move(held));
    }
    [[nodiscard]] memory_arena::arena_pool_usage usage() const noexcept { return pool_.usage(); }

private:
    memory_arena::arena_pool pool_;
};

#endif

}  // namespace http_server
