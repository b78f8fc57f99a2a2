#pragma once

#include <coroutine>
#include <utility>

#include <boost/asio/awaitable.hpp>

#include <memory_arena/arena.hpp>
#include <memory_arena/coroutine.hpp>
#include <memory_arena/lease.hpp>

/// \file
/// Boost.Asio's own awaitables with their frames in an arena: a coroutine that returns a
/// boost::asio::awaitable and whose first argument is an arena, a cpu_arena or a lease. (Its
/// promise type allocates by itself, and has no place for a source; but std::coroutine_traits says
/// which promise type a coroutine has, also by its arguments.) It goes by names of Boost.Asio's
/// that may change: tested with 1.81. To be included before the first such coroutine.

namespace asio_tests {

template <class T, class Executor>
class arena_awaitable_frame : public boost::asio::detail::awaitable_frame<T, Executor>,
                              public memory_arena::arena_frame {
    using base = boost::asio::detail::awaitable_frame<T, Executor>;

public:
    using memory_arena::arena_frame::operator new;
    using memory_arena::arena_frame::operator delete;
    using base::await_transform;

    /// An awaitable asks for the handle of a promise of its own kind. The base's is that: it begins
    /// where this one does and is aligned alike, which is how Boost.Asio gets from bases to
    /// handles.
    template <class U>
    auto await_transform(boost::asio::awaitable<U, Executor> awaited) {
        struct by_base {
            boost::asio::awaitable<U, Executor> awaited;
            static bool await_ready() noexcept { return false; }
            void await_suspend(std::coroutine_handle<arena_awaitable_frame> awaiting) {
                static_assert(sizeof(arena_awaitable_frame) == sizeof(base));
                static_assert(alignof(arena_awaitable_frame) == alignof(base));
                awaited.await_suspend(
                    std::coroutine_handle<base>::from_promise(awaiting.promise()));
            }
            U await_resume() { return awaited.await_resume(); }
        };
        return by_base{std::as_const(*this).base::await_transform(std::move(awaited))};
    }
};

}  // namespace asio_tests

template <class T, class Executor, class Lanes, class... Arguments>
struct std::coroutine_traits<boost::asio::awaitable<T, Executor>, memory_arena::basic_arena<Lanes>&,
                             Arguments...> {
    using promise_type = asio_tests::arena_awaitable_frame<T, Executor>;
};

template <class T, class Executor, class... Arguments>
struct std::coroutine_traits<boost::asio::awaitable<T, Executor>, memory_arena::arena_lease&,
                             Arguments...> {
    using promise_type = asio_tests::arena_awaitable_frame<T, Executor>;
};
