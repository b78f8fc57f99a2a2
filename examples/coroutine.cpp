// Coroutines whose frames lie in an arena: a task type as many programs have one, whose promise
// derives from arena_frame, and a request that is answered on two threads in turn. The request's
// lease goes along, so what ends is used again wherever that is.

#include <memory_arena/arena.hpp>
#include <memory_arena/coroutine.hpp>
#include <memory_arena/lease.hpp>

#include <coroutine>
#include <cstdio>
#include <exception>
#include <thread>
#include <utility>

namespace {

/// Begun by who awaits it, which goes on when it ends.
class task {
public:
    struct promise_type : memory_arena::arena_frame {
        task get_return_object() {
            return task(std::coroutine_handle<promise_type>::from_promise(*this));
        }
        static std::suspend_always initial_suspend() { return {}; }
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
        void return_value(int given) { value = given; }
        static void unhandled_exception() { std::terminate(); }

        std::coroutine_handle<> awaiting = std::noop_coroutine();
        int value = 0;
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

    static bool await_ready() { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiting) const {
        handle_.promise().awaiting = awaiting;
        return handle_;
    }
    [[nodiscard]] int await_resume() const { return handle_.promise().value; }

    [[nodiscard]] std::coroutine_handle<> handle() const { return handle_; }

private:
    explicit task(std::coroutine_handle<promise_type> handle) : handle_(handle) {}

    std::coroutine_handle<promise_type> handle_;
};

/// The first argument says where the frame lies.
task parse(memory_arena::arena_lease& /*lease*/, int request) { co_return request * 2; }

task answer(memory_arena::arena_lease& lease, int request) {
    int sum = 0;
    for (int part = 0; part < 1000; ++part) {
        sum += co_await parse(lease, request);  // a frame, in the place of the one before
    }
    co_await std::suspend_always();  // as if it waited; what goes on with it is another thread
    for (int part = 0; part < 1000; ++part) {
        sum += co_await parse(lease, request);
    }
    co_return sum;
}

}  // namespace

int main() {
    memory_arena::arena arena{16 << 20};
    memory_arena::arena_lease lease = arena.lease();
    const task request = answer(lease, 21);
    std::jthread([&request] { request.handle().resume(); }).join();
    const std::size_t used = arena.used_bytes();
    std::jthread([&request] { request.handle().resume(); }).join();
    std::printf("answer: %d, %zu bytes used; 1000 coroutines more took %zu\n",
                request.await_resume(), used, arena.used_bytes() - used);
    return request.handle().done() && arena.used_bytes() == used ? 0 : 1;
}
