#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

#include <memory_arena/coroutine.hpp>

/// \file
/// A lazy task, as many a program has one: begun by who awaits it, which goes on when it ends. Its
/// frame lies where `Frame` says.

/// For coroutines that a test looks for in their source: Clang puts the frame of one that it can
/// follow to its end into its caller's.
#define FRAME_OF_ITS_OWN __attribute__((noinline))

namespace coroutine_tests {

template <class T, class Frame = memory_arena::arena_frame>
class [[nodiscard]] task {
public:
    struct promise_type : Frame {
        task get_return_object() noexcept {
            return task(std::coroutine_handle<promise_type>::from_promise(*this));
        }
        static std::suspend_always initial_suspend() noexcept { return {}; }
        static auto final_suspend() noexcept {
            struct to_who_awaits {
                static bool await_ready() noexcept { return false; }
                static std::coroutine_handle<> await_suspend(
                    std::coroutine_handle<promise_type> ended) noexcept {
                    return ended.promise().awaiting;
                }
                static void await_resume() noexcept {}
            };
            return to_who_awaits{};
        }
        void return_value(T given) { value = std::move(given); }
        void unhandled_exception() noexcept { failure = std::current_exception(); }

        std::coroutine_handle<> awaiting = std::noop_coroutine();
        std::optional<T> value;
        std::exception_ptr failure;
    };

    task(task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    task(const task&) = delete;
    task& operator=(const task&) = delete;
    task& operator=(task&&) = delete;
    ~task() {
        if (handle_ != nullptr) {
            handle_.destroy();
        }
    }

    static bool await_ready() noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiting) const noexcept {
        handle_.promise().awaiting = awaiting;
        return handle_;
    }
    T await_resume() const { return result(); }

    /// From outside of coroutines: begins it, or goes on with it.
    void resume() const { handle_.resume(); }
    [[nodiscard]] bool is_done() const noexcept { return handle_.done(); }
    [[nodiscard]] T result() const {
        if (handle_.promise().failure) {
            std::rethrow_exception(handle_.promise().failure);
        }
        return *handle_.promise().value;
    }
    /// Begins it, and returns its result; it doesn't wait.
    T run() const {
        resume();
        return result();
    }

    [[nodiscard]] std::coroutine_handle<> handle() const noexcept { return handle_; }
    /// Whoever calls it destroys the coroutine, or nobody does.
    [[nodiscard]] std::coroutine_handle<> release() noexcept {
        return std::exchange(handle_, nullptr);
    }

private:
    explicit task(std::coroutine_handle<promise_type> handle) noexcept : handle_(handle) {}

    std::coroutine_handle<promise_type> handle_;
};

}  // namespace coroutine_tests
