#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "session.hpp"

/// \file
/// Those whom a stop has to tell.

namespace http_server {

/// Thread safe.
class open_sessions {
public:
    void enter(const std::shared_ptr<session>& one) {
        const std::lock_guard lock(mutex_);
        all_.emplace(one.get(), one);
        if (are_stopping()) one->stop();
    }
    void leave(const session& one) {
        const std::lock_guard lock(mutex_);
        all_.erase(&one);
    }
    /// Each session's next answer is its last; those that wait for a request end now.
    void stop() {
        std::vector<std::shared_ptr<session>> found;  // let go without the lock: see leave()
        const std::lock_guard lock(mutex_);
        is_stopping_.store(true, std::memory_order_relaxed);  // guards nothing but itself
        found.reserve(all_.size());
        for (const auto& [address, weak] : all_) found.push_back(weak.lock());
        for (const std::shared_ptr<session>& one : found) {
            if (one != nullptr) one->stop();
        }
    }
    /// Known to all of them before the first is told, and so before anybody else can notice a stop.
    [[nodiscard]] bool are_stopping() const { return is_stopping_.load(std::memory_order_relaxed); }
    [[nodiscard]] bool are_over() {
        const std::lock_guard lock(mutex_);
        return all_.empty();
    }

private:
    std::mutex mutex_;
    std::atomic<bool> is_stopping_ = false;
    std::unordered_map<const session*, std::weak_ptr<session>> all_;
};

}  // namespace http_server
