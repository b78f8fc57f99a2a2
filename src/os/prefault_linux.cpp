#include "os/prefault.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <mutex>

#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <unistd.h>

#include <memory_arena/detail/align.hpp>

#include "os/virtual_memory.hpp"

namespace memory_arena::inline MEMORY_ARENA_ABI::os {

namespace {

constexpr int populate_write = 23;  // MADV_POPULATE_WRITE; younger than some C libraries' headers
constexpr std::size_t piece_bytes = std::size_t{4} << 20;
constexpr std::size_t most_threads = 16;

/// How many threads of this process can run at once.
std::size_t usable_cpus() noexcept {
    cpu_set_t mine;
    if (sched_getaffinity(0, sizeof(mine), &mine) == 0) {
        return static_cast<std::size_t>(CPU_COUNT(&mine));
    }
    // More CPUs than the set has room for.
    return static_cast<std::size_t>(std::max(sysconf(_SC_NPROCESSORS_ONLN), 1L));
}

/// The pieces of one prefault, and the threads that take them in turn.
class prefault_job {
public:
    prefault_job(std::byte* begin, std::size_t bytes, prefault_progress progress,
                 void* context) noexcept
        : begin_(begin),
          bytes_(bytes),
          lead_(reinterpret_cast<std::uintptr_t>(begin) % page_bytes()),
          pieces_((lead_ + bytes - 1) / piece_bytes + 1),
          progress_(progress),
          context_(context) {}

    prefault_result run() noexcept {
        const std::size_t helpers_wanted = std::min({usable_cpus(), most_threads, pieces_}) - 1;
        std::array<pthread_t, most_threads> helpers{};
        std::size_t started = 0;
        // A helper inherits this: the program's signal handlers don't run on threads of ours.
        sigset_t every{};
        sigset_t before{};
        sigfillset(&every);
        if (pthread_sigmask(SIG_SETMASK, &every, &before) == 0) {
            while (started < helpers_wanted &&
                   pthread_create(&helpers[started], nullptr, help, this) == 0) {
                ++started;
            }
            pthread_sigmask(SIG_SETMASK, &before, nullptr);
        }
        work();
        for (std::size_t index = 0; index < started; ++index) {
            pthread_join(helpers[index], nullptr);
        }
        return {done_, refused_};
    }

private:
    static void* help(void* job) noexcept {
        static_cast<prefault_job*>(job)->work();
        return nullptr;
    }

    void work() noexcept {
        // Relaxed throughout: which piece is whose is all that this decides. What the pieces' pages
        // hold comes to the caller by pthread_join.
        while (!ended_.load(std::memory_order_relaxed)) {
            const std::size_t piece = next_.fetch_add(1, std::memory_order_relaxed);
            if (piece >= pieces_) {
                return;
            }
            // From the beginning of the first page, so that pieces share none, nor a huge one.
            const std::size_t first = piece * piece_bytes;
            const std::size_t behind = std::min(first + piece_bytes, lead_ + bytes_);
            if (commit(begin_ - lead_ + first, detail::round_up(behind - first, page_bytes()))) {
                report(behind - std::max(first, lead_));
            }
        }
    }

    /// Whether the pages of [first, first + bytes) are there now.
    bool commit(std::byte* first, std::size_t bytes) noexcept {
        if (!by_hand_.load(std::memory_order_relaxed)) {
            if (madvise(first, bytes, populate_write) == 0) {
                return true;
            }
            const int error = errno;
            // The system has no more, or a touch would kill the process.
            const bool out_of_pages = error == ENOMEM || error == EFAULT || error == EHWPOISON;
            // Several threads may hear it at the same time: it counts once.
            if (!(out_of_pages ? ended_ : by_hand_).exchange(true, std::memory_order_relaxed)) {
                const std::lock_guard lock(mutex_);
                ++refused_;
            }
            if (out_of_pages) {
                return false;
            }
        }
        for (std::size_t offset = 0; offset < bytes; offset += page_bytes()) {
            *static_cast<volatile std::byte*>(first + offset) = std::byte{0};
        }
        return true;
    }

    void report(std::size_t bytes) noexcept {
        const std::lock_guard lock(mutex_);
        done_ += bytes;
        if (progress_ != nullptr) {
            progress_(context_, done_, bytes_);
        }
    }

    std::byte* begin_;
    std::size_t bytes_;
    std::size_t lead_;  ///< from its page's beginning to the beginning
    std::size_t pieces_;
    prefault_progress progress_;
    void* context_;
    std::atomic<std::size_t> next_{0};
    std::atomic<bool> by_hand_{false};
    std::atomic<bool> ended_{false};
    std::mutex mutex_;  ///< of what follows, and of the calls of progress_
    std::size_t done_ = 0;
    std::size_t refused_ = 0;
};

}  // namespace

prefault_result prefault(std::byte* begin, std::size_t bytes, prefault_progress progress,
                         void* context) noexcept {
    if (bytes == 0) {
        return {};
    }
    return prefault_job(begin, bytes, progress, context).run();
}

}  // namespace memory_arena::inline MEMORY_ARENA_ABI::os
